package azureapi

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	issuerDiscovery = ".well-known/openid-configuration"
	issuerKeys      = "openid/v1/jwks"
)

// issuerDocument is AKS's discovery document, in its order of fields.
type issuerDocument struct {
	Issuer                 string   `json:"issuer"`
	JWKSURI                string   `json:"jwks_uri"`
	ResponseTypesSupported []string `json:"response_types_supported"`
	SubjectTypesSupported  []string `json:"subject_types_supported"`
	SigningAlgs            []string `json:"id_token_signing_alg_values_supported"`
}

// ownsIssuer knows an issuer by its path: a world may put its clusters on the sandbox's own address.
func (a *API) ownsIssuer(r *http.Request) bool {
	_, _, ok := a.issuerOf(r)
	return ok
}

// issuerOf finds the cluster whose issuer URL the path lies under, and which of its two documents is asked for. The host
// decides only where two clusters have the same path.
func (a *API) issuerOf(r *http.Request) (c world.Cluster, document string, ok bool) {
	for _, candidate := range a.world.Clusters() {
		issuer, err := url.Parse(candidate.Issuer)
		if err != nil || !candidate.IssuerServed(a.world.Now()) {
			continue
		}
		rest, under := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(issuer.Path, "/")+"/")
		if !under || (rest != issuerDiscovery && rest != issuerKeys) {
			continue
		}
		if !ok || strings.EqualFold(issuer.Host, r.Host) || strings.EqualFold(issuer.Hostname(), hostOf(r)) {
			c, document, ok = candidate, rest, true
		}
	}
	return c, document, ok
}

// serveIssuer serves the public documents of an AKS OIDC issuer.
func (a *API) serveIssuer(rw http.ResponseWriter, r *http.Request) {
	c, document, ok := a.issuerOf(r)
	switch {
	case !ok:
		writeProblem(rw, http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		writeProblem(rw, http.StatusMethodNotAllowed, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.")
	case document == issuerKeys:
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write(c.Keys.JWKS())
	default:
		writeJSON(rw, http.StatusOK, issuerDocument{
			Issuer:                 c.Issuer,
			JWKSURI:                strings.TrimSuffix(c.Issuer, "/") + "/" + issuerKeys,
			ResponseTypesSupported: []string{"id_token"},
			SubjectTypesSupported:  []string{"public"},
			SigningAlgs:            []string{"RS256"},
		})
	}
}
