package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/landbridge/landbridge/internal/bridge"
)

const provider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks1"

// files are what the configurations under test find beside them.
var files = map[string]string{
	"key.json":      `{"type": "service_account", "private_key": "KEY MATERIAL"}`,
	"external.json": `{"type": "external_account"}`,
	"token.json":    `{"access_token": "KEY MATERIAL"}`,
	"ca.pem":        "-----BEGIN CERTIFICATE-----\n",
}

func reader(more map[string]string) func(string) ([]byte, error) {
	all := maps.Clone(files)
	maps.Copy(all, more)
	return func(name string) ([]byte, error) {
		if text, ok := all[name]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

func load(text string, o Options) (*Config, Problems) {
	o.Path, o.ReadFile = "landbridge.yaml", reader(map[string]string{"landbridge.yaml": text})
	return Load(o)
}

// listing is how problems read, for comparison.
func listing(ps Problems) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%s\n", p)
		for line := range strings.Lines(p.Excerpt) {
			fmt.Fprintf(&b, "    %s\n", strings.TrimRight(line, "\n"))
		}
		if p.Fix != "" {
			fmt.Fprintf(&b, "  fix: %s\n", p.Fix)
		}
	}
	return b.String()
}

// TestBad compares what is said about each bad file with its .txt twin.
func TestBad(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := load(string(text), Options{})
			got := listing(problems)
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if problems.Err() == nil {
				t.Error("passes")
			}
			for _, secret := range []string{"KEY MATERIAL", "KEYMATERIAL", "eyJ", "0123456789abcdef"} {
				if strings.Contains(got+problems.Err().Error(), secret) {
					t.Errorf("repeats %s", secret)
				}
			}
		})
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, problems := load(string(text), Options{})
	if len(problems) > 0 {
		t.Fatal(listing(problems))
	}
	want := &Config{
		Version: 1,
		ToGoogle: &ToGoogle{
			Source: GoogleSource{
				Kind: "azure-workload-identity", Format: "text", Field: "access_token",
				ClientID: "11111111-2222-3333-4444-555555555555", Resource: "api://AzureADTokenExchange",
			},
			Provider:       "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod",
			ServiceAccount: "vertex-caller@my-project.iam.gserviceaccount.com",
			Scopes:         []string{"https://www.googleapis.com/auth/cloud-platform"},
			Lifetime:       time.Hour, Project: "my-project", ProjectNumber: "123456789",
			Location: "europe-west4", UniverseDomain: "googleapis.com",
		},
		ToAzure: &ToAzure{
			Source:   AzureSource{Kind: "google-metadata"},
			TenantID: "99999999-8888-7777-6666-555555555555", ClientID: "11111111-2222-3333-4444-666666666666",
			Scopes:        []string{"https://storage.azure.com/.default"},
			AuthorityHost: "https://login.microsoftonline.com/", StorageAccountURL: "https://acct.blob.core.windows.net",
			Endpoints: AzureEndpoints{ResourceManager: "https://management.azure.com"},
		},
		Doors: Doors{
			Metadata: &MetadataDoor{Listen: "127.0.0.1:8980", AllowUIDs: []int{1000}, Zone: "europe-west4-a"},
			Admin:    &AdminDoor{Listen: "127.0.0.1:8981"},
		},
		Audit: &Audit{File: "landbridge-audit.jsonl"},
		Setup: &Setup{
			Name:   "landbridge",
			Google: SetupGoogle{Project: "my-project", Pool: "azure", Location: "europe-west4", Model: "gemini-2.5-flash", Operator: GoogleOperator{Kind: "auto"}},
			Azure: SetupAzure{
				Subscription: "22222222-3333-4444-5555-666666666666", TenantID: "99999999-8888-7777-6666-555555555555",
				ResourceGroup: "platform", Location: "westeurope", Operator: AzureOperator{Kind: "auto"},
				AuthorityHost: "https://login.microsoftonline.com/", Endpoints: AzureEndpoints{ResourceManager: "https://management.azure.com"},
			},
			Clusters: []Cluster{{
				Name: "prod", Subscription: "22222222-3333-4444-5555-666666666666", ResourceGroup: "platform",
				Pool: "azure", Provider: "aks-prod", Context: "prod-admin",
			}},
			Workloads: []Workload{
				{
					Name: "vertex-caller", Route: "direct",
					Kubernetes: &WorkloadKubernetes{Clusters: []string{"prod"}, Namespace: "demo", ServiceAccount: "vertex-caller", Mode: "credentials", TokenSeconds: 7200},
					ToGoogle:   &WorkloadToGoogle{ServiceAccount: "vertex-caller", Projects: []string{"my-project"}, Roles: []string{"roles/aiplatform.user"}},
				},
				{
					Name: "vertex-job", Route: "direct", GoogleAccount: "vertex-job",
					ToAzure: &WorkloadToAzure{
						Identity: "google-reader",
						Roles:    []string{"Storage Blob Data Reader on /subscriptions/22222222-3333-4444-5555-666666666666/resourceGroups/platform"},
					},
				},
			},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAbsentSectionsStartNothing(t *testing.T) {
	t.Parallel()
	got, problems := load("version: 1\n", Options{})
	if len(problems) > 0 {
		t.Fatal(listing(problems))
	}
	if diff := cmp.Diff(&Config{Version: 1}, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestProviderForms(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "//iam.googleapis.com/", "https://iam.googleapis.com/"} {
		cfg, problems := load("version: 1\nto_google: {provider: '"+host+provider+"'}\n", Options{})
		if len(problems) > 0 || cfg.ToGoogle.Provider != provider || cfg.ToGoogle.ProjectNumber != "123456789" {
			t.Errorf("%q: %q, %q, %v", host, cfg.ToGoogle.Provider, cfg.ToGoogle.ProjectNumber, problems)
		}
	}
}

func TestLongLifetimeAllowed(t *testing.T) {
	t.Parallel()
	cfg, problems := load("version: 1\nto_google: {provider: "+provider+", service_account: a@b.iam.gserviceaccount.com, lifetime: 3601s, allow_long_lifetime: true}\n", Options{})
	if len(problems) > 0 || cfg.ToGoogle.Lifetime != 3601*time.Second {
		t.Errorf("%v, %v", cfg.ToGoogle.Lifetime, problems)
	}
}

func TestUnreadableFile(t *testing.T) {
	t.Parallel()
	_, problems := Load(Options{Path: "absent.yaml", ReadFile: reader(nil)})
	err := problems.Err()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Kind != bridge.Usage || e.Code != "configuration_invalid" || e.Hint == "" {
		t.Fatalf("%#v", err)
	}
	if want := "absent.yaml: cannot be read: file does not exist"; e.Text != want {
		t.Errorf("got %q, want %q", e.Text, want)
	}
}

func TestErrCounts(t *testing.T) {
	t.Parallel()
	_, problems := load("version: 1\na: 1\nb: 2\nc: 3\n", Options{})
	if text := problems.Err().Error(); !strings.HasSuffix(text, "(and 2 more mistakes)") {
		t.Error(text)
	}
}

func TestEnvironmentAndFlags(t *testing.T) {
	t.Parallel()
	text := "version: 1\nto_google:\n  provider: " + provider + "\n  location: us-central1\n  scopes: [openid]\n"
	cfg, problems := load(text, Options{
		Environ: []string{
			"HOME=/root", "LANDBRIDGE_CONFIG=x", "LANDBRIDGE_STATE_DIR=y",
			"LANDBRIDGE_TO_GOOGLE_LOCATION=europe-west4", "LANDBRIDGE_TO_GOOGLE_SCOPES=openid, email",
			"LANDBRIDGE_TO_GOOGLE_PROJECT=", "LANDBRIDGE_DOORS_METADATA_ALLOW_UIDS=0,1000", "LANDBRIDGE_AUDIT_FILE=-",
			"LANDBRIDGE_TO_GOOGLE_SOURCE_KIND=kubernetes",
		},
		Flags: []Flag{
			{Name: "project", Path: "to_google.project", Value: "my-project"},
			{Name: "set", Path: "to_google.source.kind", Value: ""},
		},
	})
	if len(problems) > 0 {
		t.Fatal(listing(problems))
	}
	got := map[string]string{}
	for _, v := range cfg.Explain() {
		if v.Doc == "" {
			t.Errorf("%s has no doc", v.Path)
		}
		got[v.Path] = v.Value + " (" + v.Origin + ")"
		if v.Absent {
			got[v.Path] = "absent"
		}
	}
	for path, want := range map[string]string{
		"version":                       "1 (landbridge.yaml:1:10)",
		"to_google.provider":            provider + " (landbridge.yaml:3:13)",
		"to_google.project_number":      "123456789 (from to_google.provider)",
		"to_google.location":            "europe-west4 (environment LANDBRIDGE_TO_GOOGLE_LOCATION)",
		"to_google.scopes":              "openid,email (environment LANDBRIDGE_TO_GOOGLE_SCOPES)",
		"to_google.lifetime":            "1h (default)",
		"to_google.project":             "my-project (flag --project)",
		"to_google.source.kind":         "auto (default)",
		"to_google.allow_long_lifetime": "false (default)",
		"doors.metadata.allow_uids":     "0,1000 (environment LANDBRIDGE_DOORS_METADATA_ALLOW_UIDS)",
		"doors.metadata.listen":         "127.0.0.1:8980 (default)",
		"audit.file":                    "- (environment LANDBRIDGE_AUDIT_FILE)",
		"to_azure":                      "absent",
		"doors.admin":                   "absent",
		"tls":                           "absent",
	} {
		if got[path] != want {
			t.Errorf("%s: got %q, want %q", path, got[path], want)
		}
	}
	if _, listed := got["to_azure.tenant_id"]; listed {
		t.Error("keys of an absent section are listed")
	}
}

func TestBadOverrides(t *testing.T) {
	t.Parallel()
	_, problems := load("version: 1\n", Options{
		Environ: []string{
			"LANDBRIDGE_TO_GOOGLE_LIFETIME=soon", "LANDBRIDGE_TO_GOGLE_PROVIDER=x", "LANDBRIDGE_TO_AZURE_CLIENT_ID=eyJh.eyJz.c2ln",
			"LANDBRIDGE_SERVICE_HOST=10.0.0.1", "LANDBRIDGE_PORT=tcp://10.0.0.1:80", "LANDBRIDGE_PORT_8980_TCP_ADDR=10.0.0.1",
			"LANDBRIDGE_ADMIN_SERVICE_PORT_HTTP=80", "LANDBRIDGE_ADMIN_PORT=tcp://10.0.0.1:80",
		},
		Flags: []Flag{{Name: "set", Path: "to_google.scope", Value: "x"}, {Name: "set", Path: "doors.admin", Value: "x"}},
	})
	want := `environment LANDBRIDGE_TO_AZURE_CLIENT_ID: to_azure.client_id: this looks like a token, and a token is never configured
  fix: name the file that holds it in source.file, or let source.kind: auto find it
environment LANDBRIDGE_TO_AZURE_CLIENT_ID: to_azure.tenant_id: is missing
  fix: az account show --query tenantId
environment LANDBRIDGE_TO_GOGLE_PROVIDER: warning: names nothing in the configuration
  fix: did you mean LANDBRIDGE_TO_GOOGLE_PROVIDER?
environment LANDBRIDGE_TO_GOOGLE_LIFETIME: to_google.lifetime: "soon" is not a duration
  fix: write a number with a unit, such as 30m, 1h or 3600s
environment LANDBRIDGE_TO_GOOGLE_LIFETIME: to_google.provider: is missing
  fix: write projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER
flag --set: no such path: "to_google.scope"
  fix: did you mean to_google.scopes?
flag --set: "doors.admin" is a section
  fix: name a key in it, such as doors.admin.listen
`
	if diff := cmp.Diff(want, listing(problems)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestOverrideMendsAValue: what the file says is checked for its form, what holds is checked for its meaning.
func TestOverrideMendsAValue(t *testing.T) {
	t.Parallel()
	_, problems := load("version: 1\nto_google: {provider: projects/my-project}\n", Options{Flags: []Flag{{Name: "provider", Path: "to_google.provider", Value: provider}}})
	if len(problems) > 0 {
		t.Error(listing(problems))
	}
}

// TestOverrideBeatsItsRivals: a flag that names another kind, another endpoint or another identity is not refused for
// what the file says of the one that it replaces.
func TestOverrideBeatsItsRivals(t *testing.T) {
	t.Parallel()
	text := "version: 1\nto_google:\n  provider: " + provider + "\n  sts_location: europe-west4\n" +
		"  source: {kind: imds, client_id: 11111111-2222-3333-4444-555555555555}\n"
	cfg, problems := load(text, Options{
		Environ: []string{"LANDBRIDGE_TO_GOOGLE_SOURCE_OBJECT_ID=99999999-2222-3333-4444-555555555555"},
		Flags:   []Flag{{Name: "sandbox", Path: "to_google.endpoints.sts", Value: "http://127.0.0.1:1"}},
	})
	if len(problems) > 0 {
		t.Fatal(listing(problems))
	}
	if g := cfg.ToGoogle; g.STSLocation != "" || g.Source.ClientID != "" || g.Source.ObjectID == "" || g.Endpoints.STS == "" {
		t.Errorf("%+v", g)
	}
	cfg, problems = load(text, Options{Flags: []Flag{{Name: "sandbox", Path: "to_google.source.kind", Value: "kubernetes"}}})
	if len(problems) > 0 || cfg.ToGoogle.Source.Kind != "kubernetes" {
		t.Error(listing(problems))
	}
}

func TestLargeFile(t *testing.T) {
	t.Parallel()
	_, problems := load(strings.Repeat("#", maxFile+1), Options{})
	if len(problems) != 1 || problems[0].Text != "is larger than 64 KiB" {
		t.Error(listing(problems))
	}
}

// A comma parts the items of a list, and is any other letter in a text: a path may hold one.
func TestOverrideWithAComma(t *testing.T) {
	t.Parallel()
	cfg, _ := Load(Options{Flags: []Flag{{Name: "set", Path: "audit.file", Value: "a,b.jsonl"}, {Name: "set", Path: "to_google.scopes", Value: "x,y"}}})
	if cfg.Audit == nil || cfg.Audit.File != "a,b.jsonl" || len(cfg.ToGoogle.Scopes) != 2 {
		t.Errorf("got %+v and %+v", cfg.Audit, cfg.ToGoogle)
	}
}
