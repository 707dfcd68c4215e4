// Package azure holds the sandbox's Blob Storage, and Microsoft's own emulator, against the same calls of Azure's official client.
package azure

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// The accounts of a target, by what they keep.
const (
	versions = "lbversions" // versioning, and deleted blobs for 7 days
	deleted  = "lbdeleted"  // deleted blobs for 7 days
)

// target is a Blob Storage that the cases are run on.
type target struct {
	account func(name string) *service.Client
	known   map[string]string // cases in which it is not as the service is, and how
}

// The role that may read, write and delete blobs; deleting versions takes the owner's.
const dataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"

// sandboxTarget is the sandbox, called with a federated workload's token as in production.
func sandboxTarget(t *testing.T) target {
	s := harness.Start(t)
	assignments := []string{"5a6c5a0e-1b0a-4f3e-9d42-6f9f1c1f0001", "5a6c5a0e-1b0a-4f3e-9d42-6f9f1c1f0002"}
	for i, account := range []string{versions, deleted} {
		id := s.StorageAccount(t, account, map[string]any{"versioning": account == versions, "retention_days": 7, "change_feed": true})
		s.GrantAzure(t, s.Azure.WorkloadObjectID, dataOwner, id, assignments[i])
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(s.CAPEM))
	options := policy.ClientOptions{
		Transport: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}},
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.Azure.AuthorityURL},
	}
	credential, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: options, DisableInstanceDiscovery: true, TenantID: s.Azure.TenantID, ClientID: s.Azure.WorkloadClientID,
		TokenFilePath: s.TokenFile(t, s.Azure.ClusterIssuer, "api://AzureADTokenExchange"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return target{account: func(name string) *service.Client {
		client, err := service.NewClient(s.HTTPS+"/"+name, credential, &service.ClientOptions{ClientOptions: options})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}}
}

// azuriteTarget is Azurite with a key of the test's own: it keeps nothing, so every account is the same.
func azuriteTarget(t *testing.T) target {
	dir := harness.Part(t, parts.Azurite)
	raw := make([]byte, 64)
	_, _ = rand.Read(raw)
	key := base64.StdEncoding.EncodeToString(raw)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	harness.Background(t, harness.Program{
		Args: []string{
			"node", "main.js", "--blobHost", "127.0.0.1", "--blobPort", port,
			"--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent",
		},
		Env: []string{"AZURITE_ACCOUNTS=" + versions + ":" + key + ";" + deleted + ":" + key},
		Dir: filepath.Join(dir, "node_modules/azurite/dist/src/blob"),
	}, func() error {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	return target{known: azurite(), account: func(name string) *service.Client {
		credential, err := service.NewSharedKeyCredential(name, key)
		if err != nil {
			t.Fatal(err)
		}
		client, err := service.NewClientWithSharedKeyCredential("http://127.0.0.1:"+port+"/"+name, credential, &service.ClientOptions{
			ClientOptions: azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}}
}

// azurite are the deviations of Azurite 3.37.0 from the service.
func azurite() map[string]string {
	return map[string]string{
		"block ids of one length":      "blocks of a committed blob may have ids of another length",
		"a range past the end":         "it is no refusal",
		"a name that is too long":      "names have no limit",
		"a range with its CRC64":       "range CRC64 is 500 FeatureNotSupported",
		"versions":                     "there are none, and versionid is ignored",
		"undelete":                     "Undelete is 501",
		"overwritten while it is kept": "deleted blobs are not kept",
	}
}

func TestSandbox(t *testing.T) { run(t, sandboxTarget(t)) }
func TestAzurite(t *testing.T) { run(t, azuriteTarget(t)) }

// run runs every case in a container of its own. A known deviation that is gone fails too.
func run(t *testing.T, on target) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			account := versions
			if c.account != "" {
				account = c.account
			}
			box := on.account(account).NewContainerClient("c-" + strings.ReplaceAll(strings.ToLower(c.name), " ", "-"))
			if _, err := box.Create(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			err := c.run(t.Context(), box)
			why, known := on.known[c.name]
			switch {
			case known && err == nil:
				t.Errorf("deviates no more: take it off the list (%s)", why)
			case known:
				t.Logf("known: %s (%v)", why, firstLine(err))
			case err != nil:
				t.Error(err)
			}
		})
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
