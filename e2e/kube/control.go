// Package kube runs a real Kubernetes control plane, kube-apiserver and etcd, for as long as a test lasts.
//
// A folder with the two binaries enters, an API that speaks plain HTTPS leaves: service accounts, TokenRequest and the
// issuer's documents. It must never print a token or a key.
package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/landbridge/landbridge/e2e/proc"
)

// Issuer has the shape of an AKS issuer: a tenant, a cluster and a trailing slash. Nobody serves it: its keys are uploaded.
const Issuer = "https://westeurope.oic.prod-aks.azure.com/2f0d1a5c-65c3-4b21-8f0c-6e1f1e4f9a01/9a6e1c77-2b0e-4f0e-9d8b-0b6a52f0c001/"

// Control is a running control plane.
type Control struct {
	Port int // of the API server

	url  string
	http *http.Client
	keys *keys
}

// Options is what a control plane is made of.
type Options struct {
	Etcd, Server string // the folders that the two programs are in
	// Address is one that pods reach the API server at, besides 127.0.0.1; empty is none.
	Address string
}

// In is a control plane whose programs are in one folder.
func In(bin string) Options { return Options{Etcd: bin, Server: bin} }

// Start starts etcd and kube-apiserver, keeping their state in dir and their output in logs. Both end with ctx; the returned
// function ends them earlier and waits.
func Start(ctx context.Context, o Options, dir, logs string) (*Control, func(), error) {
	ports, err := freePorts(3)
	if err != nil {
		return nil, nil, err
	}
	keys, err := writeKeys(dir, o.Address)
	if err != nil {
		return nil, nil, err
	}
	bind, advertise := "127.0.0.1", "127.0.0.1"
	if o.Address != "" {
		bind, advertise = "0.0.0.0", o.Address
	}
	ctx, cancel := context.WithCancel(ctx)
	store := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	peer := fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	c := &Control{Port: ports[2], url: fmt.Sprintf("https://127.0.0.1:%d", ports[2]), http: keys.client, keys: keys}
	stopStore, err := start(ctx, filepath.Join(o.Etcd, "etcd"), filepath.Join(logs, "etcd.log"),
		"--data-dir="+filepath.Join(dir, "etcd"), "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls="+store, "--advertise-client-urls="+store,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=default="+peer)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	stopServer, err := start(ctx, filepath.Join(o.Server, "kube-apiserver"), filepath.Join(logs, "kube-apiserver.log"),
		"--etcd-servers="+store, "--bind-address="+bind, "--advertise-address="+advertise, fmt.Sprintf("--secure-port=%d", ports[2]),
		"--endpoint-reconciler-type=none", // 1.37 refuses a loopback address otherwise
		"--tls-cert-file="+keys.path("server.crt"), "--tls-private-key-file="+keys.path("server.key"), "--client-ca-file="+keys.path("ca.crt"),
		"--service-account-issuer="+Issuer, "--service-account-jwks-uri="+Issuer+"openid/v1/jwks",
		"--service-account-signing-key-file="+keys.path("sa.key"), "--service-account-key-file="+keys.path("sa.pub"),
		"--api-audiences="+c.url, "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--allow-privileged=true",
		"--enable-aggregator-routing=true", // a webhook's Service is called at its endpoints: nothing here makes cluster addresses work
		"--service-cluster-ip-range=10.0.0.0/24", "--v=0")
	if err != nil {
		cancel()
		stopStore()
		return nil, nil, err
	}
	stop := func() { cancel(); stopServer(); stopStore() }
	if err := c.ready(ctx); err != nil {
		stop()
		return nil, nil, err
	}
	return c, stop, nil
}

// start starts a program and returns what waits for its end.
func start(ctx context.Context, program, log string, args ...string) (func(), error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	cmd := proc.Command(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return func() { _ = cmd.Wait(); proc.Reap(cmd); _ = out.Close() }, nil
}

// ready waits until the API server says so; a busy machine takes it ten seconds.
func (c *Control) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		_, err := c.call(ctx, http.MethodGet, "/readyz", nil)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("kube-apiserver is not ready: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// CreateServiceAccount creates a namespace and a service account in it.
func (c *Control) CreateServiceAccount(ctx context.Context, namespace, name string) error {
	if _, err := c.call(ctx, http.MethodPost, "/api/v1/namespaces", map[string]any{"metadata": map[string]string{"name": namespace}}); err != nil {
		return err
	}
	_, err := c.call(ctx, http.MethodPost, "/api/v1/namespaces/"+namespace+"/serviceaccounts", map[string]any{"metadata": map[string]string{"name": name}})
	return err
}

// Token asks for a token by TokenRequest, as the kubelet does for a projected volume.
func (c *Control) Token(ctx context.Context, namespace, name, audience string) (string, error) {
	body := map[string]any{"spec": map[string]any{"audiences": []string{audience}, "expirationSeconds": 7200}}
	answer, err := c.call(ctx, http.MethodPost, "/api/v1/namespaces/"+namespace+"/serviceaccounts/"+name+"/token", body)
	if err != nil {
		return "", err
	}
	var request struct{ Status struct{ Token string } }
	if err := json.Unmarshal(answer, &request); err != nil {
		return "", err
	}
	return request.Status.Token, nil
}

// JWKS are the issuer's public keys.
func (c *Control) JWKS(ctx context.Context) (string, error) {
	answer, err := c.call(ctx, http.MethodGet, "/openid/v1/jwks", nil)
	return string(answer), err
}

// Call makes one call of the API, as an administrator. In and out are JSON values; a nil out is dropped.
func (c *Control) Call(ctx context.Context, method, path string, in, out any) error {
	answer, err := c.call(ctx, method, path, in)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// Refusal is an answer of the API server that is no success.
type Refusal struct {
	Status int
	text   string
}

func (r *Refusal) Error() string { return r.text }

func (c *Control) call(ctx context.Context, method, path string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		var refusal struct{ Message string } // of a metav1.Status, which never holds a token
		_ = json.Unmarshal(answer, &refusal)
		return nil, &Refusal{Status: resp.StatusCode, text: fmt.Sprintf("%s %s: %s: %s", method, path, resp.Status, refusal.Message)}
	}
	return answer, nil
}

// freePorts finds ports that nobody listens on. They are found together, so that they differ.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
