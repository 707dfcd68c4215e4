package kubeapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// pretended is the release whose answers are given.
const pretended = "v1.33.13"

// serveDocument answers what is no resource: health, version, discovery and the issuer's documents.
func (a *API) serveDocument(rw http.ResponseWriter, r *http.Request, c world.Cluster, path string) bool {
	document, found := documentAt(c, path, a.world.Now())
	if !found {
		return false
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuse(rw, failure(http.StatusMethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource"))
		return true
	}
	if text, ok := document.([]byte); ok {
		contentType := "application/jwk-set+json"
		if string(text) == "ok" {
			contentType = "text/plain; charset=utf-8"
		}
		rw.Header().Set("Content-Type", contentType)
		_, _ = rw.Write(text)
		return true
	}
	write(rw, http.StatusOK, document)
	return true
}

func documentAt(c world.Cluster, path string, now time.Time) (any, bool) {
	switch path {
	case "/healthz", "/livez", "/readyz":
		return []byte("ok"), true
	case "/version":
		return map[string]string{
			"major": "1", "minor": "33", "gitVersion": pretended, "gitCommit": "", "gitTreeState": "clean",
			"buildDate": "1970-01-01T00:00:00Z", "goVersion": "go1.26", "compiler": "gc", "platform": "linux/amd64",
		}, true
	case "/.well-known/openid-configuration":
		issuer := c.TokenIssuer(now)
		return map[string]any{
			"issuer": issuer, "jwks_uri": strings.TrimSuffix(issuer, "/") + "/openid/v1/jwks", "response_types_supported": []string{"id_token"},
			"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		}, true
	case "/openid/v1/jwks":
		return c.Keys.JWKS(), true
	case "/api":
		return map[string]any{"kind": "APIVersions", "versions": []string{"v1"}, "serverAddressByClientCIDRs": []any{}}, true
	case "/apis":
		return groupList(), true
	case "/openapi/v3":
		return openAPIIndex(), true
	}
	for _, group := range groups() {
		at := "/apis/" + group + "/v1"
		if group == "" {
			at = "/api/v1"
		}
		switch path {
		case at:
			return resourceList(group), true
		case "/apis/" + group:
			return groupOf(group), true
		case "/openapi/v3" + at:
			return openAPI(group), true
		}
	}
	return nil, false
}

// groups are those that discovery names; the first is the core group.
func groups() []string {
	var out []string
	for _, k := range kinds() {
		if !slices.Contains(out, k.group) {
			out = append(out, k.group)
		}
	}
	return out
}

func groupList() any {
	var out []any
	for _, g := range groups() {
		if g != "" {
			out = append(out, groupOf(g))
		}
	}
	return map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": out}
}

func groupOf(group string) any {
	version := map[string]string{"groupVersion": group + "/v1", "version": "v1"}
	return map[string]any{"kind": "APIGroup", "apiVersion": "v1", "name": group, "versions": []any{version}, "preferredVersion": version}
}

// apiResource is meta/v1 APIResource.
type apiResource struct {
	Name       string   `json:"name"`
	Singular   string   `json:"singularName"`
	Namespaced bool     `json:"namespaced"`
	Group      string   `json:"group,omitempty"`
	Version    string   `json:"version,omitempty"`
	Kind       string   `json:"kind"`
	Verbs      []string `json:"verbs"`
	Short      []string `json:"shortNames,omitempty"`
}

func resourceList(group string) any {
	out := []apiResource{}
	for _, k := range kinds() {
		if k.group != group {
			continue
		}
		out = append(out, apiResource{Name: k.resource, Singular: k.singular, Namespaced: k.namespaced, Kind: k.kind, Verbs: k.verbs, Short: k.short})
		for _, sub := range k.subresources() {
			out = append(out, apiResource{Name: k.resource + "/" + sub.path, Namespaced: k.namespaced, Group: sub.group, Version: sub.version, Kind: sub.kind, Verbs: sub.verbs})
		}
	}
	version := "v1"
	if group != "" {
		version = group + "/v1"
	}
	return map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": out}
}
