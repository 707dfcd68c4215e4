package estate

import (
	"strconv"
	"strings"
)

// Where a pod finds its bridge. The webhook, the policy bundle and whoever looks for pods without one use the same names.
const (
	// MountPath is the folder that the volume VolumeName is mounted at.
	MountPath = "/var/run/secrets/landbridge"
	// TokenFile is the projected token.
	TokenFile = MountPath + "/token"
	// CredentialsFile is the credential configuration (external_account, AIP-4117) that names TokenFile.
	CredentialsFile = MountPath + "/credentials.json"
	// VolumeName is the volume with the token, in either mode: a pod that has it carries a bridge.
	VolumeName = "landbridge"
	// SidecarName is the native sidecar of ModeMetadata.
	SidecarName = "landbridge-metadata"
)

// SettingsName is the name of an account's ConfigMap of settings.
func SettingsName(account string) string { return "landbridge-" + account }

// LabelSettings with the value "enabled" marks the ConfigMaps that the admission policy takes its settings from.
const LabelSettings = "landbridge.dev/settings"

// The keys of KubernetesSettings.Data.
const (
	SettingAccount      = "account"          // name of the ServiceAccount
	SettingAudience     = "audience"         // of the projected token
	SettingCredentials  = "credentials.json" // what stands in CredentialsFile
	SettingProject      = "project"          // absent: not set in pods
	SettingLocation     = "location"         // absent: not set in pods
	SettingTokenSeconds = "token-seconds"
)

// The life of a projected token in seconds. Google's tokens live no longer than the assertion, and a kubelet renews at 80 %
// of its life: with 7200 there are 24 minutes left at worst.
const (
	DefaultTokenSeconds = 7200
	MinTokenSeconds     = 3600
	MaxTokenSeconds     = 86400
)

// TokenAudience is the "aud" of a token for a provider that lists no audiences of its own. The provider is the full name,
// projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
func TokenAudience(provider string) string { return "https:" + onIAM(provider) }

// EntraTokenAudience is the "aud" of a token that is for Entra.
const EntraTokenAudience = "api://AzureADTokenExchange"

// onIAM is the full resource name of what IAM has; a provider's is the audience of a token exchange.
func onIAM(name string) string { return "//iam.googleapis.com/" + name }

// CredentialFile is what a pod's credential configuration says.
type CredentialFile struct {
	Provider       string // full name
	ServiceAccount string // e-mail; empty for direct access
	// STS and IAMCredentials are base URLs in place of Google's own (a region's, a sandbox's).
	STS, IAMCredentials string
}

// JSON is the file, byte for byte what "landbridge credentials write" and gcloud write. The fields must have been checked:
// what would need escaping in JSON has no place in any of them.
func (c CredentialFile) JSON() string {
	sts, iam := c.STS, c.IAMCredentials
	if sts == "" {
		sts = "https://sts.googleapis.com"
	}
	if iam == "" {
		iam = "https://iamcredentials.googleapis.com"
	}
	last := `  "token_info_url": "` + sts + "/v1/introspect\"\n}"
	if c.ServiceAccount != "" {
		last = `  "service_account_impersonation_url": "` + iam + "/v1/projects/-/serviceAccounts/" + c.ServiceAccount + ":generateAccessToken\"\n}"
	}
	return `{
  "universe_domain": "googleapis.com",
  "type": "external_account",
  "audience": "` + onIAM(c.Provider) + `",
  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
  "token_url": "` + sts + `/v1/token",
  "credential_source": {
    "file": "` + TokenFile + `"
  },
` + last
}

// Settings is KubernetesSettings.Data of an account with these annotations, for the admission policy; nil when the account
// has no bridge or asks for ModeMetadata, which a policy cannot give.
func Settings(account string, annotations map[string]string, file CredentialFile) map[string]string {
	file.Provider, file.ServiceAccount = annotations[AnnotationProvider], annotations[AnnotationServiceAccount]
	if file.Provider == "" || ModeOf(annotations) == ModeMetadata {
		return nil
	}
	data := map[string]string{
		SettingAccount: account, SettingAudience: TokenAudience(file.Provider), SettingCredentials: file.JSON(),
		SettingTokenSeconds: strconv.Itoa(DefaultTokenSeconds),
	}
	for setting, annotation := range map[string]string{
		SettingProject: AnnotationProject, SettingLocation: AnnotationLocation, SettingTokenSeconds: AnnotationTokenSeconds,
	} {
		if value := strings.TrimSpace(annotations[annotation]); value != "" {
			data[setting] = value
		}
	}
	return data
}

// UnbridgedPod is a running pod that should carry a bridge and does not.
type UnbridgedPod struct {
	Namespace string
	Pod       string
	Account   string // its service account
	Reason    string // one sentence, lower case
	Command   string // that mends it
}
