package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/doctor"
	"github.com/landbridge/landbridge/internal/sandbox"
)

// plain is a client that knows the wire and nothing else, and gives back what the first server that refuses says.
type plain struct {
	t      *testing.T
	s      *sandbox.Sandbox
	p      sandbox.Profile
	client *http.Client
	made   int // providers so far: an id that was deleted stays taken
}

func (c *plain) call(method, target, body string, headers ...string) (int, http.Header, string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(out)
}

func (c *plain) form(target string, fields map[string]string) (status int, body string) {
	c.t.Helper()
	v := url.Values{}
	for name, value := range fields {
		v.Set(name, value)
	}
	status, _, body = c.call(http.MethodPost, target, v.Encode(), "Content-Type: application/x-www-form-urlencoded")
	return status, body
}

// google goes from an assertion to a model's answer; the refusal is empty when it comes through.
func (c *plain) google(audience, assertion string) (refusal string) {
	status, body := c.form(c.p.Google.TokenURL, map[string]string{
		"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "subject_token": assertion, "audience": audience, "scope": cloudPlatform,
	})
	if status != http.StatusOK {
		return body
	}
	status, _, body = c.call(http.MethodPost, c.p.Google.ImpersonationURL, `{"scope":["`+cloudPlatform+`"],"lifetime":"3600s"}`,
		"Content-Type: application/json", "Authorization: Bearer "+field(c.t, body, "access_token"))
	if status != http.StatusOK {
		return body
	}
	status, _, body = c.call(http.MethodPost, c.p.Google.VertexURL+"/v1/projects/"+c.p.Google.ProjectID+"/locations/"+c.p.Google.Location+"/publishers/google/models/"+c.p.Google.Model+":generateContent",
		`{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}`, "Content-Type: application/json", "Authorization: Bearer "+field(c.t, body, "accessToken"))
	if status != http.StatusOK {
		return body
	}
	return ""
}

func (c *plain) mint(audience ...string) string {
	c.t.Helper()
	token, _, err := c.s.Mint(audience, time.Hour)
	if err != nil {
		c.t.Fatal(err)
	}
	return token
}

// travel goes one route and returns the first refusal, as a server utters it.
func (c *plain) travel(route, code string) string {
	c.t.Helper()
	switch route {
	case "pod":
		return c.google(c.p.Google.Audience, c.mint())
	case "entra":
		status, body := c.form(c.p.Azure.AuthorityURL+c.p.Azure.TenantID+"/oauth2/v2.0/token", map[string]string{
			"grant_type": "client_credentials", "client_id": c.p.Azure.WorkloadClientID, "scope": c.p.Azure.ExchangeResource + "/.default",
			"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": c.mint(c.p.Azure.ExchangeResource),
		})
		if status != http.StatusOK {
			return body
		}
		return c.google("//iam.googleapis.com/"+c.p.Google.EntraProvider, field(c.t, body, "access_token"))
	case "imds":
		return c.identity(c.p.Azure.IMDSURL+"/metadata/identity/oauth2/token?api-version=2018-02-01", "Metadata: true")
	case "appservice":
		return c.identity(c.p.Azure.IdentityEndpoint+"?api-version=2019-08-01", "X-IDENTITY-HEADER: "+c.p.Azure.IdentityHeader)
	case "arc":
		return c.arc()
	case "setup":
		return c.setup(code)
	}
	c.t.Fatalf("no route %s", route)
	return ""
}

func (c *plain) identity(target, header string) string {
	status, _, body := c.call(http.MethodGet, target+"&resource="+url.QueryEscape(c.p.Azure.ExchangeResource), "", header)
	if status != http.StatusOK {
		return body
	}
	return ""
}

// arc does as Microsoft's library does, and says what it says.
func (c *plain) arc() string {
	status, header, body := c.call(http.MethodGet, c.p.Azure.ArcEndpoint+"?api-version=2020-06-01&resource="+url.QueryEscape(c.p.Azure.ExchangeResource), "", "Metadata: true")
	if status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		return "response has no www-authenticate header"
	}
	if status != http.StatusUnauthorized {
		return body
	}
	return ""
}

// setup makes the call of set-up that the provocation is about.
func (c *plain) setup(code string) string {
	c.t.Helper()
	if strings.HasPrefix(code, "LB4") {
		pool, id, _ := strings.Cut(c.p.Google.ProductionProvider, "/providers/")
		if code != "LB4052" {
			c.made++
			id = fmt.Sprintf("fresh-%d", c.made)
		}
		status, _, body := c.call(http.MethodPost, c.p.HTTP+"/v1/"+pool+"/providers?workloadIdentityPoolProviderId="+id,
			`{"oidc":{"issuerUri":"`+c.p.Azure.ProductionIssuer+`"},"attributeMapping":{"google.subject":"assertion.sub"}}`,
			"Content-Type: application/json", "Authorization: Bearer "+c.s.GoogleOperator().Reveal())
		if status != http.StatusOK {
			return body
		}
		return ""
	}
	_, _, body := c.call(http.MethodPost, c.p.AdminURL+"/tokens/azure-operator", "")
	credential := c.p.Azure.ARMURL + "/subscriptions/" + c.p.Azure.SubscriptionID + "/resourceGroups/" + c.p.Azure.ResourceGroup +
		"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/landbridge-workload/federatedIdentityCredentials/fresh-one?api-version=2023-01-31"
	auth := "Authorization: Bearer " + field(c.t, body, "access_token")
	status, _, body := c.call(http.MethodPut, credential,
		`{"properties":{"issuer":"`+c.p.Azure.ClusterIssuer+`","subject":"system:serviceaccount:demo:other","audiences":["api://AzureADTokenExchange"]}}`, "Content-Type: application/json", auth)
	if status >= http.StatusMultipleChoices {
		return body
	}
	c.call(http.MethodDelete, credential, "", auth)
	return ""
}

// TestProvocations: each failure that a server produces is met on its route, doctor gives it its name from the server's words
// alone, and once it is healed the road is free.
func TestProvocations(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{ArcDir: t.TempDir()})
	c := &plain{t: t, s: s, p: s.Profile(), client: tlsClient(t, s.Profile().CAPEM)}
	for _, p := range sandbox.Provocations() {
		c.t = t
		if p.Code != "LB4052" { // without it the id is taken by one that lives
			if said := c.travel(p.Route, p.Code); said != "" {
				t.Fatalf("before %s the road is not free: %s", p.Code, said)
			}
		}
		t.Run(p.Code, func(t *testing.T) {
			c.t = t
			if err := s.Provoke(p.Code); err != nil {
				t.Fatal(err)
			}
			said := c.travel(p.Route, p.Code)
			s.Heal()
			if f, ok := doctor.Explain(said); !ok || f.Code != p.Code {
				t.Errorf("doctor says %q of\n%s", f.Code, said)
			}
			if p.What == "" {
				t.Error("it does not say what it changes")
			}
		})
		c.t = t
		if p.Code != "LB4052" {
			if said := c.travel(p.Route, p.Code); said != "" {
				t.Fatalf("after %s the road is not free: %s", p.Code, said)
			}
		}
	}
}

// TestEveryServerRowIsProvoked holds the list against the catalogue.
func TestEveryServerRowIsProvoked(t *testing.T) {
	t.Parallel()
	all := sandbox.Provocations()
	for _, r := range doctor.Rows() {
		has := slices.ContainsFunc(all, func(p sandbox.Provocation) bool { return p.Code == r.Code })
		if r.Producer == doctor.Server && !has {
			t.Errorf("%s, which a server produces, cannot be provoked: %s", r.Code, r.Title)
		}
	}
	for _, p := range all {
		if _, ok := doctor.Find(p.Code); !ok {
			t.Errorf("%s is not in the catalogue", p.Code)
		}
	}
}

func TestProvokeByAdmin(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	status, out := admin(t, s, http.MethodGet, "/provoke", "")
	var list []sandbox.Provocation
	if err := json.Unmarshal([]byte(out), &list); err != nil || status != http.StatusOK || len(list) < 45 {
		t.Fatalf("%d %s", status, out)
	}
	c := &plain{t: t, s: s, p: s.Profile(), client: tlsClient(t, s.Profile().CAPEM)}
	for range 2 { // twice is once
		if status, out := admin(t, s, http.MethodPost, "/provoke", `{"code":"lb4046"}`); status != http.StatusNoContent {
			t.Fatalf("%d %s", status, out)
		}
	}
	if status, out := admin(t, s, http.MethodPost, "/provoke", `{"code":"LB4036"}`); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, out)
	}
	if said := c.travel("pod", ""); !strings.Contains(said, "audience in ID Token") {
		t.Error(said)
	}
	if status, _ := admin(t, s, http.MethodDelete, "/provoke/LB4036", ""); status != http.StatusNoContent {
		t.Error(status)
	}
	if said := c.travel("pod", ""); !strings.Contains(said, "attribute condition") {
		t.Error(said)
	}
	if status, _ := admin(t, s, http.MethodDelete, "/provoke", ""); status != http.StatusNoContent {
		t.Error(status)
	}
	if said := c.travel("pod", ""); said != "" {
		t.Error(said)
	}
	if status, out := admin(t, s, http.MethodPost, "/provoke", `{"code":"LB1002"}`); status != http.StatusBadRequest || !strings.Contains(out, "cannot provoke") {
		t.Errorf("%d %s", status, out)
	}
}

func TestProvokeRefusals(t *testing.T) {
	t.Parallel()
	s, err := sandbox.New(sandbox.Options{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := errors.AsType[*bridge.Error](s.Provoke("LB4036")); !ok || e.Code != "sandbox_not_ready" || e.Hint == "" {
		t.Errorf("%v", e)
	}
	s = start(t, sandbox.Options{})
	if e, ok := errors.AsType[*bridge.Error](s.Provoke("nonsense")); !ok || e.Code != "provocation_unknown" || !strings.Contains(e.Hint, "LB4036") {
		t.Errorf("%v", e)
	}
}
