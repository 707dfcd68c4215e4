package azure

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// Choice is the source that proves who the workload is, and why it and no other.
type Choice struct {
	Kind Kind
	// Reason is one clause, such as "IDENTITY_ENDPOINT and IDENTITY_HEADER are set".
	Reason string
	// Source describes itself with the reason (bridge.Describer).
	Source bridge.Source
	// File is the token file that the source reads as it is; empty for any other source.
	File string
	// Rejected are the other kinds in the order of detection; nil when the kind was named.
	Rejected []Rejection
}

// Rejection is a kind that was not chosen, and why.
type Rejection struct {
	Kind   Kind
	Reason string
}

// Detect finds the source, or makes the one that the settings name. It looks at variables and files of this machine and
// makes no call on any network.
func Detect(d Deps, s Settings) (Choice, error) {
	d, err := d.whole()
	if err != nil {
		return Choice{}, err
	}
	if s.Kind != "" && s.Kind != Auto {
		if !slices.Contains(Kinds(), s.Kind) {
			return Choice{}, usage("source_kind_unknown", fmt.Sprintf("source kind %q is not known", s.Kind), fmt.Sprintf("use auto or one of %v", Kinds()))
		}
		return choose(d, s, s.Kind, "named in the configuration", nil)
	}
	var kind Kind
	var reason string
	var rejected []Rejection
	for _, mark := range marks(d, s) {
		switch {
		case !mark.fits:
			rejected = append(rejected, Rejection{mark.kind, mark.reason})
		case kind == "":
			kind, reason = mark.kind, mark.reason
		default:
			rejected = append(rejected, Rejection{mark.kind, fmt.Sprintf("%s, but %s comes first", mark.reason, kind)})
		}
	}
	if kind == "" {
		// What every Azure SDK ends with: a virtual machine need not show any mark.
		kind, reason = IMDS, "nothing else was found"
		rejected = slices.DeleteFunc(rejected, func(r Rejection) bool { return r.Kind == IMDS })
	}
	if kind == IMDS && d.Env("KUBERNETES_SERVICE_HOST") != "" {
		reason += "; in a pod this is the node's identity"
	}
	return choose(d, s, kind, reason, rejected)
}

func choose(d Deps, s Settings, kind Kind, reason string, rejected []Rejection) (Choice, error) {
	source, err := build(d, s, kind)
	if err != nil {
		return Choice{}, err
	}
	c := Choice{Kind: kind, Reason: reason, Source: reasoned{source, reason}, Rejected: rejected}
	if file, ok := source.(*tokenfile.Source); ok {
		c.File = file.Path()
	}
	return c, nil
}

// describedSource is what every source of this shore is.
type describedSource interface {
	bridge.Source
	bridge.Describer
}

func build(d Deps, s Settings, kind Kind) (describedSource, error) {
	switch kind {
	case Kubernetes:
		return NewKubernetes(d, s)
	case File:
		return NewFile(d, s)
	case WorkloadIdentity:
		return NewWorkloadIdentity(d, s)
	case ServiceFabric:
		return NewServiceFabric(d, s)
	case AppService:
		return NewAppService(d, s)
	case Arc:
		return NewArc(d, s)
	case CLI:
		return NewCLI(d, s)
	default:
		return NewIMDS(d, s)
	}
}

// reasoned is a source that also says why it was chosen.
type reasoned struct {
	describedSource
	reason string
}

func (r reasoned) Describe() string { return r.describedSource.Describe() + " (" + r.reason + ")" }

// mark is what the machine shows for or against a kind.
type mark struct {
	kind   Kind
	fits   bool
	reason string
}

// marks are in the order of preference: what somebody mounted for this very purpose, then what the platform announces to
// this program alone, then what it gives to the machine, then the person at the keyboard.
func marks(d Deps, s Settings) []mark {
	return []mark{
		markOfKubernetes(d, s), markOfFile(s), markOfWorkloadIdentity(d, s), markOfServiceFabric(d),
		markOfAppService(d), markOfArc(d), markOfIMDS(d, s), markOfCLI(d),
	}
}

func markOfKubernetes(d Deps, s Settings) mark {
	if s.File != "" {
		return mark{Kubernetes, false, "file is named in the configuration"}
	}
	for _, path := range []string{DefaultTokenFile, GoogleTokenFile} {
		if d.exists(path) {
			return mark{Kubernetes, true, "a projected token is mounted at " + path}
		}
	}
	reason := fmt.Sprintf("no projected token at %s or %s", DefaultTokenFile, GoogleTokenFile)
	if d.exists(apiServerTokenFile) {
		reason += "; the pod's default token is for the API server and is not used"
	}
	return mark{Kubernetes, false, reason}
}

func markOfFile(s Settings) mark {
	switch {
	case s.File == "":
		return mark{File, false, "no file is named in the configuration"}
	case s.ClientID != "" || s.TenantID != "":
		return mark{File, false, "file is named together with client_id or tenant_id, which is for Entra"}
	}
	return mark{File, true, "file is named in the configuration"}
}

// markOfWorkloadIdentity fits as soon as the webhook has been at work, though something may be missing: going on to the
// node's identity would sign in as somebody else.
func markOfWorkloadIdentity(d Deps, s Settings) mark {
	file := d.Env("AZURE_FEDERATED_TOKEN_FILE")
	switch {
	case s.File != "" && (s.ClientID != "" || s.TenantID != ""):
		return mark{WorkloadIdentity, true, "file is named together with client_id or tenant_id"}
	case s.File != "":
		return mark{WorkloadIdentity, false, "file is named without client_id or tenant_id"}
	case file != "":
		return mark{WorkloadIdentity, true, "AZURE_FEDERATED_TOKEN_FILE is set"}
	}
	for _, path := range []string{tokenfile.AzureTokenFile, tokenfile.AzureTokenFileBefore16} {
		if d.exists(path) {
			return mark{WorkloadIdentity, true, "the Azure workload identity webhook mounted " + path}
		}
	}
	return mark{WorkloadIdentity, false, "AZURE_FEDERATED_TOKEN_FILE is not set, and the webhook mounted no token"}
}

func markOfServiceFabric(d Deps) mark {
	if set(d, "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT") {
		return mark{ServiceFabric, true, "IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT are set"}
	}
	return mark{ServiceFabric, false, missing(d, "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT")}
}

func markOfAppService(d Deps) mark {
	switch {
	case set(d, "IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
		return mark{AppService, true, "IDENTITY_ENDPOINT and IDENTITY_HEADER are set"}
	case set(d, "MSI_ENDPOINT", "MSI_SECRET"):
		return mark{AppService, true, "MSI_ENDPOINT and MSI_SECRET are set"}
	}
	return mark{AppService, false, missing(d, "IDENTITY_ENDPOINT", "IDENTITY_HEADER")}
}

func markOfArc(d Deps) mark {
	himds := himdsPath
	if runtime.GOOS == "windows" {
		himds = filepath.Join(d.Env("ProgramData"), "AzureConnectedMachineAgent", "himds.exe")
	}
	switch {
	case set(d, "IDENTITY_ENDPOINT", "IMDS_ENDPOINT"):
		return mark{Arc, true, "IDENTITY_ENDPOINT and IMDS_ENDPOINT are set"}
	case d.exists(himds):
		return mark{Arc, true, "the Azure Arc agent is installed at " + himds}
	}
	return mark{Arc, false, "IMDS_ENDPOINT is not set, and there is no agent at " + himds}
}

// azureChassis is the asset tag that Azure gives every virtual machine, and the file where Linux shows it.
const (
	azureChassis = "7783-7084-3265-9085-8269-3286-77"
	chassisFile  = "/sys/class/dmi/id/chassis_asset_tag"
)

func markOfIMDS(d Deps, s Settings) mark {
	if s.Endpoint != "" {
		return mark{IMDS, true, "endpoint is named in the configuration"}
	}
	if d.Env("AZURE_POD_IDENTITY_AUTHORITY_HOST") != "" {
		return mark{IMDS, true, "AZURE_POD_IDENTITY_AUTHORITY_HOST is set"}
	}
	if tag, err := d.ReadFile(chassisFile); err == nil && strings.TrimSpace(string(tag)) == azureChassis {
		return mark{IMDS, true, "this machine's chassis tag is Azure's"}
	}
	return mark{IMDS, false, "this machine shows no mark of Azure's"}
}

// markOfCLI: in Cloud Shell the CLI is signed in, and its own endpoint gives tokens for a few resources only.
func markOfCLI(d Deps) mark {
	if d.Env("MSI_ENDPOINT") != "" && d.Env("MSI_SECRET") == "" {
		return mark{CLI, true, "MSI_ENDPOINT without MSI_SECRET is Azure Cloud Shell, where the CLI is signed in"}
	}
	home := d.Env("AZURE_CONFIG_DIR")
	if home == "" {
		home = filepath.Join(d.Env("HOME")+d.Env("USERPROFILE"), ".azure")
	}
	if profile := filepath.Join(home, "azureProfile.json"); d.exists(profile) {
		return mark{CLI, true, "the Azure CLI has a profile at " + profile}
	}
	return mark{CLI, false, "the Azure CLI has no profile in " + home}
}

func set(d Deps, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return d.Env(name) == "" })
}

func missing(d Deps, names ...string) string {
	for _, name := range names {
		if d.Env(name) == "" {
			return name + " is not set"
		}
	}
	return ""
}
