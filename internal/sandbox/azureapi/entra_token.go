package azureapi

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// serveToken is the token endpoint: client credentials with a federated assertion, and nothing else. Both versions of
// the endpoint are there; they differ in how the resource is named and how numbers are written.
func (a *API) serveToken(rw http.ResponseWriter, r *http.Request, tenantID string, v2 bool) {
	if r.Method != http.MethodPost {
		a.refuse(rw, r, onlyPost(r.Method))
		return
	}
	// A body that is no form has no parameters, and Entra says just that.
	_ = r.ParseForm()
	ask := tokenAsk{form: r.PostForm, v2: v2}
	if id, secret, ok := r.BasicAuth(); ok {
		ask.form.Set("client_id", id)
		ask.form.Set("client_secret", secret)
	}
	t, who, res, refused := a.grant(r, tenantID, &ask)
	if refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	m, err := a.mint(t, who, res)
	if err != nil {
		a.refuse(rw, r, &aadsts{90033, "temporarily_unavailable", http.StatusServiceUnavailable, "A transient error has occurred. Please try again."})
		return
	}
	rw.Header().Set("x-ms-request-id", world.GUID())
	rw.Header().Set("Pragma", "no-cache")
	writeJSON(rw, http.StatusOK, ask.answer(m, res))
}

// grant walks a request through Entra's questions, in this order: tenant, grant, client, scope, assertion, resource.
func (a *API) grant(r *http.Request, tenantID string, ask *tokenAsk) (world.Tenant, world.Identity, resource, *aadsts) {
	none := func(e *aadsts) (world.Tenant, world.Identity, resource, *aadsts) {
		return world.Tenant{}, world.Identity{}, resource{}, e
	}
	if slices.Contains(sharedAuthorities, tenantID) {
		return none(&aadsts{
			50059, "invalid_request", http.StatusBadRequest,
			"No tenant-identifying information found in either the request or implied by any provided credentials.",
		})
	}
	t, refused := a.tenant(tenantID, "invalid_request")
	if refused != nil {
		return none(refused)
	}
	name, refused := ask.check()
	if refused != nil {
		return none(refused)
	}
	client := ask.form.Get("client_id")
	who, err := a.world.Identity(client)
	if err != nil || who.TenantID != t.ID {
		return none(unknownClient(client, t.ID))
	}
	if refused := a.proven(r, ask.form, who); refused != nil {
		return none(refused)
	}
	res, ok := a.resourceOf(t.ID, name)
	if !ok {
		return none(unknownResource(name, t.ID))
	}
	return t, who, res, nil
}

// proven says whether the request proves that it comes from the client. A secret never does: the sandbox has none.
func (a *API) proven(r *http.Request, form url.Values, who world.Identity) *aadsts {
	switch {
	case form.Get("client_secret") != "":
		return invalidSecret(who.ClientID)
	case form.Get("client_assertion") == "":
		return missingCredential()
	case form.Get("client_assertion_type") == "":
		return missingParameter("client_assertion_type")
	case form.Get("client_assertion_type") != assertionType:
		return missingCredential()
	}
	verdict := trust.VerifyAssertion(r.Context(), trust.AssertionRequest{
		Assertion:   bridge.NewSecret(form.Get("client_assertion")),
		Credentials: a.world.EffectiveCredentials(who),
		Now:         a.world.Now(),
		Keys:        assertionKeys{a.world, a.options.Keys},
	})
	if !verdict.Accepted {
		return fromTrust(verdict.Refusal)
	}
	return nil
}

// tokenAsk is a request to the token endpoint, in either version.
type tokenAsk struct {
	form url.Values
	v2   bool
}

// check reads what the request asks for before anybody looks at who asks; the name of the resource comes out.
func (t *tokenAsk) check() (string, *aadsts) {
	wanted := "scope"
	if !t.v2 {
		wanted = "resource"
	}
	for _, name := range []string{"grant_type", "client_id", wanted} {
		if t.form.Get(name) == "" {
			return "", missingParameter(name)
		}
		if grant := t.form.Get("grant_type"); name == "grant_type" && grant != "client_credentials" {
			return "", unsupportedGrant(grant)
		}
	}
	if !t.v2 {
		return t.form.Get("resource"), nil
	}
	return resourceOfScope(t.form.Get("scope"))
}

// resourceOfScope reads "<resource>/.default". Clients may add OpenID's own scopes, which mean nothing without a user.
func resourceOfScope(scope string) (string, *aadsts) {
	wanted := slices.DeleteFunc(strings.Fields(scope), func(s string) bool {
		return s == "openid" || s == "profile" || s == "offline_access"
	})
	if len(wanted) != 1 {
		return "", invalidScope(scope)
	}
	name, ok := strings.CutSuffix(wanted[0], "/.default")
	if !ok || name == "" {
		return "", invalidScope(scope)
	}
	return name, nil
}

// answerV2 and answerV1 are the two endpoints' answers: the older one writes every number as a string.
type answerV2 struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"`
	ExtExpiresIn int64  `json:"ext_expires_in"`
	RefreshIn    int64  `json:"refresh_in,omitempty"`
	AccessToken  string `json:"access_token"`
}

type answerV1 struct {
	TokenType    string `json:"token_type"`
	ExpiresIn    string `json:"expires_in"`
	ExtExpiresIn string `json:"ext_expires_in"`
	ExpiresOn    string `json:"expires_on"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	AccessToken  string `json:"access_token"`
}

func (t *tokenAsk) answer(m minted, res resource) any {
	seconds := int64(m.life.Seconds())
	if t.v2 {
		out := answerV2{TokenType: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: m.token}
		if seconds > 2*3600 { // Entra tells holders of long tokens to come back halfway
			out.RefreshIn = seconds / 2
		}
		return out
	}
	return answerV1{
		TokenType: "Bearer", ExpiresIn: strconv.FormatInt(seconds, 10), ExtExpiresIn: strconv.FormatInt(seconds, 10),
		ExpiresOn: strconv.FormatInt(m.expiry.Unix(), 10), NotBefore: strconv.FormatInt(m.notBefore.Unix(), 10),
		Resource: res.name, AccessToken: m.token,
	}
}
