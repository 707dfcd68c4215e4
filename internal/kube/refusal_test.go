package kube_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
)

// secure is how TLS servers of these tests begin; client-go sends credentials to no other.
const secure = "https://127.0.0.1:"

// kubeconfig is a file with one context, prod-admin, for a server and a user.
func kubeconfig(t *testing.T, server, user string) estate.Reach {
	t.Helper()
	file := writeFile(t, "config", `{"apiVersion":"v1","kind":"Config","clusters":[{"name":"c","cluster":{"server":"`+server+`","insecure-skip-tls-verify":`+strconv.FormatBool(strings.HasPrefix(server, secure))+`}}],
		"contexts":[{"name":"prod-admin","context":{"cluster":"c","user":"u"}},{"name":"broken","context":{"cluster":"nowhere","user":"u"}}],"users":[{"name":"u","user":`+user+`}]}`)
	return estate.Reach{Cluster: "prod", Kubeconfig: file, Context: "prod-admin"}
}

func reader(reach estate.Reach, o kube.Options) func(context.Context) error {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Env == nil {
		o.Env = noEnv
	}
	keeper := kube.NewKeeper(kube.New(o))
	return func(ctx context.Context) error {
		_, err := keeper.Read(ctx, &estate.KubernetesAccount{Reach: reach, Namespace: "demo", Name: "app"})
		return err
	}
}

// answering is an API server with one answer.
func answering(t *testing.T, status int, body string, header ...string) string {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func failing(code int, reason, message string) string {
	return fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","reason":%q,"message":%q,"code":%d}`, reason, message, code)
}

func TestConfigurationRefusals(t *testing.T) {
	t.Parallel()
	good := kubeconfig(t, "https://127.0.0.1:1", `{"token":"t"}`)
	change := func(f func(*estate.Reach)) estate.Reach {
		out := good
		f(&out)
		return out
	}
	for _, tc := range []struct {
		name  string
		reach estate.Reach
		code  string
		says  []string
	}{
		{"no context", change(func(r *estate.Reach) { r.Context = "" }), "context_missing", []string{"cluster prod", "setup.clusters[].context"}},
		{"another context", change(func(r *estate.Reach) { r.Context = "prod" }), "context_not_found", []string{`has no context "prod"`, "its contexts are broken, prod-admin"}},
		{"no such file", change(func(r *estate.Reach) { r.Kubeconfig = "/nowhere/config" }), "kubeconfig_not_found", []string{"/nowhere/config", "az aks get-credentials"}},
		{"not YAML", change(func(r *estate.Reach) { r.Kubeconfig = writeFile(t, "c", "\t{") }), "kubeconfig_unreadable", []string{"cannot read the kubeconfig"}},
		{"an empty file", change(func(r *estate.Reach) { r.Kubeconfig = writeFile(t, "c", "{}") }), "context_not_found", []string{"it has none"}},
		{"no cluster in it", change(func(r *estate.Reach) { r.Context = "broken" }), "kubeconfig_invalid", []string{`"broken"`, "az aks get-credentials --overwrite-existing"}},
		{"an auth provider of old", kubeconfig(t, "https://127.0.0.1:1", `{"auth-provider":{"name":"azure"}}`), "kubeconfig_invalid", []string{"kubelogin convert-kubeconfig -l azurecli"}},
		{"a plug-in that is not there", kubeconfig(t, "https://127.0.0.1:1", `{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"landbridge-no-such-plugin","interactiveMode":"IfAvailable"}}`), "exec_plugin_missing", []string{"az aks install-cli"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, reader(tc.reach, kube.Options{})(t.Context()), bridge.Usage, tc.code, tc.says...)
		})
	}
}

// TestDefaultKubeconfig finds the file as kubectl does.
func TestDefaultKubeconfig(t *testing.T) {
	t.Parallel()
	reach := kubeconfig(t, answering(t, 200, `{"kind":"ServiceAccountList","apiVersion":"v1","metadata":{},"items":[]}`), `{"token":"t"}`)
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".kube"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(reach.Kubeconfig, filepath.Join(home, ".kube", "config")); err != nil {
		t.Fatal(err)
	}
	list := "/nowhere" + string(filepath.ListSeparator) + reach.Kubeconfig
	reach.Kubeconfig = ""
	for name, env := range map[string]map[string]string{"KUBECONFIG": {"KUBECONFIG": list, "HOME": "/nowhere"}, "HOME": {"HOME": home}} {
		if err := reader(reach, kube.Options{Env: func(key string) string { return env[key] }})(t.Context()); err != nil {
			t.Errorf("by %s: %v", name, err)
		}
	}
	wantError(t, reader(reach, kube.Options{Env: func(string) string { return "/nowhere" }})(t.Context()), bridge.Usage, "context_not_found", "it has none")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, server string
		kind         bridge.Kind
		code         string
		retry        bool
		after        time.Duration
		says         []string
	}{
		{
			"unauthorized", answering(t, 401, failing(401, "Unauthorized", "Unauthorized")),
			bridge.Denied, "unauthorized", false, 0,
			[]string{"cluster prod (context prod-admin) does not accept the credentials", "az login"},
		},
		{
			"forbidden", answering(t, 403, failing(403, "Forbidden", `serviceaccounts is forbidden: User "x" cannot list`)),
			bridge.Denied, "forbidden", false, 0,
			[]string{`User "x" cannot list`, `{apiGroups: [""], resources: ["serviceaccounts"], verbs: ["list"]} to a Role of this user in namespace demo`},
		},
		{
			"busy", answering(t, 429, failing(429, "TooManyRequests", "too many requests"), "Retry-After", "7"),
			bridge.Unreachable, "unavailable", true, 7 * time.Second,
			[]string{"too many requests"},
		},
		{"broken", answering(t, 500, failing(500, "InternalError", "etcd is away")), bridge.Unreachable, "unavailable", true, 0, []string{"etcd is away"}},
		{"another server", answering(t, 302, "<html>"), bridge.Unreachable, "not_kubernetes", false, 0, []string{"the API server itself"}},
		{"nobody", "http://127.0.0.1:1", bridge.Unreachable, "unreachable", true, 0, []string{"cannot reach cluster prod", "VPN"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := reader(kubeconfig(t, tc.server, `{"token":"t"}`), kube.Options{})(t.Context())
			wantError(t, err, tc.kind, tc.code, tc.says...)
			e, _ := errors.AsType[*bridge.Error](err)
			if e.Retry != tc.retry || e.RetryAfter != tc.after {
				t.Errorf("retry %v after %s, want %v after %s", e.Retry, e.RetryAfter, tc.retry, tc.after)
			}
		})
	}
}

// TestOneAttempt counts calls: client-go would go on for as long as a server says Retry-After.
func TestOneAttempt(t *testing.T) {
	t.Parallel()
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		calls++
		rw.Header().Set("Retry-After", "1")
		rw.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	err := reader(kubeconfig(t, server.URL, `{"token":"t"}`), kube.Options{})(t.Context())
	wantError(t, err, bridge.Unreachable, "unavailable")
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestSlowServer(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-gate }))
	defer server.Close()
	defer close(gate)
	reach := kubeconfig(t, server.URL, `{"token":"t"}`)
	wantError(t, reader(reach, kube.Options{Timeout: 50 * time.Millisecond})(t.Context()), bridge.Unreachable, "timeout", "did not answer in time")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, reader(reach, kube.Options{})(ctx), bridge.Unreachable, "canceled")
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	err := reader(kubeconfig(t, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), `{"token":"t"}`), kube.Options{})(t.Context())
	wantError(t, err, bridge.Unreachable, "certificate_untrusted", "not trusted", "az aks get-credentials --overwrite-existing")
}

// TestExpired says which of the credentials ended, and when.
func TestExpired(t *testing.T) {
	t.Parallel()
	server := answering(t, 401, failing(401, "Unauthorized", "Unauthorized"))
	end := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	after := func() time.Time { return end.Add(time.Hour) }
	claims, err := json.Marshal(map[string]any{"exp": end.Unix(), "aud": "one"})
	if err != nil {
		t.Fatal(err)
	}
	token := "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
	err = reader(kubeconfig(t, server, `{"token":"`+token+`"}`), kube.Options{Clock: after})(t.Context())
	wantError(t, err, bridge.Denied, "credentials_expired", "the token for cluster prod (context prod-admin) ended at 2026-11-01T12:00:00Z", "az login")
	if strings.Contains(err.Error()+bridge.HintOf(err), token) {
		t.Error("the error shows the token")
	}
	certificate, key := expired(t, end)
	err = reader(kubeconfig(t, server, `{"client-certificate-data":"`+certificate+`","client-key-data":"`+key+`"}`), kube.Options{Clock: after})(t.Context())
	wantError(t, err, bridge.Denied, "credentials_expired", "the client certificate for cluster prod")
}

// expired is a self-signed client certificate that ended.
func expired(t *testing.T, end time.Time) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.Add(-time.Hour), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return encode("CERTIFICATE", der), encode("EC PRIVATE KEY", secret)
}

// TestExecPlugin signs in as kubelogin does, and says so when it cannot.
func TestExecPlugin(t *testing.T) {
	t.Parallel()
	var seen string
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"kind":"ServiceAccountList","apiVersion":"v1","metadata":{},"items":[]}`))
	}))
	defer server.Close()
	plugin := func(script string) string {
		path := filepath.Join(t.TempDir(), "plugin")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return `{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"` + path + `","interactiveMode":"IfAvailable"}}`
	}
	good := plugin(`echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'`)
	if err := reader(kubeconfig(t, server.URL, good), kube.Options{})(t.Context()); err != nil || seen != "Bearer from-plugin" {
		t.Errorf("%q: %v", seen, err)
	}
	err := reader(kubeconfig(t, server.URL, plugin("exit 3")), kube.Options{})(t.Context())
	wantError(t, err, bridge.Denied, "exec_plugin_failed", "gave no credentials for cluster prod", "az login")
}

func TestInCluster(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer pod-token" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(`{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"p","namespace":"own"}}]}`))
	}))
	defer server.Close()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"token": "pod-token", "namespace": "own",
		"ca.crt": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	host, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}
	client, namespace, err := kube.InCluster(kube.Options{Clock: time.Now, Env: func(key string) string { return env[key] }}, dir)
	if err != nil || namespace != "own" {
		t.Fatalf("%q, %v", namespace, err)
	}
	pods, err := client.In(namespace).Pods(t.Context())
	if err != nil || len(pods) != 1 {
		t.Errorf("%v, %v", pods, err)
	}
	_, _, err = kube.InCluster(kube.Options{Clock: time.Now, Env: noEnv}, dir)
	wantError(t, err, bridge.Usage, "not_in_cluster", "automountServiceAccountToken")
}
