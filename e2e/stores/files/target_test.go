// Package files holds the sandbox's Azure Files against Azure's official client.
package files

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"

	"github.com/landbridge/landbridge/e2e/harness"
)

const account = "lbshares"

// The roles that manage shares, and that read and write what is in them.
const (
	contributor     = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	dataContributor = "69566ab7-960f-475b-8e7c-b3118f30c6bd"
)

// clients call an account of the sandbox with a federated workload's token, as in production.
type clients struct {
	backup   *service.Client
	account  *service.Client // whose calls about the account say their intent
	noIntent *service.Client
}

// intent says a backup's intent. azfile 1.7.2 gives FileRequestIntent to its clients of shares, directories and files, and not to the
// one of the account: what that sends has no intent.
type intent struct{}

func (intent) Do(r *policy.Request) (*http.Response, error) {
	r.Raw().Header.Set("x-ms-file-request-intent", "backup")
	return r.Next()
}

func open(t *testing.T) (*harness.Sandbox, func(account string) clients) {
	s := harness.Start(t)
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
	client := func(account string, o service.ClientOptions, policies ...policy.Policy) *service.Client {
		o.ClientOptions = options
		o.PerCallPolicies = policies
		out, err := service.NewClient(s.HTTPS+"/files/"+account, credential, &o)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	return s, func(account string) clients {
		return clients{
			backup:   client(account, service.ClientOptions{FileRequestIntent: to.Ptr(service.ShareTokenIntentBackup), AllowTrailingDot: to.Ptr(true)}),
			account:  client(account, service.ClientOptions{}, intent{}),
			noIntent: client(account, service.ClientOptions{}),
		}
	}
}

func TestSandbox(t *testing.T) {
	s, on := open(t)
	id := s.StorageAccount(t, account, map[string]any{})
	s.GrantAzure(t, s.Azure.WorkloadObjectID, contributor, id, "5a6c5a0e-1b0a-4f3e-9d42-6f9f1c1f0011")
	s.GrantAzure(t, s.Azure.WorkloadObjectID, dataContributor, id, "5a6c5a0e-1b0a-4f3e-9d42-6f9f1c1f0012")
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			name := "s-" + strings.ReplaceAll(strings.ToLower(c.name), " ", "-")
			b := box{name: name, clients: on(account)}
			b.share = b.backup.NewShareClient(name)
			if _, err := b.share.Create(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if err := c.run(t.Context(), b); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("the vault's share", func(t *testing.T) { vaultShare(t, on("landbridgedemo")) })
}
