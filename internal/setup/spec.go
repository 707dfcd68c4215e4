// Package setup turns one file into both clouds' settings: what shall be, what is, what differs, and the calls between them.
//
// A Spec and the keepers of three sides enter; problems, plans, progress and outcomes leave. It knows no cloud's wire and
// calls no cloud itself, removes nothing that does not bear its mark, and must never leave a change half made that a second
// run would not finish.
package setup

// Spec is the setup section of landbridge.yaml, with defaults filled in.
type Spec struct {
	// Name marks what this set-up makes: [a-z0-9-], 1 to 32 characters.
	Name      string
	Google    Google
	Azure     Azure
	Clusters  []Cluster
	Workloads []Workload
}

// Google is where things are made on Google's side.
type Google struct {
	Project  string // id
	Number   string // empty: read
	Pool     string // of clusters that name none
	Location string // of model calls
	Model    string // that a verifying crossing asks
	// Settings says that the ConfigMaps of the admission policy are kept beside the annotations. The policy serves pods of
	// the direct route and estate.ModeCredentials alone.
	Settings bool
	// STS and IAMCredentials are base URLs that pods use in place of Google's own; they stand in those ConfigMaps.
	STS, IAMCredentials string
}

// Azure is where things are made on Azure's side.
type Azure struct {
	Subscription  string
	Tenant        string
	ResourceGroup string // of identities
	Location      string // of identities
}

// Cluster is a Kubernetes cluster whose workloads cross.
type Cluster struct {
	Name          string // of the AKS cluster, and how workloads name it
	Subscription  string
	ResourceGroup string
	Pool          string
	Provider      string // id
	// SubjectPrefix, when not empty, goes before the mapped subject, so that two clusters may share a pool:
	// google.subject = PREFIX:NAMESPACE:ACCOUNT.
	SubjectPrefix string
	Kubeconfig    string
	Context       string // empty: nothing inside the cluster is read or changed
	// Issuer of a cluster that is not AKS; empty: read from AKS.
	Issuer string
	// UploadKeys says that Google cannot reach the issuer: its keys are read through Context and uploaded.
	UploadKeys bool
}

// Route is how an assertion of a Kubernetes account becomes a Google token.
type Route string

// The routes.
const (
	Direct Route = "direct" // Google trusts the cluster's issuer
	Entra  Route = "entra"  // Entra trusts the cluster's issuer, and Google trusts Entra
)

// Workload is a program with one home identity and what it may do on the far shore. Exactly one of Kubernetes,
// ManagedIdentity (without Kubernetes) and GoogleAccount is its home.
type Workload struct {
	Name string
	// Kubernetes is the home of a pod; nil otherwise.
	Kubernetes *Kubernetes
	Route      Route
	// ManagedIdentity is the name of the user-assigned identity: the home of a VM, function or container app, or what a
	// Kubernetes account becomes on the Entra route.
	ManagedIdentity string
	// GoogleAccount is the home of a workload that runs on Google: the id or e-mail of its service account.
	GoogleAccount string
	// ToGoogle is what it may do there; nil for a workload whose home is Google.
	ToGoogle *ToGoogle
	// ToAzure is what it may do there; nil for a workload whose home is Azure.
	ToAzure *ToAzure
}

// Kubernetes is a service account, the same in each of the clusters.
type Kubernetes struct {
	Clusters       []string
	Namespace      string
	ServiceAccount string
	Mode           string // estate.ModeCredentials or estate.ModeMetadata
	TokenSeconds   int
}

// ToGoogle is who a workload becomes on Google and what that one may do.
type ToGoogle struct {
	// ServiceAccount is the id, or the e-mail, of the account to impersonate; empty is direct access.
	ServiceAccount string
	Projects       []string // where the roles hold; ids
	Roles          []string // roles/aiplatform.user, or projects/P/roles/R
	// Permissions, when not empty, become a custom role of each project.
	Permissions []string
}

// ToAzure is who a workload becomes on Azure and what that one may do.
type ToAzure struct {
	Identity string   // name of the user-assigned identity
	Roles    []string // "ROLE on SCOPE": Storage Blob Data Reader on /subscriptions/…
}
