package kube

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

const (
	webhookProvider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	configurations  = admission + "mutatingwebhookconfigurations"
	// ownConfiguration is one that its webhook tells whom to trust.
	ownConfiguration = "own"
)

// door is "landbridge serve" with a webhook, whose certificate is the API server's own.
func (c *Control) door(t *testing.T, who User, lines ...string) (address string) {
	t.Helper()
	lines = append(lines, "cert_file: "+c.keys.path("server.crt"), "key_file: "+c.keys.path("server.key"))
	return c.serve(t, who, lines...)
}

func (c *Control) serve(t *testing.T, who User, lines ...string) (address string) {
	t.Helper()
	ports, err := freePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	kubeconfig, err := c.Kubeconfig(dir, who)
	if err != nil {
		t.Fatal(err)
	}
	address = fmt.Sprintf("127.0.0.1:%d", ports[0])
	lines = append(lines, "listen: "+address, "kubeconfig: "+kubeconfig, "reconcile: 0s")
	config := filepath.Join(dir, "landbridge.yaml")
	if err := os.WriteFile(config, []byte("version: 1\ndoors:\n  webhook:\n    "+strings.Join(lines, "\n    ")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	t.Cleanup(client.CloseIdleConnections)
	harness.Background(t, harness.Program{Args: []string{harness.Landbridge(t), "serve", "--config", config}, Dir: dir}, func() error {
		resp, err := client.Get("https://" + address + "/healthz")
		if err != nil {
			return err
		}
		return resp.Body.Close()
	})
	return address
}

// register has the API server ask a webhook for the pods of namespaces with a label.
func (c *Control) register(t *testing.T, name, url string, label map[string]string) {
	t.Helper()
	client := object{"url": url}
	if name != ownConfiguration {
		ca, err := os.ReadFile(c.keys.path("ca.crt"))
		if err != nil {
			t.Fatal(err)
		}
		client["caBundle"] = ca
	}
	hook := object{
		"name": name + ".landbridge.dev", "admissionReviewVersions": []string{"v1"}, "sideEffects": "None", "failurePolicy": "Fail",
		"reinvocationPolicy": "IfNeeded", "timeoutSeconds": 10, "clientConfig": client,
		"namespaceSelector": object{"matchLabels": label},
		"objectSelector":    object{"matchExpressions": []any{object{"key": "landbridge.dev/inject", "operator": "NotIn", "values": []string{"disabled"}}}},
		"rules":             []any{object{"apiGroups": []string{""}, "apiVersions": []string{"v1"}, "operations": []string{"CREATE"}, "resources": []string{"pods"}}},
	}
	if err := c.create(t, configurations, object{"metadata": object{"name": name}, "webhooks": []any{hook}}); err != nil {
		t.Fatal(err)
	}
}

func accountOf(in object, name string) object {
	in["spec"].(object)["serviceAccountName"] = name
	return in
}

func TestWebhook(t *testing.T) {
	control, stop, err := Start(t.Context(), In(harness.Part(t, parts.Kube)), t.TempDir(), harness.Logs(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	control.namespace(t, "shop")
	for name, annotations := range map[string]map[string]string{
		"report":  {"landbridge.dev/provider": webhookProvider, "landbridge.dev/project": "shop-prod"},
		"trainer": {"landbridge.dev/provider": webhookProvider, "landbridge.dev/mode": "metadata", "landbridge.dev/service-account": "vertex@shop-prod.iam.gserviceaccount.com"},
		"entra": {
			"landbridge.dev/provider": webhookProvider, "landbridge.dev/route": "entra",
			"azure.workload.identity/client-id": "33333333-2222-4333-8444-555555555555", "azure.workload.identity/tenant-id": "0a0b0c0d-1111-4222-8333-444455556666",
		},
		"entra-half": {"landbridge.dev/provider": webhookProvider, "landbridge.dev/route": "entra"},
		"wrong":      {"landbridge.dev/provider": strings.Replace(webhookProvider, "123456789", "shop-prod", 1)},
	} {
		control.account(t, "shop", name, annotations)
	}
	enabled := map[string]string{"landbridge.dev/inject": "enabled"}
	address := control.door(t, Administrator, "image: localhost/landbridge:1", "sidecar: {pull_policy: Never, memory_limit: 96Mi}")
	control.register(t, "landbridge", "https://"+address+"/mutate", enabled)
	eventually(t, func() error {
		p, err := control.dryRun(t.Context(), "shop", accountOf(podOf("app"), "report"))
		return unlike(p, err, func(p *pod) bool { return p.bridge() != nil }, "a pod with a bridge")
	})
	t.Run("credentials", func(t *testing.T) { webhookCredentials(t, control) })
	t.Run("metadata", func(t *testing.T) { webhookMetadata(t, control) })
	t.Run("the route entra", func(t *testing.T) { webhookEntra(t, control) })
	t.Run("a container that comes later gets it too", func(t *testing.T) { webhookLate(t, control) })
	t.Run("no bridge is wanted", func(t *testing.T) { webhookLooksAway(t, control) })
	t.Run("a wrong annotation is refused", func(t *testing.T) {
		_, err := control.dryRun(t.Context(), "shop", accountOf(podOf("app"), "wrong"))
		refusal(t, err, "kubectl annotate serviceaccount wrong --namespace shop --overwrite landbridge.dev/provider=projects/NUMBER/")
	})
	t.Run("an account that was annotated this moment", func(t *testing.T) {
		control.account(t, "shop", "fresh", map[string]string{"landbridge.dev/provider": webhookProvider})
		p, err := control.dryRun(t.Context(), "shop", accountOf(podOf("app"), "fresh"))
		if err := unlike(p, err, func(p *pod) bool { return p.bridge() != nil }, "a pod with a bridge"); err != nil {
			t.Error(err)
		}
	})
	t.Run("who cannot read accounts lets nobody in", func(t *testing.T) { webhookFailsClosed(t, control) })
	t.Run("a certificate of its own", func(t *testing.T) { webhookCertificate(t, control) })
}

func webhookCredentials(t *testing.T, control *Control) {
	in := accountOf(podOf("init:migrate", "app", "log"), "report")
	in["spec"].(object)["automountServiceAccountToken"] = false // a pod without any volume
	in["metadata"].(object)["annotations"] = map[string]string{"landbridge.dev/skip-containers": "log"}
	var first, second object
	if err := control.Call(t.Context(), http.MethodPost, "/api/v1/namespaces/shop/pods?dryRun=All", in, &first); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(first)
	var p pod
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	v := p.bridge()
	if v == nil || v.Projected.DefaultMode != 0o444 || len(v.Projected.Sources) != 2 || len(p.Spec.InitContainers) != 1 {
		t.Fatalf("pod = %s", text)
	}
	token, file := v.Projected.Sources[0].ServiceAccountToken, v.Projected.Sources[1].DownwardAPI.Items
	if token.Audience != "https://iam.googleapis.com/"+webhookProvider || token.ExpirationSeconds != 7200 || len(file) != 1 ||
		file[0].FieldRef.FieldPath != "metadata.annotations['landbridge.dev/credentials']" {
		t.Errorf("sources = %+v", v.Projected.Sources)
	}
	if !strings.Contains(p.Metadata.Annotations["landbridge.dev/credentials"], `"audience": "//iam.googleapis.com/`+webhookProvider) {
		t.Errorf("annotations = %v", p.Metadata.Annotations)
	}
	for name, want := range map[string]bool{"migrate": true, "app": true, "log": false} {
		c := p.container(t, name)
		if got := c.mounted() && c.env(t, "GOOGLE_APPLICATION_CREDENTIALS") != "" && c.env(t, "GOOGLE_CLOUD_PROJECT") == "shop-prod"; got != want {
			t.Errorf("%s has the bridge: %v", name, got)
		}
	}
	// What was given once is not given again.
	if err := control.Call(t.Context(), http.MethodPost, "/api/v1/namespaces/shop/pods?dryRun=All", first, &second); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(second["spec"])
	if once, _ := json.Marshal(first["spec"]); string(once) != string(again) {
		t.Errorf("a second time gives %s, not %s", again, once)
	}
}

func webhookMetadata(t *testing.T, control *Control) {
	p, err := control.dryRun(t.Context(), "shop", accountOf(podOf("init:migrate", "app"), "trainer"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Spec.InitContainers) != 2 || p.Spec.InitContainers[0].Name != "landbridge-metadata" || p.Spec.InitContainers[0].RestartPolicy != "Always" || !p.Spec.InitContainers[0].mounted() {
		t.Fatalf("init containers = %+v", p.Spec.InitContainers)
	}
	if got := p.Spec.InitContainers[0].env(t, "LANDBRIDGE_TO_GOOGLE_SERVICE_ACCOUNT"); got != "vertex@shop-prod.iam.gserviceaccount.com" {
		t.Errorf("the sidecar impersonates %q", got)
	}
	for _, name := range []string{"migrate", "app"} {
		if c := p.container(t, name); c.mounted() || c.env(t, "GCE_METADATA_HOST") != "127.0.0.1:8980" {
			t.Errorf("%s = %+v", name, c)
		}
	}
}

// webhookEntra: the API server takes the sidecar of the route entra, and its token is for Entra alone.
func webhookEntra(t *testing.T, control *Control) {
	p, err := control.dryRun(t.Context(), "shop", accountOf(podOf("app"), "entra"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Spec.InitContainers) != 1 || p.container(t, "app").mounted() {
		t.Fatalf("pod = %+v", p.Spec)
	}
	for name, want := range map[string]string{
		"KIND": "azure-workload-identity", "FILE": "/var/run/secrets/landbridge/token",
		"CLIENT_ID": "33333333-2222-4333-8444-555555555555", "TENANT_ID": "0a0b0c0d-1111-4222-8333-444455556666",
	} {
		if got := p.Spec.InitContainers[0].env(t, "LANDBRIDGE_TO_GOOGLE_SOURCE_"+name); got != want {
			t.Errorf("%s = %q", name, got)
		}
	}
	if token := p.bridge().Projected.Sources[0].ServiceAccountToken; token.Audience != "api://AzureADTokenExchange" || len(p.bridge().Projected.Sources) != 1 {
		t.Errorf("the token is for %q", token.Audience)
	}
	_, err = control.dryRun(t.Context(), "shop", accountOf(podOf("app"), "entra-half"))
	refusal(t, err, "annotation azure.workload.identity/client-id of ServiceAccount shop/entra-half: it is missing")
}

// webhookLate adds another team's webhook, which brings a container when ours has looked at the pod already.
func webhookLate(t *testing.T, control *Control) {
	late := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct {
			Request struct {
				UID    string
				Object struct {
					Spec struct{ Containers []struct{ Name string } }
				}
			}
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &review)
		answer := object{"uid": review.Request.UID, "allowed": true}
		names := review.Request.Object.Spec.Containers
		if !slices.ContainsFunc(names, func(c struct{ Name string }) bool { return c.Name == "daprd" }) {
			answer["patchType"], answer["patch"] = "JSONPatch", []byte(`[{"op":"add","path":"/spec/containers/-","value":{"name":"daprd","image":"dapr:1"}}]`)
		}
		_ = json.NewEncoder(w).Encode(object{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer})
	}))
	pair, err := tls.LoadX509KeyPair(control.keys.path("server.crt"), control.keys.path("server.key"))
	if err != nil {
		t.Fatal(err)
	}
	late.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	late.StartTLS()
	t.Cleanup(late.Close)
	both := map[string]string{"landbridge.dev/inject": "enabled", "test": "late"}
	if err := control.create(t, "/api/v1/namespaces", object{"metadata": object{"name": "late", "labels": both}}); err != nil {
		t.Fatal(err)
	}
	control.account(t, "late", "api", map[string]string{"landbridge.dev/provider": webhookProvider})
	control.register(t, "zz-late", late.URL, map[string]string{"test": "late"})
	in := podOf("app")
	in["metadata"].(object)["annotations"] = map[string]string{"landbridge.dev/containers": "app, daprd?"}
	eventually(t, func() error {
		p, err := control.dryRun(t.Context(), "late", in)
		return unlike(p, err, func(p *pod) bool {
			return len(p.Spec.Containers) == 2 && p.container(t, "app").mounted() && p.container(t, "daprd").mounted() && p.container(t, "daprd").env(t, "GOOGLE_APPLICATION_CREDENTIALS") != ""
		}, "a late container with a bridge")
	})
}

func webhookLooksAway(t *testing.T, control *Control) {
	out := accountOf(podOf("app"), "report")
	out["metadata"].(object)["labels"] = map[string]string{"landbridge.dev/inject": "disabled"}
	for name, in := range map[string]object{"no annotation": podOf("app"), "labelled out": out} {
		p, err := control.dryRun(t.Context(), "shop", in)
		if err := unlike(p, err, func(p *pod) bool { return p.bridge() == nil && len(p.Spec.Containers[0].Env) == 0 }, "nothing"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func webhookFailsClosed(t *testing.T, control *Control) {
	dark := map[string]string{"test": "dark"}
	if err := control.create(t, "/api/v1/namespaces", object{"metadata": object{"name": "dark", "labels": dark}}); err != nil {
		t.Fatal(err)
	}
	control.account(t, "dark", "api", nil)
	address := control.door(t, User{Name: "nobody"})
	control.register(t, "dark", "https://"+address+"/mutate", dark)
	eventually(t, func() error {
		_, err := control.dryRun(t.Context(), "dark", podOf("app"))
		if err == nil {
			return fmt.Errorf("the pod is let in")
		}
		refusal(t, err, "ServiceAccount dark/api cannot be read, so nobody knows whether this pod needs a bridge")
		return nil
	})
}

// webhookCertificate has the webhook make its certificate and tell the cluster of it.
func webhookCertificate(t *testing.T, control *Control) {
	if err := control.create(t, "/api/v1/namespaces", object{"metadata": object{"name": "landbridge"}}); err != nil {
		t.Fatal(err)
	}
	control.register(t, ownConfiguration, "https://127.0.0.1:1/mutate", map[string]string{"test": "own"})
	one := control.serve(t, Administrator, "namespace: landbridge", "configuration: "+ownConfiguration)
	two := control.serve(t, Administrator, "namespace: landbridge", "configuration: "+ownConfiguration)
	var served [2][]byte
	for i, address := range []string{one, two} {
		eventually(t, func() error {
			var configuration struct {
				Webhooks []struct {
					ClientConfig struct{ CABundle []byte }
				}
			}
			if err := control.Call(t.Context(), http.MethodGet, configurations+"/"+ownConfiguration, nil, &configuration); err != nil {
				return err
			}
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(configuration.Webhooks[0].ClientConfig.CABundle)
			conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: "landbridge-webhook.landbridge.svc"})
			if err != nil {
				return err
			}
			leaf := conn.ConnectionState().PeerCertificates[0]
			served[i] = leaf.Raw
			if left := time.Until(leaf.NotAfter); left < 89*24*time.Hour || left > 91*24*time.Hour {
				t.Errorf("the certificate lives for %v", left)
			}
			return conn.Close()
		})
	}
	if string(served[0]) != string(served[1]) {
		t.Error("two replicas serve two certificates")
	}
	var secret struct{ Data map[string][]byte }
	if err := control.Call(t.Context(), http.MethodGet, "/api/v1/namespaces/landbridge/secrets/landbridge-webhook-certificate", nil, &secret); err != nil {
		t.Fatal(err)
	}
	if len(secret.Data) != 3 || strings.Count(string(secret.Data["tls.key"]), "PRIVATE KEY-----") != 2 {
		t.Errorf("the secret has %d keys", len(secret.Data))
	}
}
