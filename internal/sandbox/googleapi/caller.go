package googleapi

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// call is what an API knows about a request before it looks at the body.
type call struct {
	api    string // aiplatform.googleapis.com
	method string // google.cloud.aiplatform.v1.PredictionService.Predict
	scopes []string
}

// authenticate finds out who calls: a bearer token that the world gave out, alive, of an account that is not disabled,
// with one of the scopes that the API takes, and allowed to use the quota project that it names.
func (a *API) authenticate(r *http.Request, c call) (world.Grant, *problem) {
	token, ok := bearer(r)
	switch {
	case ok:
	case r.Header.Get("X-Goog-Api-Key") != "" || r.URL.Query().Get("key") != "":
		p := unauthenticated("CREDENTIALS_MISSING", c.api, c.method, nil)
		p.Message = "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal. See https://cloud.google.com/docs/authentication"
		return world.Grant{}, p
	default:
		return world.Grant{}, unauthenticated("CREDENTIALS_MISSING", c.api, c.method, nil)
	}
	grant, ok := a.world.Grant(bridge.NewSecret(token))
	if !ok {
		reason := "ACCESS_TOKEN_TYPE_UNSUPPORTED"
		if strings.HasPrefix(token, "ya29.") {
			reason = "ACCESS_TOKEN_EXPIRED"
		}
		return world.Grant{}, unauthenticated(reason, c.api, c.method, nil)
	}
	if account, err := a.world.ServiceAccount(string(grant.Principal)); err == nil && account.Disabled {
		return world.Grant{}, unauthenticated("ACCOUNT_STATE_INVALID", c.api, c.method, map[string]any{"email": account.Email})
	}
	if !slices.ContainsFunc(append(c.scopes, cloudPlatform), func(s string) bool { return slices.Contains(grant.Scopes, s) }) {
		return world.Grant{}, scopeInsufficient(c.api, c.method)
	}
	// An empty header is as none: Go's clients send it so.
	if project := r.Header.Get("X-Goog-User-Project"); project != "" {
		if len(a.world.ProjectPermissions(grant, project, "serviceusage.services.use")) == 0 {
			return world.Grant{}, userProjectDenied(project, c.api)
		}
	}
	return grant, nil
}

func bearer(r *http.Request) (string, bool) {
	kind, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(kind, "Bearer") && token != ""
}

// enabled checks that an API is switched on in the project that pays for the call.
func (a *API) enabled(project, title, api string) *problem {
	p, err := a.world.Project(project)
	if err != nil || p.Services[api] {
		return nil // a project that does not exist is refused by IAM, in IAM's words
	}
	return serviceDisabled(title, api, p.Number)
}

// consumer is the project whose APIs a call uses: the one that the caller names, else its own, else, for a person, the
// project that the call is about.
func consumer(r *http.Request, g world.Grant, about string) string {
	return cmp.Or(r.Header.Get("X-Goog-User-Project"), g.Project, about)
}

// isFederated says whether a grant is a workload identity pool's and not a service account's.
func isFederated(g world.Grant) bool { return strings.HasPrefix(string(g.Principal), "principal://") }
