package provision

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

func deps(env map[string]string) azure.Deps {
	return azure.Deps{
		HTTP: wire.New(wire.Options{}), Clock: time.Now, Env: func(name string) string { return env[name] },
		Stat:     func(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist },
		ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist },
	}
}

// cli stands in for the Azure CLI and counts how often it is run.
type cli struct {
	person
	runs   int
	scopes []string
}

func (c *cli) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.runs, c.scopes = c.runs+1, o.Scopes
	return c.person.GetToken(ctx, o)
}

func (c *pretended) keeperWith(o *Operator) *Keeper {
	c.Helper()
	k, err := New(Options{HTTP: wire.New(wire.Options{}), Clock: time.Now, Credential: o, Endpoint: c.server.URL, TenantID: tenant})
	if err != nil {
		c.Fatal(err)
	}
	return k
}

// TestOperatorOfTheCLI: the CLI is run once for all clients, and for Resource Manager.
func TestOperatorOfTheCLI(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	az := &cli{person: person{c, operator}}
	d := deps(nil)
	d.CLI = az
	o, err := NewOperator(OperatorOptions{Endpoint: c.server.URL, Azure: d})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "says", "the person signed in to the Azure CLI (AZURE_FEDERATED_TOKEN_FILE is not set)", o.Describe())
	k := c.keeperWith(o)
	for _, want := range []estate.Spec{theCluster(), theIdentity(), theAssignment(operator)} {
		read(t, k, want)
	}
	equal(t, "runs", 1, az.runs)
	equal(t, "for", []string{"https://management.azure.com/.default"}, az.scopes)
}

// TestOperatorOfAFile: an access token in a file, which somebody renews.
func TestOperatorOfAFile(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	path := filepath.Join(t.TempDir(), "token")
	put := func(object string) {
		token, err := person{c, object}.GetToken(t.Context(), policy.TokenRequestOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(token.Token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(operator)
	o, err := NewOperator(OperatorOptions{Kind: OperatorFile, File: path, Endpoint: c.server.URL, Azure: deps(nil)})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "says", "token file "+path+" (setup.azure.operator.kind is file)", o.Describe())
	read(t, c.keeperWith(o), theIdentity())
	put(stranger)
	token, err := o.GetToken(t.Context(), policy.TokenRequestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if token.RefreshOn.IsZero() || !strings.Contains(token.Token, ".") {
		t.Error("the SDK will keep a token whose file may change")
	}
	_, err = c.keeperWith(o).Read(ctxOf(t), theIdentity())
	equal(t, "whose token", "AuthorizationFailed", refused(t, err).Code)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = c.keeperWith(o).Read(ctxOf(t), theIdentity())
	if e := refused(t, err); !strings.Contains(e.Text, path) || e.Retry {
		t.Errorf("%+v", e)
	}
}

// TestOperatorOfAPod: the workload identity of a pipeline, through Entra.
func TestOperatorOfAPod(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	write(t, k, theCluster())
	identity := write(t, k, theIdentity())
	write(t, k, theCredential())
	contributor := theAssignment(identity.Outputs["principal_id"])
	contributor.Scope, contributor.Role = scope, "Contributor"
	write(t, k, contributor)
	if err := c.world.UpdateCluster(issuer, func(k *world.Cluster) error { k.Accounts = map[string]bool{"shop/web": true}; return nil }); err != nil {
		t.Fatal(err)
	}
	assertion, _, err := c.world.ServiceAccountToken(issuer, "shop", "web", []string{audience}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(assertion), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := NewOperator(OperatorOptions{
		TenantID: tenant, AuthorityHost: c.server.URL + "/", Endpoint: c.server.URL,
		Azure: deps(map[string]string{"AZURE_FEDERATED_TOKEN_FILE": path, "AZURE_CLIENT_ID": identity.Outputs["client_id"]}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(o.Describe(), "(AZURE_FEDERATED_TOKEN_FILE is set)") {
		t.Error(o.Describe())
	}
	read(t, c.keeperWith(o), theIdentity())
}

// TestOperatorOfAMachine: the identity of a virtual machine, when the file says so.
func TestOperatorOfAMachine(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.world.AddIdentity(world.Identity{
		Name: "vm", TenantID: tenant, ClientID: "12121212-1111-4111-8111-111111111111", ObjectID: world.GUID(), Managed: true, Roles: []string{"Reader on " + scope},
	})
	c.world.SetHost(world.HostVM, world.Host{Name: "vm", SystemAssigned: "12121212-1111-4111-8111-111111111111", SubscriptionID: subscriber, ResourceGroup: "rg"})
	o, err := NewOperator(OperatorOptions{
		Kind: OperatorManagedIdentity, Endpoint: c.server.URL,
		Azure: deps(map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": c.server.URL}),
	})
	if err != nil {
		t.Fatal(err)
	}
	read(t, c.keeperWith(o), theIdentity())
}

func TestOperatorRefusals(t *testing.T) {
	t.Parallel()
	broken := deps(nil)
	broken.CLI = failing{}
	for name, tc := range map[string]struct {
		o          OperatorOptions
		code, hint string
	}{
		"an unknown kind":               {OperatorOptions{Kind: "secret", Azure: deps(nil)}, "operator_unknown", "use auto, azure-cli, workload-identity, managed-identity or file"},
		"a file that is not named":      {OperatorOptions{Kind: OperatorFile, Azure: deps(nil)}, "setting_missing", "az account get-access-token --resource https://management.azure.com"},
		"a file that nobody reads":      {OperatorOptions{File: "/x", Azure: deps(nil)}, "setting_unused", "remove it, or set the kind to file"},
		"a foreign resource manager":    {OperatorOptions{Endpoint: "https://arm.example.com", Azure: deps(nil)}, "host_refused", "loopback"},
		"plain http":                    {OperatorOptions{Endpoint: "http://management.azure.com", Azure: deps(nil)}, "host_refused", "https://management.azure.com/"},
		"a pod without its client id":   {OperatorOptions{Kind: OperatorWorkloadIdentity, Azure: deps(nil)}, "client_id_missing", "azure.workload.identity"},
		"a pod without its tenant":      {OperatorOptions{Kind: OperatorWorkloadIdentity, Azure: deps(map[string]string{"AZURE_CLIENT_ID": "x"})}, "tenant_missing", "azure.workload.identity"},
		"somebody who is not signed in": {OperatorOptions{Kind: OperatorCLI, Azure: broken}, "azure_cli_signed_out", "az login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := NewOperator(tc.o)
			if err == nil {
				_, err = o.GetToken(t.Context(), policy.TokenRequestOptions{})
			}
			e := refused(t, err)
			equal(t, "code", tc.code, e.Code)
			if !strings.Contains(e.Hint, tc.hint) {
				t.Errorf("hint %q, want %q in it", e.Hint, tc.hint)
			}
		})
	}
}

type failing struct{}

func (failing) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("ERROR: Please run 'az login' to setup account.")
}

// TestNewRefuses: nothing is handed a token that is not Resource Manager.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := New(Options{})
	equal(t, "code", "incomplete", refused(t, err).Code)
	_, err = New(Options{HTTP: wire.New(wire.Options{}), Clock: time.Now, Credential: failing{}, Endpoint: "https://management.example.com"})
	if e := refused(t, err); e.Code != "host_refused" || e.Kind != bridge.Usage {
		t.Errorf("%+v", e)
	}
}
