package googleapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	credentialsAPI   = "iamcredentials.googleapis.com"
	credentialsTitle = "IAM Service Account Credentials API"
	credentialsRPC   = "google.iam.credentials.v1.IAMCredentials."
	iamScope         = "https://www.googleapis.com/auth/iam"
)

// serveCredentials is the IAM Service Account Credentials API.
func (a *API) serveCredentials(rw http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/allowedLocations") && r.Method == http.MethodGet {
		a.allowedLocations(rw, r)
		return
	}
	account, verb, ok := accountAndVerb(r.URL.Path)
	var out any
	var p *problem
	switch {
	case r.Method != http.MethodPost || !strings.Contains(r.URL.Path, ":"):
		p = unknown(r)
	case !ok: // a project where only "-" may stand
		p = invalidArgument("Request contains an invalid argument.")
	case verb == "generateAccessToken":
		out, p = a.generateAccessToken(r, account)
	case verb == "generateIdToken":
		out, p = a.generateIDToken(r, account)
	default:
		p = unknown(r)
	}
	if p != nil {
		p.write(rw)
		return
	}
	writeJSON(rw, http.StatusOK, out)
}

// accountAndVerb reads /v1/projects/-/serviceAccounts/ACCOUNT:VERB; the project must be "-".
func accountAndVerb(path string) (account, verb string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/v1/projects/-/serviceAccounts/")
	if !ok {
		return "", "", false
	}
	return cutLast(rest, ":")
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (a *API) generateAccessToken(r *http.Request, name string) (any, *problem) {
	var body struct {
		Delegates []string
		Scope     []string
		Lifetime  string
	}
	grant, account, p := a.impersonate(r, name, "GenerateAccessToken", "GenerateAccessTokenRequest", "iam.serviceAccounts.getAccessToken", &body, &body.Delegates)
	if p != nil {
		return nil, p
	}
	life, p := lifetime(body.Lifetime, account)
	if p != nil {
		return nil, p
	}
	scopes, p := scopesOf(body.Scope)
	if p != nil {
		return nil, p
	}
	expiry := a.world.Now().Add(life).Truncate(time.Second)
	token := a.world.Issue(world.Grant{
		Principal:  bridge.Principal(account.Email),
		Members:    []string{"serviceAccount:" + account.Email},
		Scopes:     scopes,
		Expiry:     expiry,
		Delegation: chain(body.Delegates, grant),
		Project:    account.ProjectID,
	})
	return map[string]any{"accessToken": token.Reveal(), "expireTime": expiry.UTC().Format(time.RFC3339)}, nil
}

func (a *API) generateIDToken(r *http.Request, name string) (any, *problem) {
	var body struct {
		Delegates    []string
		Audience     string
		IncludeEmail bool
	}
	_, account, p := a.impersonate(r, name, "GenerateIdToken", "GenerateIdTokenRequest", "iam.serviceAccounts.getOpenIdToken", &body, &body.Delegates)
	if p != nil {
		return nil, p
	}
	if body.Audience == "" {
		return nil, invalidArgument("Request contains an invalid argument.")
	}
	token, err := a.idToken(account, body.Audience, body.IncludeEmail, nil)
	if err != nil {
		return nil, &problem{Code: http.StatusInternalServerError, Status: "INTERNAL", Message: "Internal error encountered."}
	}
	return map[string]any{"token": token}, nil
}

// impersonate checks everything that the methods have in common: who calls, whether the API is on, the body, that the
// account exists and works, and that each hop of the delegation chain is allowed.
func (a *API) impersonate(r *http.Request, name, method, request, permission string, body any, delegates *[]string) (world.Grant, world.ServiceAccount, *problem) {
	none := world.ServiceAccount{}
	grant, p := a.authenticate(r, call{credentialsAPI, credentialsRPC + method, []string{iamScope}})
	if p != nil {
		return grant, none, p
	}
	if p := a.enabled(grant.Project, credentialsTitle, credentialsAPI); p != nil {
		return grant, none, p
	}
	if p := a.read(r, request, body); p != nil {
		return grant, none, p
	}
	account, err := a.world.ServiceAccount(name)
	if err != nil {
		return grant, none, notFound("Not found; Gaia id not found for email " + name)
	}
	holder := grant
	for _, delegate := range *delegates {
		hop, err := a.world.ServiceAccount(strings.TrimPrefix(delegate, "projects/-/serviceAccounts/"))
		if err != nil || !strings.HasPrefix(delegate, "projects/-/serviceAccounts/") {
			return grant, none, invalidArgument("Request contains an invalid argument.")
		}
		if p := a.mayAct(holder, hop, "iam.serviceAccounts.implicitDelegation"); p != nil {
			return grant, none, p
		}
		holder = world.Grant{Principal: bridge.Principal(hop.Email), Members: []string{"serviceAccount:" + hop.Email}}
	}
	return grant, account, a.mayAct(holder, account, permission)
}

func (a *API) mayAct(holder world.Grant, account world.ServiceAccount, permission string) *problem {
	if len(a.world.AccountPermissions(holder, account.Email, permission)) == 0 {
		return denied(permission, "iam.googleapis.com", "")
	}
	if account.Disabled {
		return &problem{Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION", Message: "Precondition check failed."}
	}
	return nil
}

// lifetime reads a protobuf duration and holds it against the limits: one hour, or twelve where the organisation allows.
func lifetime(text string, account world.ServiceAccount) (time.Duration, *problem) {
	if text == "" {
		return time.Hour, nil
	}
	life, err := time.ParseDuration(text)
	if err != nil || !strings.HasSuffix(text, "s") || strings.ContainsAny(text, "hmunµ") {
		description := "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), Field 'lifetime', Illegal duration format; duration must end with 's'"
		return 0, refused(&message.Refusal{Violations: []message.Violation{{Field: "lifetime", Description: description}}})
	}
	switch {
	case life <= 0:
		return 0, invalidArgument("Lifetime of access token must be larger then zero.")
	case life > 12*time.Hour && account.LongLifetime:
		return 0, invalidArgument("Access tokens can not have lifetimes of more than 12 hours.")
	case life > time.Hour && !account.LongLifetime:
		return 0, invalidArgument("Access tokens can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up to 12 hours.")
	}
	return life, nil
}

// scopesOf checks the scopes; a lone empty one means cloud-platform, as measured on the real API.
func scopesOf(scopes []string) ([]string, *problem) {
	if slices.Equal(scopes, []string{""}) {
		return []string{cloudPlatform}, nil
	}
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return !knownScope(s) }) {
		return nil, invalidArgument("Request contains an invalid argument.")
	}
	return scopes, nil
}

func knownScope(s string) bool {
	if s == "openid" || s == "email" || s == "profile" {
		return true
	}
	name, ok := strings.CutPrefix(s, "https://www.googleapis.com/auth/")
	return ok && name != "" && !strings.ContainsAny(name, "/ ")
}

// chain is who stands behind the new token, nearest first: the delegates from the last to the first, then the caller.
func chain(delegates []string, caller world.Grant) []string {
	var out []string
	for _, d := range slices.Backward(delegates) {
		out = append(out, strings.TrimPrefix(d, "projects/-/serviceAccounts/"))
	}
	return append(append(out, string(caller.Principal)), caller.Delegation...)
}

// allowedLocations answers the SDKs' Regional Access Boundary look-up: nothing is fenced in.
func (a *API) allowedLocations(rw http.ResponseWriter, r *http.Request) {
	if _, p := a.authenticate(r, call{credentialsAPI, credentialsRPC + "GetAllowedLocations", []string{iamScope}}); p != nil {
		p.write(rw)
		return
	}
	resource := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/"), "/allowedLocations")
	if email, ok := strings.CutPrefix(resource, "projects/-/serviceAccounts/"); ok {
		if email, err := url.PathUnescape(email); err != nil || !a.accountExists(email) {
			notFound("Not found; Gaia id not found for email " + email).write(rw)
			return
		}
	} else if _, err := a.world.Pool(resource); err != nil {
		notFound("Requested entity was not found.").write(rw)
		return
	}
	writeJSON(rw, http.StatusOK, map[string]any{"locations": []string{}, "encodedLocations": "0x0"})
}

func (a *API) accountExists(name string) bool {
	_, err := a.world.ServiceAccount(name)
	return err == nil
}
