package kubeapi_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const kubePath = "/api/v1/namespaces/demo/serviceaccounts/app/token"

func (s *sandbox) tokenRequest(path, spec string) reply {
	s.Helper()
	return s.do(http.MethodPost, path, head("Authorization", "Bearer "+s.secret.Reveal(), "Content-Type", "application/json"),
		strings.NewReader(`{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1","metadata":{"creationTimestamp":null},"spec":`+spec+`,"status":{"token":"","expirationTimestamp":null}}`))
}

type tokenRequestAnswer struct {
	Kind       string `json:"kind"`
	APIVersion string `json:"apiVersion"`
	Metadata   struct {
		Name, Namespace, CreationTimestamp string
	} `json:"metadata"`
	Spec struct {
		Audiences         []string
		ExpirationSeconds int
	} `json:"spec"`
	Status struct {
		Token, ExpirationTimestamp string
	} `json:"status"`
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	tests := []struct {
		name, path, spec string
		audience         any
		seconds          int
		bound            string // kind in the claims
	}{
		{"as kubectl asks", kubePath, `{"audiences":["api://AzureADTokenExchange"],"expirationSeconds":7200,"boundObjectRef":null}`, []any{"api://AzureADTokenExchange"}, 7200, ""},
		{"defaults", kubePath, `{}`, []any{issuer}, 3600, ""},
		{"bound to a pod", kubePath, `{"audiences":["a","b"],"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}`, []any{"a", "b"}, 3600, "pod"},
		{"by the cluster's name", "/clusters/aks-demo" + kubePath, `{"expirationSeconds":600}`, []any{issuer}, 600, ""},
		{"longer than AKS allows", kubePath, `{"expirationSeconds":31536000}`, []any{issuer}, 86400, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := s.tokenRequest(tc.path, tc.spec)
			equal(t, "status", http.StatusCreated, got.status)
			out := decode[tokenRequestAnswer](t, got.body)
			equal(t, "kind", "authentication.k8s.io/v1 TokenRequest", out.APIVersion+" "+out.Kind)
			equal(t, "name", "demo/app", out.Metadata.Namespace+"/"+out.Metadata.Name)
			equal(t, "expirationSeconds", tc.seconds, out.Spec.ExpirationSeconds)
			equal(t, "expirationTimestamp", noon.Add(time.Duration(tc.seconds)*time.Second).Format(time.RFC3339), out.Status.ExpirationTimestamp)
			c := claims(t, out.Status.Token)
			equal(t, "aud", tc.audience, c["aud"])
			equal(t, "sub", any(nodeSubject), c["sub"])
			equal(t, "exp", any(float64(noon.Unix()+int64(tc.seconds))), c["exp"])
			about := c["kubernetes.io"].(map[string]any)
			if _, bound := about["pod"]; bound != (tc.bound == "pod") {
				t.Errorf("kubernetes.io names a pod: %v", bound)
			}
		})
	}
}

func TestTokenRequestRefusals(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	equal(t, "too short", reply{status: 422, body: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
		`"message":"TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes",` +
		`"reason":"Invalid","details":{"group":"authentication.k8s.io","kind":"TokenRequest","causes":[{"reason":"FieldValueInvalid",` +
		`"message":"Invalid value: 599: may not specify a duration less than 10 minutes","field":"spec.expirationSeconds"}]},"code":422}`}.text(),
		s.tokenRequest(kubePath, `{"expirationSeconds":599}`).text())
	equal(t, "unknown account", reply{status: 404, body: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
		`"message":"serviceaccounts \"nobody\" not found","reason":"NotFound","details":{"name":"nobody","kind":"serviceaccounts"},"code":404}`}.text(),
		s.tokenRequest("/api/v1/namespaces/demo/serviceaccounts/nobody/token", `{}`).text())
	unauthorized := reply{status: 401, body: `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`}.text()
	equal(t, "no bearer", unauthorized, s.do(http.MethodPost, kubePath, nil, strings.NewReader("{}")).text())
	equal(t, "wrong bearer", unauthorized, s.do(http.MethodPost, kubePath, bearer("x"), strings.NewReader("{}")).text())
	for name, want := range map[string]struct {
		path, spec, message string
		status              int
	}{
		"too long": {
			kubePath, `{"expirationSeconds":4294967297}`,
			`TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds`, 422,
		},
		"bound to the wrong kind": {kubePath, `{"boundObjectRef":{"kind":"Deployment","apiVersion":"apps/v1","name":"d"}}`, `cannot bind token to object of type apps/v1, Kind=Deployment`, 400},
		"unknown cluster":         {"/clusters/nope" + kubePath, `{}`, `clusters \"nope\" not found`, 404},
		"another resource":        {"/api/v1/namespaces/demo/events", `{}`, `the sandbox does not pretend POST /api/v1/namespaces/demo/events: the real API may know it`, 501},
	} {
		got := s.tokenRequest(want.path, want.spec)
		if got.status != want.status || !strings.Contains(got.body, `"message":"`+want.message+`"`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	got := s.do(http.MethodPost, kubePath, head("Authorization", "Bearer "+s.secret.Reveal(), "Content-Type", "application/json"), strings.NewReader(`{"kind":"Pod","apiVersion":"v1"}`))
	if !strings.Contains(got.body, `Pod in version \"v1\" cannot be handled as a TokenRequest`) {
		t.Errorf("a Pod was taken for a TokenRequest: %s", got.body)
	}
}

func TestKubectlCreateToken(t *testing.T) {
	t.Parallel()
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		t.Skip("kubectl is not installed, and no package registry has one of today")
	}
	s := newSandbox(t, time.Now)
	cmd := exec.CommandContext(background(t), kubectl, "--kubeconfig=/dev/null", "--server="+s.server.URL+"/clusters/aks-demo", "--insecure-skip-tls-verify",
		"--token="+s.secret.Reveal(), "--namespace=demo", "create", "token", "app", "--audience=api://AzureADTokenExchange", "--duration=20m")
	cmd.Env = []string{"HOME=" + t.TempDir()}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("kubectl: %v: %s", err, &complaint)
	}
	equal(t, "sub", any(nodeSubject), claims(t, strings.TrimSpace(string(out)))["sub"])
}
