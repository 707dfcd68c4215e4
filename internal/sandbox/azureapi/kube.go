package azureapi

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// kubeStatus is meta/v1 Status, with which a kube-apiserver refuses.
type kubeStatus struct {
	Kind       string       `json:"kind"`
	APIVersion string       `json:"apiVersion"`
	Metadata   struct{}     `json:"metadata"`
	Status     string       `json:"status"`
	Message    string       `json:"message"`
	Reason     string       `json:"reason,omitempty"`
	Details    *kubeDetails `json:"details,omitempty"`
	Code       int          `json:"code"`
}

type kubeDetails struct {
	Name   string      `json:"name,omitempty"`
	Group  string      `json:"group,omitempty"`
	Kind   string      `json:"kind,omitempty"`
	Causes []kubeCause `json:"causes,omitempty"`
}

type kubeCause struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
	Field   string `json:"field"`
}

func writeStatus(rw http.ResponseWriter, code int, reason, message string, details *kubeDetails) {
	rw.Header().Set("Cache-Control", "no-cache, private")
	writeJSON(rw, code, kubeStatus{
		Kind: "Status", APIVersion: "v1", Status: "Failure",
		Message: message, Reason: reason, Details: details, Code: code,
	})
}

func kubeNotFound(rw http.ResponseWriter, kind, name string) {
	writeStatus(rw, http.StatusNotFound, "NotFound", fmt.Sprintf("%s %q not found", kind, name), &kubeDetails{Name: name, Kind: kind})
}

// tokenPath is the one resource of the pretended kube-apiserver; /clusters/NAME before it chooses the cluster.
var tokenPath = regexp.MustCompile(`^(?:/clusters/([^/]+))?/api/v1/namespaces/([^/]+)/serviceaccounts/([^/]+)/token$`)

// serveKube is the kube-apiserver of the world's clusters, as far as tokens need one.
func (a *API) serveKube(rw http.ResponseWriter, r *http.Request) {
	if !bearerIs(r, a.options.KubeAdmin) {
		writeStatus(rw, http.StatusUnauthorized, "Unauthorized", "Unauthorized", nil)
		return
	}
	part := tokenPath.FindStringSubmatch(r.URL.Path)
	if part == nil {
		writeStatus(rw, http.StatusNotImplemented, "", "the sandbox does not pretend "+r.Method+" "+r.URL.Path+": the real API may know it", nil)
		return
	}
	if r.Method != http.MethodPost {
		writeStatus(rw, http.StatusMethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource", nil)
		return
	}
	c, ok := a.clusterOf(r, part[1])
	if !ok {
		kubeNotFound(rw, "clusters", part[1])
		return
	}
	a.serveTokenRequest(rw, r, c, part[2], part[3])
}

// clusterOf chooses by path, then by AKS's host name (NAME-dns-….hcp.REGION.azmk8s.io), then by Options.
func (a *API) clusterOf(r *http.Request, name string) (world.Cluster, bool) {
	all := a.world.Clusters()
	for _, c := range all {
		switch {
		case name != "" && c.Name == name,
			name == "" && strings.HasPrefix(hostOf(r), strings.ToLower(c.Name)+"-"),
			name == "" && a.options.KubeCluster != "" && c.Issuer == a.options.KubeCluster:
			return c, true
		}
	}
	if name != "" || a.options.KubeCluster != "" || len(all) == 0 {
		return world.Cluster{}, false
	}
	return all[0], true
}

// bearerIs compares without telling by its time how much was right; no secret is nobody's secret.
func bearerIs(r *http.Request, want bridge.Secret) bool {
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && secretIs(got, want)
}

func secretIs(got string, want bridge.Secret) bool {
	return !want.Empty() && subtle.ConstantTimeCompare([]byte(got), []byte(want.Reveal())) == 1
}
