package googleapi

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// serveSTS is the Security Token Service. Callers are not authenticated: gcloud sends its own client as Basic
// authorization and is served all the same.
func (a *API) serveSTS(rw http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/token":
		a.exchange(rw, r)
	case r.Method == http.MethodPost && r.URL.Path == "/v1/introspect":
		a.introspect(rw, r)
	default:
		unknown(r).write(rw)
	}
}

// exchange turns an assertion into a federated token.
func (a *API) exchange(rw http.ResponseWriter, r *http.Request) {
	fields, err := stsFields(r)
	if err != nil {
		stsRefuse(rw, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	req := trust.Request{
		GrantType:          fields.get("grant_type", "grantType"),
		RequestedTokenType: fields.get("requested_token_type", "requestedTokenType"),
		SubjectTokenType:   fields.get("subject_token_type", "subjectTokenType"),
		SubjectToken:       bridge.NewSecret(fields.get("subject_token", "subjectToken")),
		Audience:           fields.get("audience", "audience"),
		Scope:              fields.get("scope", "scope"),
		Now:                a.world.Now(),
		Keys:               a.keys,
	}
	verdict := a.judge(r.Context(), req)
	if verdict.Refusal != nil {
		stsRefuse(rw, verdict.Refusal.Status, verdict.Refusal.Code, verdict.Refusal.Description)
		return
	}
	scopes := strings.Fields(req.Scope)
	for _, s := range scopes {
		if !knownScope(s) {
			stsRefuse(rw, http.StatusBadRequest, "invalid_scope", "Some requested scopes were invalid. {invalid=["+s+"]}")
			return
		}
	}
	if text := checkOptions(fields.get("options", "options")); text != "" {
		stsRefuse(rw, http.StatusBadRequest, "invalid_request", text)
		return
	}
	a.grantFederated(rw, req, &verdict, scopes)
}

// judge finds the provider and lets package trust decide.
func (a *API) judge(ctx context.Context, req trust.Request) trust.Verdict {
	name, refusal := trust.Target(req)
	if refusal != nil {
		return trust.Verdict{Refusal: refusal}
	}
	pool, err := a.world.Pool(name.PoolName())
	provider, ok := pool.Providers[name.String()]
	if err != nil || !ok {
		return trust.Verdict{Refusal: trust.NoSuchTarget(name)}
	}
	verifier, err := a.providers.compile(provider)
	if err != nil {
		return trust.Verdict{Refusal: trust.NoSuchTarget(name)} // Google would not have created it
	}
	req.PoolDisabled, req.PoolDeleted = pool.Disabled, pool.Deleted
	return verifier.Verify(ctx, req)
}

// grantFederated hands the token out. What is left of the assertion is measured as Google does it: an assertion that is
// over, but within the allowed skew, counts as if it had that long to live; with two seconds there is no expires_in;
// with one, Google fails.
func (a *API) grantFederated(rw http.ResponseWriter, req trust.Request, verdict *trust.Verdict, scopes []string) {
	left := int(verdict.Expiry.Sub(req.Now).Abs() / time.Second)
	if left <= 1 {
		(&problem{Code: http.StatusInternalServerError, Status: "INTERNAL", Message: "Internal error encountered."}).write(rw)
		return
	}
	name, _ := trust.ParseAudience(req.Audience)
	token := a.world.Issue(world.Grant{
		Principal: verdict.Principal,
		Members:   verdict.Members(),
		Scopes:    scopes,
		Expiry:    req.Now.Add(time.Duration(left) * time.Second),
		Project:   name.Project,
	})
	answer := map[string]any{
		"access_token":      token.Reveal(),
		"issued_token_type": string(bridge.AccessToken),
		"token_type":        "Bearer",
	}
	if left > 2 {
		answer["expires_in"] = left
	}
	writeJSON(rw, http.StatusOK, answer)
}

// introspect says what a federated token is (RFC 7662). A token that is not one, or is over, is inactive.
func (a *API) introspect(rw http.ResponseWriter, r *http.Request) {
	fields, err := stsFields(r)
	if err != nil {
		stsRefuse(rw, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	grant, ok := a.world.Grant(bridge.NewSecret(fields.get("token", "token")))
	if !ok || !isFederated(grant) {
		writeJSON(rw, http.StatusOK, map[string]any{"active": false})
		return
	}
	_, subject, _ := strings.Cut(string(grant.Principal), "/subject/")
	writeJSON(rw, http.StatusOK, map[string]any{
		"active": true, "exp": grant.Expiry.Unix(), "iss": "https://sts.googleapis.com/",
		"scope": strings.Join(grant.Scopes, " "), "sub": subject, "username": string(grant.Principal),
	})
}

func stsRefuse(rw http.ResponseWriter, status int, code, description string) {
	writeJSON(rw, status, map[string]any{"error": code, "error_description": description})
}

// stsForm is a request's fields under whichever name they came: the form has snake_case, JSON has camelCase.
type stsForm url.Values

func (f stsForm) get(snake, camel string) string {
	for _, name := range []string{snake, camel} {
		if v := url.Values(f).Get(name); v != "" {
			return v
		}
	}
	return ""
}

type textError string

func (e textError) Error() string { return string(e) }

func stsFields(r *http.Request) (stsForm, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 256<<10))
	if err != nil {
		return nil, textError("The request body is too large.")
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		var fields map[string]any
		if json.Unmarshal(body, &fields) != nil {
			return nil, textError("Invalid JSON payload received.")
		}
		form := stsForm{}
		for name, v := range fields {
			text, ok := v.(string)
			if !ok {
				return nil, textError("Invalid value for \"" + name + "\": a string is expected.")
			}
			form[name] = []string{text}
		}
		return form, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, textError("The request body is not a valid form.")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, textError("Duplicate parameter: " + name)
		}
	}
	return stsForm(form), nil
}

// checkOptions reads the options field, a JSON object that Python percent-encodes once more than the others. Nothing in
// it applies to a workload's assertion: a user project belongs to workforce pools, an access boundary to Google's tokens.
func checkOptions(text string) string {
	if text == "" {
		return ""
	}
	if !strings.HasPrefix(text, "{") {
		if decoded, err := url.QueryUnescape(text); err == nil {
			text = decoded
		}
	}
	var options struct {
		UserProject    string          `json:"userProject"`
		AccessBoundary json.RawMessage `json:"accessBoundary"`
	}
	switch {
	case json.Unmarshal([]byte(text), &options) != nil:
		return "Invalid value for \"options\": a JSON object is expected."
	case len(options.AccessBoundary) > 0:
		return "Invalid value for \"options\": an access boundary applies to an access token of Google."
	case options.UserProject != "":
		return "Invalid value for \"options\": a user project applies to a workforce pool."
	}
	return ""
}
