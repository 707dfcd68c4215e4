package cli_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ask is one read of a pretended cloud's own API, as its operator; absent things are nil.
func (c *clouds) ask(url, token string) map[string]any {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.answer(req, token)
}

// answer sends a request of the operator's and wants success, or absence.
func (c *clouds) answer(req *http.Request, token string) map[string]any {
	c.t.Helper()
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := c.https().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusNotFound {
		return nil
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil || resp.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %d %s", req.Method, req.URL, resp.StatusCode, data)
	}
	return out
}

// https is a client that trusts the sandbox.
func (c *clouds) https() *http.Client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(c.profile.CAPEM))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	c.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// operator is a fresh token of who sets up: "google-operator" or "azure-operator".
func (c *clouds) operator(who string) string {
	c.t.Helper()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(c.admin("POST", "/tokens/"+who, struct{}{}), &token); err != nil {
		c.t.Fatal(err)
	}
	return token.AccessToken
}

// written is all that set-up can write, read through the APIs of both clouds and the clusters: one sorted line for each thing,
// without what differs from run to run. A thing that is there twice has two lines.
func (c *clouds) written() []string {
	c.t.Helper()
	p := c.profile
	r := &reading{c: c, names: []string{p.HTTPS, "https://SANDBOX", p.HTTP, "http://SANDBOX"}}
	r.azure()
	r.google()
	r.clusters()
	replace := strings.NewReplacer(r.names...)
	for i := range r.lines {
		r.lines[i] = replace.Replace(r.lines[i])
	}
	slices.Sort(r.lines)
	return r.lines
}

// reading is one walk through both clouds.
type reading struct {
	c     *clouds
	lines []string
	names []string // ids that the clouds thought up, and what they stand for
}

func (r *reading) google() {
	c, p := r.c, r.c.profile
	token, project := c.operator("google-operator"), p.HTTP+"/v1/projects/"+p.Google.EmptyProjectID
	r.add("project policy", []any{c.post(project+":getIamPolicy", token, struct{}{})})
	accounts := list(c.ask(project+"/serviceAccounts", token), "accounts")
	for _, a := range accounts {
		email := a.(map[string]any)["email"].(string)
		r.add("policy of "+email, []any{c.post(project+"/serviceAccounts/"+email+":getIamPolicy", token, struct{}{})})
	}
	r.add("account", accounts)
	r.add("role", list(c.ask(project+"/roles?showDeleted=true&view=FULL", token), "roles"))
	r.add("service", list(c.ask(p.HTTP+"/v1/projects/"+p.Google.EmptyProjectNumber+"/services?filter=state:ENABLED", token), "services"))
	pools := list(c.ask(project+"/locations/global/workloadIdentityPools?showDeleted=true", token), "workloadIdentityPools")
	r.add("pool", pools)
	for _, pool := range pools {
		name := pool.(map[string]any)["name"].(string)
		r.add("provider", list(c.ask(p.HTTP+"/v1/"+name+"/providers?showDeleted=true", token), "workloadIdentityPoolProviders"))
	}
}

func (r *reading) azure() {
	c, p := r.c, r.c.profile
	token := c.operator("azure-operator")
	subscription := p.Azure.ARMURL + "/subscriptions/" + p.Azure.SubscriptionID
	group := subscription + "/resourceGroups/" + p.Azure.EmptyResourceGroup + "/providers/"
	identities := list(c.ask(group+"Microsoft.ManagedIdentity/userAssignedIdentities?api-version=2023-01-31", token), "value")
	for _, i := range identities {
		name, ids := i.(map[string]any)["name"].(string), i.(map[string]any)["properties"].(map[string]any)
		r.names = append(r.names, ids["clientId"].(string), "CLIENT OF "+name, ids["principalId"].(string), "PRINCIPAL OF "+name)
		r.add("credential", list(c.ask(group+"Microsoft.ManagedIdentity/userAssignedIdentities/"+name+"/federatedIdentityCredentials?api-version=2023-01-31", token), "value"))
	}
	r.add("identity", identities)
	r.add("cluster", list(c.ask(group+"Microsoft.ContainerService/managedClusters?api-version=2025-10-01", token), "value"))
	assignments := list(c.ask(subscription+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token), "value")
	for _, a := range assignments {
		a := a.(map[string]any) // named by chance, or by whom they are for, who is new each time
		delete(a, "id")
		delete(a, "name")
	}
	r.add("assignment", assignments)
}

func (r *reading) clusters() {
	p := r.c.profile
	for _, name := range p.Azure.Clusters {
		core := p.Azure.KubeURL + "/clusters/" + name + "/api/v1/"
		r.add(name+" namespace", list(r.c.ask(core+"namespaces", p.Azure.KubeToken), "items"))
		r.add(name+" account", list(r.c.ask(core+"serviceaccounts", p.Azure.KubeToken), "items"))
	}
}

// add writes a line for each thing.
func (r *reading) add(what string, things []any) {
	for _, thing := range things {
		data, err := json.Marshal(lasting(thing))
		if err != nil {
			r.c.t.Fatal(err)
		}
		r.lines = append(r.lines, what+" "+string(data))
		if account, ok := thing.(map[string]any)["uniqueId"].(string); ok {
			r.names = append(r.names, account, "NUMBER OF "+thing.(map[string]any)["email"].(string))
		}
	}
}

// lasting leaves out what tells when something was written, and not what. Lists in no order of their own are sorted.
func lasting(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			switch key {
			case "etag", "eTag", "uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "expireTime", "systemData", "createdOn", "updatedOn", "createdBy", "updatedBy":
				delete(v, key)
			default:
				v[key] = lasting(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = lasting(v[i])
		}
		slices.SortFunc(v, func(a, b any) int {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			return strings.Compare(string(x), string(y))
		})
	}
	return v
}

func list(answer map[string]any, field string) []any {
	things, _ := answer[field].([]any)
	return things
}

// post is one call of the operator's by hand; a policy is read by one too.
func (c *clouds) post(url, token string, body any) map[string]any {
	c.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return c.answer(req, token)
}

// TestWritten holds the reading to what it must see, lest an empty comparison passes.
func TestWritten(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	before := strings.Join(c.written(), "\n")
	if code, _, stderr := c.run("setup", "apply", "--sandbox", "--config", documented(t), "--no-wait"); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	after := c.written()
	for what, n := range map[string]int{
		"account ": 3, "assignment ": 1, "credential ": 2, "identity ": 3, "pool ": 2, "provider ": 3, "role ": 1,
		"policy of ": 3, "aks-one account ": 2, "aks-two account ": 1, "service ": 0, "project policy ": 0, "cluster ": 0,
	} {
		got := 0
		for _, line := range after {
			if strings.HasPrefix(line, what) && !strings.Contains(before, line) {
				got++
			}
		}
		if n > 0 && got != n || n == 0 && !strings.Contains(before, what) && got == 0 {
			t.Errorf("%d new lines of %q, want %d, in\n%s", got, what, n, strings.Join(after, "\n"))
		}
	}
}

// documented is the example that docs/setup.md goes through.
func documented(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../examples/setup/landbridge.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
