package kubeapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/sandbox/kubeapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const base = "/clusters/aks-demo"

// send makes a call with the administrator's token.
func (s *sandbox) send(method, path, contentType, body string) reply {
	s.Helper()
	h := bearer(s.secret.Reveal())
	h.Set("Content-Type", contentType)
	h.Set("User-Agent", "tester/1")
	return s.do(method, path, h, strings.NewReader(body))
}

func (s *sandbox) names(path string) []string {
	s.Helper()
	got := s.send(http.MethodGet, path, "", "")
	out := []string{}
	for _, item := range decode[struct {
		Items []struct {
			Metadata struct{ Name string }
		}
	}](s.T, got.body).Items {
		out = append(out, item.Metadata.Name)
	}
	return out
}

// message is a Status's words and code.
func (r reply) message(t *testing.T) string {
	t.Helper()
	got := decode[struct{ Kind, Message, Reason string }](t, r.body)
	return http.StatusText(r.status) + ", " + got.Reason + ": " + got.Message
}

func TestListsAndSelectors(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	for name, labels := range map[string]string{"a": `{"team":"red"}`, "b": `{"team":"blue","tier":"1"}`, "c": `{}`} {
		equal(t, name, 201, s.send(http.MethodPost, base+"/api/v1/namespaces/demo/configmaps", "application/json", `{"metadata":{"name":"`+name+`","labels":`+labels+`}}`).status)
	}
	path := base + "/api/v1/namespaces/demo/configmaps"
	for selector, want := range map[string][]string{
		"":                                   {"a", "b", "c"},
		"?labelSelector=team%3Dred":          {"a"},
		"?labelSelector=team%3D%3Dblue":      {"b"},
		"?labelSelector=team!%3Dred":         {"b", "c"},
		"?labelSelector=team":                {"a", "b"},
		"?labelSelector=!team":               {"c"},
		"?labelSelector=team+in+(red,+blue)": {"a", "b"},
		"?labelSelector=team+notin+(red)":    {"b", "c"},
		"?labelSelector=team,tier%3D1":       {"b"},
		"?fieldSelector=metadata.name%3Dc":   {"c"},
		"?fieldSelector=metadata.name!%3Dc":  {"a", "b"},
	} {
		equal(t, selector, want, s.names(path+selector))
	}
	equal(t, "all namespaces", []string{"a", "b", "c"}, s.names(base+"/api/v1/configmaps"))
	equal(t, "another cluster", []string{}, s.names("/clusters/aks-two/api/v1/configmaps"))
	first := decode[struct {
		Metadata struct {
			Continue           string
			RemainingItemCount int
		}
	}](t, s.send(http.MethodGet, path+"?limit=2", "", "").body)
	equal(t, "remaining", 1, first.Metadata.RemainingItemCount)
	equal(t, "second page", []string{"c"}, s.names(path+"?limit=2&continue="+first.Metadata.Continue))
	for query, want := range map[string]string{
		"labelSelector=(":      "Bad Request, BadRequest: unable to parse requirement: found \"(\", expected a label selector",
		"fieldSelector=data=x": "Bad Request, BadRequest: Unable to find \"v1, Resource=configmaps\" that match label selector \"\", field selector \"data=x\": field label not supported: data",
		"limit=x":              "Bad Request, BadRequest: invalid limit \"x\"",
		"continue=*":           "Bad Request, BadRequest: continue key is not valid: illegal base64 data at input byte 0",
		"watch=true":           "Not Implemented, : the sandbox does not pretend GET " + path + " as a watch: the real API may know it",
	} {
		equal(t, query, want, s.send(http.MethodGet, path+"?"+query, "", "").message(t))
	}
}

func TestObjectRefusals(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	const maps, accounts = base + "/api/v1/namespaces/demo/configmaps", base + "/api/v1/namespaces/demo/serviceaccounts"
	equal(t, "made", 201, s.send(http.MethodPost, maps, "application/json", `{"metadata":{"name":"taken"}}`).status)
	for _, tc := range []struct{ name, method, path, contentType, body, want string }{
		{"twice", "POST", maps, "application/json", `{"metadata":{"name":"taken"}}`, `Conflict, AlreadyExists: configmaps "taken" already exists`},
		{"nameless", "POST", maps, "application/json", `{}`, `Unprocessable Entity, Invalid: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required`},
		{"a bad name", "POST", maps, "application/json", `{"metadata":{"name":"A"}}`, `Unprocessable Entity, Invalid: ConfigMap "A" is invalid: metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`},
		{"a bad label", "POST", maps, "application/json", `{"metadata":{"name":"x","labels":{"a":"b c"}}}`, `Unprocessable Entity, Invalid: ConfigMap "x" is invalid: metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`},
		{"another kind", "POST", maps, "application/json", `{"kind":"Secret","apiVersion":"v1"}`, `Bad Request, BadRequest: Secret in version "v1" cannot be handled as a ConfigMap: no kind "Secret" is registered for version "v1" in scheme`},
		{"no JSON", "POST", maps, "application/json", `{`, `Bad Request, BadRequest: the object provided is unrecognized (must be of type Object): unexpected EOF`},
		{"YAML", "POST", maps, "application/yaml", `a: b`, `Unsupported Media Type, UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json, application/vnd.kubernetes.protobuf`},
		{"an unknown field", "POST", maps + "?fieldValidation=Strict", "application/json", `{"metadata":{"name":"x"},"datum":{}}`, `Bad Request, BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "datum"`},
		{"no namespace", "POST", base + "/api/v1/namespaces/nowhere/configmaps", "application/json", `{"metadata":{"name":"x"}}`, `Not Found, NotFound: namespaces "nowhere" not found`},
		{"another namespace", "POST", maps, "application/json", `{"metadata":{"name":"x","namespace":"shop"}}`, `Bad Request, BadRequest: the namespace of the provided object does not match the namespace sent on the request`},
		{"a pod of nobody", "POST", base + "/api/v1/namespaces/demo/pods", "application/json", `{"metadata":{"name":"p"},"spec":{"serviceAccountName":"ghost"}}`, `Forbidden, Forbidden: pods "p" is forbidden: error looking up service account demo/ghost: serviceaccount "ghost" not found`},
		{"nothing there", "GET", maps + "/none", "", "", `Not Found, NotFound: configmaps "none" not found`},
		{"an old version", "PUT", maps + "/taken", "application/json", `{"metadata":{"name":"taken","resourceVersion":"1"}}`, `Conflict, Conflict: Operation cannot be fulfilled on configmaps "taken": the object has been modified; please apply your changes to the latest version and try again`},
		{"another uid", "DELETE", maps + "/taken", "application/json", `{"preconditions":{"uid":"x"}}`, ``},
		{"a strategic patch of a list", "PATCH", accounts + "/app", "application/strategic-merge-patch+json", `{"secrets":[]}`, `Not Implemented, : the sandbox does not pretend PATCH ` + accounts + `/app as a strategic merge patch with lists or directives: the real API may know it`},
		{"an unknown patch", "PATCH", accounts + "/app", "text/plain", `x`, `Unsupported Media Type, UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml`},
		{"an apply of nobody", "PATCH", accounts + "/app", "application/apply-patch+yaml", `{}`, `Unprocessable Entity, Invalid: PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch`},
		{"an apply in YAML", "PATCH", accounts + "/app?fieldManager=m", "application/apply-patch+yaml", "kind: ServiceAccount", `Not Implemented, : the sandbox reads an apply in its JSON form only: the object provided is unrecognized (must be of type Object): invalid character 'k' looking for beginning of value`},
		{"an unknown resource", "GET", base + "/apis/apps/v1/deployments", "", "", `Not Implemented, : the sandbox does not pretend GET ` + base + `/apis/apps/v1/deployments: the real API may know it`},
		{"a whole list", "DELETE", maps, "", "", `Not Implemented, : the sandbox does not pretend DELETE ` + maps + ` of a whole list: the real API may know it`},
		{"a wrong method", "PUT", maps, "application/json", "{}", `Method Not Allowed, MethodNotAllowed: the server does not allow this method on the requested resource`},
		{"an unknown cluster", "GET", "/clusters/none/api/v1/namespaces", "", "", `Not Found, NotFound: clusters "none" not found`},
	} {
		got := s.send(tc.method, tc.path, tc.contentType, tc.body).message(t)
		if tc.want == "" {
			if !strings.HasPrefix(got, "Conflict, Conflict: ") {
				t.Errorf("%s: %s", tc.name, got)
			}
			continue
		}
		equal(t, tc.name, tc.want, got)
	}
}

func TestPatches(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	const path = base + "/api/v1/namespaces/demo/serviceaccounts/app"
	type answer struct {
		Metadata struct {
			Annotations     map[string]string
			ResourceVersion string
		}
	}
	send := func(contentType, body string) answer {
		t.Helper()
		got := s.send(http.MethodPatch, path, contentType, body)
		equal(t, body, 200, got.status)
		return decode[answer](t, got.body)
	}
	first := send("application/merge-patch+json", `{"metadata":{"annotations":{"a":"1","b":"2"}}}`)
	equal(t, "merge", map[string]string{"a": "1", "b": "2"}, first.Metadata.Annotations)
	equal(t, "nothing new", first, send("application/merge-patch+json", `{"metadata":{"annotations":{"a":"1"}}}`))
	equal(t, "null removes", map[string]string{"b": "2"}, send("application/merge-patch+json", `{"metadata":{"annotations":{"a":null}}}`).Metadata.Annotations)
	equal(t, "JSON patch", map[string]string{"b": "3", "x/y": "z"}, send("application/json-patch+json",
		`[{"op":"test","path":"/metadata/annotations/b","value":"2"},{"op":"replace","path":"/metadata/annotations/b","value":"3"},{"op":"add","path":"/metadata/annotations/x~1y","value":"z"}]`).Metadata.Annotations)
	got := s.send(http.MethodPatch, path, "application/json-patch+json", `[{"op":"test","path":"/metadata/annotations/b","value":"2"}]`)
	equal(t, "a failed test", `Unprocessable Entity, Invalid: the server rejected our request due to an error in our request: test /metadata/annotations/b: "b" has another value`, got.message(t))
	got = s.send(http.MethodPatch, path, "application/json-patch+json", `[{"op":"move","from":"/a","path":"/b"}]`)
	equal(t, "a move", 501, got.status)
}

// TestAccountsAreTheWorlds makes and deletes accounts on either side.
func TestAccountsAreTheWorlds(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	const accounts = base + "/api/v1/namespaces/demo/serviceaccounts"
	has := func(name string) bool {
		c, err := s.world.Cluster(issuer)
		if err != nil {
			t.Fatal(err)
		}
		return c.Accounts[name]
	}
	equal(t, "from the start", []string{"app", "default", "other"}, s.names(accounts))
	equal(t, "create", 201, s.send(http.MethodPost, accounts, "application/json", `{"metadata":{"name":"mine"}}`).status)
	equal(t, "the world's", true, has("demo/mine"))
	equal(t, "token", 201, s.tokenRequest(accounts+"/mine/token", `{}`).status)
	equal(t, "delete", 200, s.send(http.MethodDelete, accounts+"/mine", "", "").status)
	equal(t, "the world's", false, has("demo/mine"))
	equal(t, "no token", 404, s.tokenRequest(accounts+"/mine/token", `{}`).status)
	if err := s.world.SetAccount(issuer, "demo/app", false); err != nil {
		t.Fatal(err)
	}
	if err := s.world.SetAccount(issuer, "shop/web", true); err != nil {
		t.Fatal(err)
	}
	equal(t, "the world took one", []string{"default", "other"}, s.names(accounts))
	equal(t, "the world gave one", []string{"default", "web"}, s.names(base+"/api/v1/namespaces/shop/serviceaccounts"))
	equal(t, "a namespace ends", 200, s.send(http.MethodDelete, base+"/api/v1/namespaces/shop", "", "").status)
	equal(t, "and its accounts", false, has("shop/web"))
}

// TestOneClusterUnderTwoIssuers has its accounts under both.
func TestOneClusterUnderTwoIssuers(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	c, err := s.world.Cluster(issuer)
	if err != nil {
		t.Fatal(err)
	}
	c.Name, c.Issuer = "aks-other-name", "https://other.example/"
	s.world.AddCluster(c)
	equal(t, "create", 201, s.send(http.MethodPost, base+"/api/v1/namespaces/demo/serviceaccounts", "application/json", `{"metadata":{"name":"mine"}}`).status)
	got := s.tokenRequest("/clusters/aks-other-name/api/v1/namespaces/demo/serviceaccounts/mine/token", `{}`)
	equal(t, "status", 201, got.status)
	equal(t, "iss", any("https://other.example/"), claims(t, decode[tokenRequestAnswer](t, got.body).Status.Token)["iss"])
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	c, err := s.world.Cluster(issuer)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "jwks", string(c.Keys.JWKS()), s.send(http.MethodGet, base+"/openid/v1/jwks", "", "").body)
	if got := s.send(http.MethodGet, base+"/.well-known/openid-configuration", "", "").body; !strings.Contains(got, `"issuer":"`+issuer+`"`) {
		t.Error(got)
	}
	equal(t, "healthy for anybody", "ok", s.do(http.MethodGet, base+"/readyz", nil, nil).body)
	equal(t, "jwks for nobody", 401, s.do(http.MethodGet, base+"/openid/v1/jwks", nil, nil).status)
	equal(t, "no writing", 405, s.send(http.MethodPost, base+"/version", "application/json", "{}").status)
	for url, want := range map[string]bool{
		"https://127.0.0.1:1/api/v1/namespaces":                              true,
		"https://127.0.0.1:1/clusters/x/version":                             true,
		"https://aks-demo-dns-1.hcp.westeurope.azmk8s.io/version":            true,
		"https://127.0.0.1:1/version":                                        false,
		"https://127.0.0.1:1/openid/v1/jwks":                                 false,
		"https://management.azure.com/subscriptions":                         false,
		"https://westeurope.oic.prod-aks.azure.com/t/c/openid/v1/jwks":       false,
		"https://127.0.0.1:1/v1/projects/p/locations/global/publishers/x/y":  false,
		"https://127.0.0.1:1/apis/authorization.k8s.io/v1/selfsubjectaccess": true,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := kubeapi.New(s.world, kubeapi.Options{}).Owns(r); got != want {
			t.Errorf("Owns(%s) = %v", url, got)
		}
	}
	s.world.SetFault("kube", world.Fault{Status: 503, Times: 1})
	equal(t, "a fault", 503, s.send(http.MethodGet, base+"/version", "", "").status)
}

func TestWithoutTheTokenNobodyGetsIn(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	s.server.Config.Handler = kubeapi.New(s.world, kubeapi.Options{})
	for _, h := range []http.Header{nil, head("Authorization", "Bearer "), bearer("x")} {
		equal(t, "status", 401, s.do(http.MethodGet, base+"/api/v1/namespaces", h, nil).status)
	}
}
