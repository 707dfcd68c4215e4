package estate

// KeyPrefix begins every label and annotation of ours.
const KeyPrefix = "landbridge.dev/"

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

// The managed identity that an account becomes on the route entra, and its tenant: the names that Azure's own webhook reads.
const (
	AnnotationEntraClient = "azure.workload.identity/client-id"
	AnnotationEntraTenant = "azure.workload.identity/tenant-id"
)

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
