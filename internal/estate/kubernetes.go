package estate

// Reach says how a cluster's API is reached: a context of a kubeconfig file. With an empty Context nothing in the cluster is
// read or changed.
type Reach struct {
	Cluster    string // its name in landbridge.yaml
	Kubeconfig string // path; empty for KUBECONFIG or ~/.kube/config
	Context    string
}

// ReachOf says how the cluster that a thing lives in is reached; ok is false for a thing that lives in none.
func ReachOf(s Spec) (reach Reach, ok bool) {
	switch s := s.(type) {
	case *Issuer:
		return s.Reach, true
	case *Namespace:
		return s.Reach, true
	case *KubernetesAccount:
		return s.Reach, true
	case *KubernetesSettings:
		return s.Reach, true
	}
	return Reach{}, false
}

// Issuer is what a cluster's own API says of its token issuer, which set-up reads and never changes. It is how the keys of a
// private issuer are had. Outputs: issuer, jwks (as PublicKeys writes them).
type Issuer struct {
	Reach `json:"-"`
}

// Kind implements Spec.
func (*Issuer) Kind() Kind { return KindIssuer }

// Namespace is a namespace that must exist; set-up adds its labels and removes those again, never the namespace.
type Namespace struct {
	Reach `json:"-"`
	Name  string `json:"-"`

	Labels map[string]string `json:"labels"` // ours alone
}

// Kind implements Spec.
func (*Namespace) Kind() Kind { return KindNamespace }

// KubernetesAccount is a ServiceAccount with our annotations. One that set-up created bears the label MarkKey and is removed
// by destroy; on one that was there before, only our annotations are.
type KubernetesAccount struct {
	Reach     `json:"-"`
	Namespace string `json:"-"`
	Name      string `json:"-"`

	Annotations map[string]string `json:"annotations"` // ours alone
}

// Kind implements Spec.
func (*KubernetesAccount) Kind() Kind { return KindKubernetesAccount }

// KubernetesSettings is the ConfigMap from which the admission policy, which cannot read annotations of accounts, takes the
// same settings. Its name is SettingsName of the account.
type KubernetesSettings struct {
	Reach     `json:"-"`
	Namespace string `json:"-"`
	Account   string `json:"-"`

	Data map[string]string `json:"data"`
}

// Kind implements Spec.
func (*KubernetesSettings) Kind() Kind { return KindKubernetesSettings }

// JoinKey is the label, with the name of the set-up, on what was there before and carries our fields: an account, a
// namespace. MarkKey is on what set-up created. Only the latter is deleted.
const JoinKey = "landbridge.dev/joined"

// The managed identity that an account becomes on the route entra, and its tenant: the names that Azure's own webhook reads.
const (
	AnnotationEntraClient = "azure.workload.identity/client-id"
	AnnotationEntraTenant = "azure.workload.identity/tenant-id"
)

// SettingsName is the name of an account's ConfigMap of settings.
func SettingsName(account string) string { return "landbridge-" + account }

// What a team sets on a ServiceAccount; the webhook, the policy bundle, set-up and the manifests use the same names.
const (
	// AnnotationProvider is the one annotation that switches the bridge on: the full name of the workload identity pool
	// provider, projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
	AnnotationProvider = "landbridge.dev/provider"
	// AnnotationServiceAccount is the e-mail of the Google service account to impersonate; absent is direct access.
	AnnotationServiceAccount = "landbridge.dev/service-account"
	// AnnotationProject is the Google Cloud project id that model calls are made in.
	AnnotationProject = "landbridge.dev/project"
	// AnnotationLocation is the region of model calls.
	AnnotationLocation = "landbridge.dev/location"
	// AnnotationRoute is RouteEntra when the provider trusts Entra and not the cluster: the pod's token then goes to Entra,
	// whose token goes to Google. A sidecar (ModeMetadata) asks Entra, and a credential file cannot. Who the account is at
	// Entra stands in AnnotationEntraClient and AnnotationEntraTenant. Absent: the provider trusts the cluster.
	AnnotationRoute = "landbridge.dev/route"
	// AnnotationMode is ModeCredentials or ModeMetadata; ModeOf says what holds when it is absent.
	AnnotationMode = "landbridge.dev/mode"
	// AnnotationTokenSeconds is the life of the projected token, 3600 to 86400; 7200 when absent.
	AnnotationTokenSeconds = "landbridge.dev/token-seconds"
)

// What a pod may set for itself.
const (
	// AnnotationContainers names the containers that get the credentials, separated by commas; absent is all of them.
	AnnotationContainers = "landbridge.dev/containers"
	// AnnotationSkipContainers names those that do not.
	AnnotationSkipContainers = "landbridge.dev/skip-containers"
	// AnnotationCredentials is where the webhook puts the credential configuration for the downward API. It holds no secret.
	AnnotationCredentials = "landbridge.dev/credentials"
)

// LabelInject on a namespace with the value "enabled" makes the webhook look at its pods; on a pod with the value "disabled"
// makes it look away.
const LabelInject = "landbridge.dev/inject"

// RouteEntra is the one value of AnnotationRoute.
const RouteEntra = "entra"

// ModeOf is the mode of an account with these annotations: the one that is written, else the only one that its route has.
func ModeOf(annotations map[string]string) string {
	switch mode := annotations[AnnotationMode]; {
	case mode != "":
		return mode
	case annotations[AnnotationRoute] == RouteEntra:
		return ModeMetadata
	}
	return ModeCredentials
}

// The values of AnnotationMode.
const (
	ModeCredentials = "credentials" // a projected token and a credential file: the SDK exchanges the token itself
	ModeMetadata    = "metadata"    // a native sidecar with the metadata server that SDKs expect
)
