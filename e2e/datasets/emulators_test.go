// Package datasets runs the product's own commands on datasets between emulators that others have written: Azurite and fake-gcs-server, and the
// sandbox's strict Cloud Storage.
package datasets

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// ours is a sandbox that the product's commands find by its state folder.
type ours struct {
	state   string
	profile struct {
		HTTP, HTTPS string
		AdminURL    string `json:"admin_url"`
		CAPEM       string `json:"ca_pem"`
		Google      struct{ Bucket string }
		Azure       struct {
			StorageAccount string `json:"storage_account"`
		}
	}
}

func start(t *testing.T) *ours {
	t.Helper()
	s := &ours{state: t.TempDir()}
	harness.Background(t, harness.Program{
		Args: []string{harness.Landbridge(t), "sandbox", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"}, Env: []string{"LANDBRIDGE_STATE_DIR=" + s.state},
	}, func() error {
		text, err := os.ReadFile(filepath.Join(s.state, "sandbox.json"))
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &struct{ Profile any }{&s.profile})
	})
	return s
}

// config is the sandbox's own configuration of datasets with other endpoints, and more authorities that are trusted.
func (s *ours) config(t *testing.T, authority string, changes ...string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.state, "sandbox-*", "datasets.yaml"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := strings.NewReplacer(append(changes, filepath.Join(filepath.Dir(found[0]), "backup"), filepath.Join(dir, "backup"))...).Replace(string(text))
	return []string{"--sandbox", "--config", write("datasets.yaml", config), "--set", "tls.ca_file=" + write("ca.pem", s.profile.CAPEM+authority)}
}

// say runs a command of the product, which must end with this code, and gives what it printed.
func (s *ours) say(t *testing.T, code int, flags []string, args ...string) string {
	t.Helper()
	r := harness.Try(t, harness.Program{Args: append(append([]string{harness.Landbridge(t)}, args...), flags...), Env: []string{"LANDBRIDGE_STATE_DIR=" + s.state}})
	if r.Code != code {
		t.Fatalf("landbridge %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), r.Code, code, r.Out, r.Err)
	}
	return r.Out + r.Err
}

// azurite is Azurite behind TLS, checking bearer tokens as far as it does, and its authority.
func azurite(t *testing.T, account string) (url, authority string, client *service.Client) {
	t.Helper()
	dir := harness.Part(t, parts.Azurite)
	cert, key := certificate(t)
	files := t.TempDir()
	for name, text := range map[string]string{"cert.pem": cert, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw := make([]byte, 64)
	_, _ = rand.Read(raw)
	secret := base64.StdEncoding.EncodeToString(raw)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	_ = listener.Close()
	harness.Background(t, harness.Program{
		Args: []string{
			"node", "main.js", "--blobHost", "127.0.0.1", "--blobPort", port, "--oauth", "basic",
			"--cert", filepath.Join(files, "cert.pem"), "--key", filepath.Join(files, "key.pem"),
			"--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent",
		},
		Env: []string{"AZURITE_ACCOUNTS=" + account + ":" + secret},
		Dir: filepath.Join(dir, "node_modules/azurite/dist/src/blob"),
	}, func() error {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(cert))
	credential, err := service.NewSharedKeyCredential(account, secret)
	if err != nil {
		t.Fatal(err)
	}
	url = "https://" + address
	client, err = service.NewClientWithSharedKeyCredential(url+"/"+account, credential, &service.ClientOptions{ClientOptions: azcore.ClientOptions{
		Retry: policy.RetryOptions{MaxRetries: -1}, Transport: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return url, cert, client
}

// certificate is one for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "azurite"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return block("CERTIFICATE", der), block("PRIVATE"+" KEY", private)
}
