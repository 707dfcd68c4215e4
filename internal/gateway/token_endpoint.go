package gateway

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

// tokenPath is where the gateway stands in for Google's Security Token Service: the token_url of an external_account
// file. It hands out a token of its own, which opens nothing but this gateway.
const tokenPath = "/v1/token"

const maxForm = 128 << 10

// Tokens are the short tokens that the gateway hands out itself.
type Tokens struct {
	// Keys is the ring that seals them, of at least 32 bytes each: the first one seals, all of them open. It is asked each
	// time, so that the ring can be turned.
	Keys func() [][]byte
	// Lifetime of a token, never longer than the assertion's; 30 min when zero.
	Lifetime time.Duration
}

// granted is the answer of RFC 8693 section 2.2.1, with the members that Google's STS gives.
type granted struct {
	AccessToken     string `json:"access_token"`
	IssuedTokenType string `json:"issued_token_type"`
	TokenType       string `json:"token_type"`
	ExpiresIn       int    `json:"expires_in"`
}

// exchange serves the token endpoint (RFC 8693 as Google's STS has it; errors as RFC 6749 section 5.2 has them).
func (g *Gateway) exchange(w http.ResponseWriter, r *http.Request) {
	body, workload, err := g.grant(w, r)
	if err == nil {
		writeJSON(w, http.StatusOK, body)
		return
	}
	status, code, text := oauthError(err)
	if why, ok := err.(*trust.Refusal); ok { //nolint:errorlint // bare: of the form, not of the token
		err = oauth(why.Code, why.Reason)
	}
	g.refused(r, bridge.Call{Workload: workload}, err)
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	writeJSON(w, status, map[string]string{"error": code, "error_description": text})
}

// grant verifies the assertion in the form and seals a token for it. The grant is in the log before it leaves.
func (g *Gateway) grant(w http.ResponseWriter, r *http.Request) (granted, string, error) {
	form, err := tokenForm(w, r)
	if err != nil {
		return granted{}, "", err
	}
	assertion := bridge.NewSecret(form.Get("subject_token"))
	if err := checkForm(form, assertion); err != nil {
		return granted{}, "", err
	}
	caller, err := g.o.Verifier.Verify(r.Context(), assertion)
	if err != nil {
		return granted{}, "", err
	}
	if g.o.Revoked(caller.Name, "") {
		return granted{}, caller.Name, oauth("unauthorized_client", "the caller has been revoked")
	}
	now := g.o.Clock()
	t := ticket{expiry: now.Add(g.o.Tokens.Lifetime), workload: caller.Name, assertion: assertion}
	if caller.Assertion.Expiry.Before(t.expiry) {
		t.expiry = caller.Assertion.Expiry
	}
	if t.expiry.Sub(now) < bridge.MinLife {
		return granted{}, caller.Name, oauth("invalid_grant", "the subject token has less than five minutes to live; send a fresh one")
	}
	token, err := sealTicket(g.o.Tokens.Keys(), &t)
	if err != nil {
		return granted{}, caller.Name, oauth("server_error", err.Error())
	}
	err = g.o.Recorder.Record(r.Context(), bridge.Record{
		Time: now, Event: bridge.EventLease, Door: doorName, Caller: r.RemoteAddr, Issuer: caller.Issuer, Subject: caller.Subject,
		Token: "token:" + t.id, Expiry: t.expiry, Call: &bridge.Call{ID: t.id, Workload: caller.Name, Method: "token"},
	})
	if err != nil {
		return granted{}, caller.Name, oauth("temporarily_unavailable", "the audit log cannot be written, so nothing is handed out")
	}
	return granted{
		AccessToken: token, IssuedTokenType: string(bridge.AccessToken), TokenType: "Bearer", ExpiresIn: int(t.expiry.Sub(now) / time.Second),
	}, caller.Name, nil
}

func tokenForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "invalid_request", Text: "a token is asked for with POST", Status: http.StatusMethodNotAllowed}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, oauth("invalid_request", "the request is not of type application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, oauth("invalid_request", "the form is malformed or longer than 128 KiB")
	}
	for key, values := range r.PostForm {
		if len(values) > 1 {
			return nil, oauth("invalid_request", "a field of the form stands there twice: "+known8693(key))
		}
	}
	return r.PostForm, nil
}

// known8693 names a field in an error, when it is one that we know: a caller's own words are not repeated.
func known8693(key string) string {
	switch key {
	case "grant_type", "audience", "scope", "requested_token_type", "subject_token", "subject_token_type", "options":
		return key
	}
	return "another"
}

// checkForm holds the form against the rules of Google's STS. The audience is checked with the assertion, by the rules
// of its issuer.
func checkForm(form url.Values, assertion bridge.Secret) error {
	_, refusal := trust.Target(trust.Request{
		GrantType: form.Get("grant_type"), RequestedTokenType: form.Get("requested_token_type"), SubjectTokenType: form.Get("subject_token_type"),
		SubjectToken: assertion, Audience: form.Get("audience"), Scope: form.Get("scope"),
	})
	if refusal != nil {
		return refusal
	}
	return nil
}

func oauth(code, text string) error {
	return &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopDoor, Code: code, Text: text}
}

// oauthError is an error in the words of RFC 6749: those of the rules that refused where there are any.
func oauthError(err error) (status int, code, text string) {
	if r, ok := errors.AsType[*trust.Refusal](err); ok {
		return r.Status, r.Code, r.Description
	}
	e, ok := errors.AsType[*bridge.Error](err)
	switch {
	case !ok || e.Code == "server_error":
		return http.StatusInternalServerError, "server_error", "the token could not be made"
	case e.Code == "temporarily_unavailable":
		return http.StatusServiceUnavailable, e.Code, e.Text
	case e.Status == http.StatusMethodNotAllowed:
		return e.Status, e.Code, e.Text
	case strings.Contains(e.Code, "_") && e.Status == 0:
		return http.StatusBadRequest, e.Code, e.Text
	default:
		return http.StatusBadRequest, "invalid_grant", e.Text
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone; nobody is left to tell
}
