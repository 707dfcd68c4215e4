package azure

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// machine has these variables and files, and nothing else.
func machine(t testing.TB, env map[string]string, files ...string) Deps {
	d := deps(env)
	real := put(t, "")
	d.Stat = func(path string) (fs.FileInfo, error) {
		if slices.Contains(files, path) {
			return os.Stat(real)
		}
		return nil, fs.ErrNotExist
	}
	d.ReadFile = func(path string) ([]byte, error) {
		if path == chassisFile && slices.Contains(files, path) {
			return []byte(azureChassis + "\n"), nil
		}
		return nil, fs.ErrNotExist
	}
	return d
}

func TestDetect(t *testing.T) {
	t.Parallel()
	webhook := map[string]string{"AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID, "AZURE_FEDERATED_TOKEN_FILE": "/t", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
	app := map[string]string{"IDENTITY_ENDPOINT": "http://localhost:42356/msi/token", "IDENTITY_HEADER": "h"}
	for name, test := range map[string]struct {
		env      map[string]string
		files    []string
		settings Settings
		kind     Kind
		reason   string
	}{
		"projected token": {webhook, []string{DefaultTokenFile}, Settings{}, Kubernetes, "a projected token is mounted at /var/run/secrets/landbridge/token"},
		"Google's guide":  {nil, []string{GoogleTokenFile, apiServerTokenFile}, Settings{}, Kubernetes, "a projected token is mounted at /var/run/service-account/token"},
		"file":            {webhook, []string{DefaultTokenFile}, Settings{File: "/f"}, File, "file is named in the configuration"},
		"file for Entra":  {nil, nil, Settings{File: "/f", ClientID: clientID, TenantID: tenantID}, WorkloadIdentity, "file is named together with client_id or tenant_id"},
		"webhook":         {webhook, nil, Settings{}, WorkloadIdentity, "AZURE_FEDERATED_TOKEN_FILE is set"},
		"webhook's mount": {
			map[string]string{"AZURE_CLIENT_ID": clientID, "AZURE_TENANT_ID": tenantID},
			[]string{tokenfile.AzureTokenFileBefore16},
			Settings{},
			WorkloadIdentity,
			"the Azure workload identity webhook mounted /var/run/secrets/azure/tokens/azure-identity-token",
		},
		"service fabric": {
			map[string]string{"IDENTITY_ENDPOINT": "https://localhost:2377/", "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": strings.Repeat("a", 40)},
			nil,
			Settings{},
			ServiceFabric,
			"IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT are set",
		},
		"container app":      {app, []string{chassisFile}, Settings{}, AppService, "IDENTITY_ENDPOINT and IDENTITY_HEADER are set"},
		"old functions":      {map[string]string{"MSI_ENDPOINT": "http://127.0.0.1:1/", "MSI_SECRET": "s"}, nil, Settings{}, AppService, "MSI_ENDPOINT and MSI_SECRET are set"},
		"arc by variables":   {map[string]string{"IDENTITY_ENDPOINT": "http://localhost:40342/x", "IMDS_ENDPOINT": "http://localhost:40342"}, nil, Settings{}, Arc, "IDENTITY_ENDPOINT and IMDS_ENDPOINT are set"},
		"arc by agent":       {nil, []string{himdsPath}, Settings{}, Arc, "the Azure Arc agent is installed at /opt/azcmagent/bin/himds"},
		"virtual machine":    {map[string]string{"HOME": "/root"}, []string{chassisFile, "/root/.azure/azureProfile.json"}, Settings{}, IMDS, "this machine's chassis tag is Azure's"},
		"aks node":           {map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, []string{chassisFile}, Settings{}, IMDS, "this machine's chassis tag is Azure's; in a pod this is the node's identity"},
		"imds by variable":   {map[string]string{"AZURE_POD_IDENTITY_AUTHORITY_HOST": "http://127.0.0.1:1"}, nil, Settings{}, IMDS, "AZURE_POD_IDENTITY_AUTHORITY_HOST is set"},
		"imds by setting":    {nil, nil, Settings{Endpoint: "http://127.0.0.1:1"}, IMDS, "endpoint is named in the configuration"},
		"laptop":             {map[string]string{"HOME": "/home/dev"}, []string{"/home/dev/.azure/azureProfile.json"}, Settings{}, CLI, "the Azure CLI has a profile at /home/dev/.azure/azureProfile.json"},
		"laptop, own place":  {map[string]string{"HOME": "/h", "AZURE_CONFIG_DIR": "/c"}, []string{"/c/azureProfile.json"}, Settings{}, CLI, "the Azure CLI has a profile at /c/azureProfile.json"},
		"cloud shell":        {map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"}, nil, Settings{}, CLI, "MSI_ENDPOINT without MSI_SECRET is Azure Cloud Shell, where the CLI is signed in"},
		"nothing":            {nil, nil, Settings{Kind: Auto}, IMDS, "nothing else was found"},
		"named":              {webhook, []string{DefaultTokenFile}, Settings{Kind: IMDS}, IMDS, "named in the configuration"},
		"named, of defaults": {nil, nil, Settings{Kind: Kubernetes, Format: "text", Field: "access_token", Resource: TokenExchangeResource}, Kubernetes, "named in the configuration"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Detect(machine(t, test.env, test.files...), test.settings)
			if err != nil {
				t.Fatal(err)
			}
			if got.Kind != test.kind || got.Reason != test.reason {
				t.Errorf("got %s: %s", got.Kind, got.Reason)
			}
			if d := got.Source.(bridge.Describer).Describe(); !strings.HasSuffix(d, " ("+test.reason+")") {
				t.Errorf("Describe: %q", d)
			}
			if test.settings.Kind == test.kind {
				return
			}
			var kinds []Kind
			for _, r := range got.Rejected {
				kinds = append(kinds, r.Kind)
				if r.Reason == "" {
					t.Errorf("%s is rejected without a reason", r.Kind)
				}
			}
			all := slices.DeleteFunc(Kinds(), func(k Kind) bool { return k == got.Kind })
			if diff := cmp.Diff(all, kinds); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDetectSaysWhyNot(t *testing.T) {
	t.Parallel()
	env := map[string]string{"IDENTITY_ENDPOINT": "http://localhost:42356/msi/token", "IDENTITY_HEADER": "h", "HOME": "/home/app"}
	got, err := Detect(machine(t, env, apiServerTokenFile, chassisFile), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Rejection{
		{Kubernetes, "no projected token at /var/run/secrets/landbridge/token or /var/run/service-account/token; the pod's default token is for the API server and is not used"},
		{File, "no file is named in the configuration"},
		{WorkloadIdentity, "AZURE_FEDERATED_TOKEN_FILE is not set, and the webhook mounted no token"},
		{ServiceFabric, "IDENTITY_SERVER_THUMBPRINT is not set"},
		{Arc, "IMDS_ENDPOINT is not set, and there is no agent at /opt/azcmagent/bin/himds"},
		{IMDS, "this machine's chassis tag is Azure's, but app-service comes first"},
		{CLI, "the Azure CLI has no profile in /home/app/.azure"},
	}
	if diff := cmp.Diff(want, got.Rejected); diff != "" {
		t.Error(diff)
	}
}

func TestDetectRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env      map[string]string
		settings Settings
		text     string
		hint     string
	}{
		"unknown kind":     {nil, Settings{Kind: "vm"}, `source kind "vm" is not known`, "use auto or one of [kubernetes file"},
		"unused":           {nil, Settings{Kind: Kubernetes, ClientID: clientID}, "client_id is not used by source kind kubernetes", "kubernetes uses file"},
		"unused, detected": {map[string]string{"HOME": "/h"}, Settings{Kind: Auto, AuthorityHost: "https://login.microsoftonline.us/"}, "authority_host is not used by source kind imds", "imds uses client_id"},
		"service fabric":   {nil, Settings{Kind: ServiceFabric, ObjectID: objectID}, "object_id is not used by source kind service-fabric", "manifest"},
		"two identities":   {nil, Settings{Kind: IMDS, ClientID: clientID, ObjectID: objectID}, "more than one of client_id, object_id and resource_id is given", "keep one"},
		"no file":          {nil, Settings{Kind: File}, "source kind file needs file", "set file"},
		"scope":            {nil, Settings{Kind: IMDS, Resource: "api://x/.default"}, "resource ends in /.default, which makes it a scope", "remove /.default"},
		// Half a webhook is not taken for none: the node's identity is somebody else's.
		"half a webhook": {map[string]string{"AZURE_FEDERATED_TOKEN_FILE": "/t", "AZURE_TENANT_ID": tenantID}, Settings{}, "no client id: neither client_id nor AZURE_CLIENT_ID is set", "annotate the service account"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Detect(machine(t, test.env), test.settings)
			e := refusalOf(t, err)
			if e.Kind != bridge.Usage || e.Text != test.text || !strings.Contains(e.Hint, test.hint) {
				t.Errorf("got %v %q %q", e.Kind, e.Text, e.Hint)
			}
		})
	}
	if _, err := Detect(Deps{}, Settings{}); refusalOf(t, err).Kind != bridge.Fault {
		t.Error(err)
	}
}

// Every setting is either used by a kind or refused by it: none is read and ignored.
func TestEverySettingOfEveryKind(t *testing.T) {
	t.Parallel()
	all := map[string]Settings{
		"file": {File: "/f"}, "format": {Format: tokenfile.JSON}, "field": {Field: "t"}, "client_id": {ClientID: "c"}, "object_id": {ObjectID: "o"},
		"resource_id": {ResourceID: "r"}, "tenant_id": {TenantID: "t"}, "resource": {Resource: "api://r"}, "authority_host": {AuthorityHost: "a"}, "endpoint": {Endpoint: "e"},
	}
	for _, kind := range Kinds() {
		for name, s := range all {
			err := s.check(kind)
			used := slices.Contains(uses(kind), name)
			if refused := err != nil && refusalOf(t, err).Code == "setting_unused"; refused == used {
				t.Errorf("%s of %s: used %v, but check says %v", name, kind, used, err)
			}
		}
	}
}

func TestFileSource(t *testing.T) {
	t.Parallel()
	path := put(t, `{"id_token":"`+podToken(t)+`"}`)
	choice, err := Detect(deps(nil), Settings{Kind: File, File: path, Format: tokenfile.JSON, Field: "id_token"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := choice.Source.Assertion(t.Context(), bridge.AssertionRequest{})
	if err != nil || got.Subject != "system:serviceaccount:reports:summariser" {
		t.Errorf("got %q, %v", got.Subject, err)
	}
	if d := choice.Source.(bridge.Describer).Describe(); d != "token file "+path+`, JSON field "id_token" (named in the configuration)` {
		t.Errorf("Describe: %q", d)
	}
}
