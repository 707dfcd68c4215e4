package kube_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/kube"
)

// The secrets of these tests are made up; each has a mark that must not come out again.
const (
	mark        = "NEVERSHOWN"
	entraSecret = "abc8Q~" + mark + "aaaaaaaaaaaaaaaaaaaaaaaa"
	clientGUID  = "22222222-2222-4222-8222-222222222222"
	tenantGUID  = "11111111-1111-4111-8111-111111111111"
)

func keyFile() string {
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "p", "private_key_id": "abc123", "client_email": "app@p.iam.gserviceaccount.com",
		"private_key": "-----BEGIN " + "PRIVATE KEY-----\n" + mark + "\n-----END " + "PRIVATE KEY-----\n",
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestStrayKeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
		data := func(pairs ...string) string {
			out := map[string]string{}
			for i := 0; i < len(pairs); i += 2 {
				out[pairs[i]] = pairs[i+1]
			}
			text, err := json.Marshal(out)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		secret := func(name, data string) {
			c.must(http.MethodPost, c.in("secrets"), fmt.Sprintf(`{"metadata":{"name":%q},"data":%s}`, name, data))
		}
		secret("google", data("key.json", encode(keyFile()), "note", encode("nothing here")))
		secret("twice", data("b64", encode(encode(keyFile()))))
		secret("pull", data(".dockerconfigjson", encode(`{"auths":{"europe-docker.pkg.dev":{"username":"_json_key","password":`+quoteJSON(t, keyFile())+`}}}`)))
		secret("inside", data("values.yaml", encode("config:\n  key: '"+keyFile()+"'\n")))
		secret("azure", data("AZURE_CLIENT_SECRET", encode(mark+"-and-sixteen-more"), "AZURE_CLIENT_ID", encode(clientGUID), "AZURE_TENANT_ID", encode(tenantGUID)))
		secret("shape", data("anything", encode(entraSecret)))
		secret("rbac", data("creds", encode(`{"clientId":"`+clientGUID+`","clientSecret":"`+mark+`","tenantId":"`+tenantGUID+`"}`)))
		secret("fine", data("password", encode(mark), "config", encode(`{"type":"external_account"}`), "braces", encode(strings.Repeat("{", 4000)), "bytes", "/w=="))
		c.must(http.MethodPost, c.in("configmaps"), `{"metadata":{"name":"settings"},"data":{"app.json":`+quoteJSON(t, keyFile())+`}}`)
		c.account("app", nil)
		c.running("user", "app", "", `,"volumes":[{"name":"k","secret":{"secretName":"google"}},{"name":"p","projected":{"sources":[{"configMap":{"name":"settings"}}]}}],
			"containers":[{"name":"main","image":"x","env":[{"name":"ARM_CLIENT_SECRET","value":"`+entraSecret+`"},{"name":"A","valueFrom":{"secretKeyRef":{"name":"azure","key":"AZURE_CLIENT_SECRET"}}},
			{"name":"B","valueFrom":{"secretKeyRef":{"name":"rbac","key":"other","optional":true}}}],"envFrom":[{"secretRef":{"name":"shape"}}]}]`)

		got, err := c.client.In(c.space).StrayKeys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		google := func(where, name, key string, users ...string) kube.StrayKey {
			return kube.StrayKey{Kind: kube.GoogleKey, Where: where, Namespace: c.space, Name: name, Key: key, Email: "app@p.iam.gserviceaccount.com", KeyID: "abc123", UsedBy: users}
		}
		azure := func(where, name, key string, ids bool, users ...string) kube.StrayKey {
			out := kube.StrayKey{Kind: kube.AzureSecret, Where: where, Namespace: c.space, Name: name, Key: key, UsedBy: users}
			if ids {
				out.ClientID, out.TenantID = clientGUID, tenantGUID
			}
			return out
		}
		want := []kube.StrayKey{
			google("ConfigMap", "settings", "app.json", "user"),
			azure("Pod", "user", "main.ARM_CLIENT_SECRET", false, "user"),
			azure("Secret", "azure", "AZURE_CLIENT_SECRET", true, "user"),
			google("Secret", "google", "key.json", "user"),
			google("Secret", "inside", "values.yaml"),
			google("Secret", "pull", ".dockerconfigjson"),
			azure("Secret", "rbac", "creds", true),
			azure("Secret", "shape", "anything", false, "user"),
			google("Secret", "twice", "b64"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if shown := string(text) + fmt.Sprintf("%+v", got); strings.Contains(shown, mark) {
			t.Error("a value came out")
		}
	})
}

func quoteJSON(t *testing.T, text string) string {
	t.Helper()
	out, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
