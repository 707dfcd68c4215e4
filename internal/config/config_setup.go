package config

// Setup is what the setup commands make, check and remove.
type Setup struct {
	// Name that marks what this set-up makes, 1 to 32 of a-z, 0-9 and -. Two files that share a cloud need two names.
	Name string `yaml:"name" default:"landbridge"`
	// Also keeps each account's settings in a ConfigMap, for the admission policy, which cannot read annotations of accounts.
	Policy bool `yaml:"policy" default:"false"`
	// Kubeconfig file of clusters that name none. Absent: KUBECONFIG, then ~/.kube/config.
	Kubeconfig string `yaml:"kubeconfig"`
	// Where things are made on Google's side.
	Google SetupGoogle `yaml:"google"`
	// Where things are made on Azure's side.
	Azure SetupAzure `yaml:"azure"`
	// The Kubernetes clusters whose workloads cross.
	Clusters []Cluster `yaml:"clusters"`
	// The programs that cross, and what each may do on the far shore.
	Workloads []Workload `yaml:"workloads"`
}

// SetupGoogle is Google's side of the set-up.
type SetupGoogle struct {
	// Project id that the pools and service accounts are made in. Required.
	Project string `yaml:"project"`
	// Number of that project. Absent: read from Google.
	ProjectNumber string `yaml:"project_number"`
	// Id of the workload identity pool of clusters that name none. A pool is one trust boundary.
	Pool string `yaml:"pool" default:"azure"`
	// Region of model calls, such as europe-west4, or global.
	Location string `yaml:"location" default:"global"`
	// Publisher model that verify and doctor ask.
	Model string `yaml:"model" default:"gemini-2.5-flash"`
	// Who makes the changes.
	Operator GoogleOperator `yaml:"operator"`
	// Addresses to use in place of Google's own.
	Endpoints SetupGoogleEndpoints `yaml:"endpoints"`
}

// GoogleOperator is the person or pipeline that makes the changes on Google's side.
type GoogleOperator struct {
	// auto is Application Default Credentials, then gcloud; the others name one. File reads an access token.
	Kind string `yaml:"kind" default:"auto" choices:"auto,adc,gcloud,file"`
	// File that holds an access token; read again when it changes. Used, and required, by file.
	File string `yaml:"file"`
}

// SetupGoogleEndpoints are addresses in place of Google's own: https, or http on loopback.
type SetupGoogleEndpoints struct {
	// IAM API, such as https://iam.googleapis.com.
	IAM string `yaml:"iam"`
	// Cloud Resource Manager API, such as https://cloudresourcemanager.googleapis.com.
	ResourceManager string `yaml:"resource_manager"`
	// Service Usage API, such as https://serviceusage.googleapis.com.
	ServiceUsage string `yaml:"service_usage"`
	// Security Token Service, such as https://sts.googleapis.com.
	STS string `yaml:"sts"`
	// IAM Service Account Credentials API, such as https://iamcredentials.googleapis.com.
	IAMCredentials string `yaml:"iam_credentials"`
	// Vertex AI, such as https://europe-west4-aiplatform.googleapis.com. Default: follows location.
	AIPlatform string `yaml:"aiplatform"`
}

// SetupAzure is Azure's side of the set-up.
type SetupAzure struct {
	// Subscription that identities are made in, a GUID. Required when a cluster is AKS or an identity is made.
	Subscription string `yaml:"subscription"`
	// Entra tenant, a GUID. Required by the Entra route and by managed identities.
	TenantID string `yaml:"tenant_id"`
	// Resource group of clusters that name none, and of identities.
	ResourceGroup string `yaml:"resource_group"`
	// Region of identities that are made, such as westeurope.
	Location string `yaml:"location"`
	// Who makes the changes.
	Operator AzureOperator `yaml:"operator"`
	// Entra's address; differs only in a sovereign cloud.
	AuthorityHost string `yaml:"authority_host" default:"https://login.microsoftonline.com/"`
	// Addresses to use in place of Azure's own.
	Endpoints AzureEndpoints `yaml:"endpoints"`
}

// AzureOperator is the person or pipeline that makes the changes on Azure's side.
type AzureOperator struct {
	// auto is workload identity where its variables are set, then the Azure CLI; the others name one. File reads an access
	// token.
	Kind string `yaml:"kind" default:"auto" choices:"auto,azure-cli,workload-identity,managed-identity,file"`
	// File that holds an access token for Azure Resource Manager; read again when it changes. Used, and required, by file.
	File string `yaml:"file"`
}

// Cluster is a Kubernetes cluster whose workloads cross.
type Cluster struct {
	// Name of the AKS cluster; workloads name it so. Required.
	Name string `yaml:"name"`
	// Subscription of the cluster. Default: setup.azure.subscription.
	Subscription string `yaml:"subscription"`
	// Resource group of the cluster. Default: setup.azure.resource_group.
	ResourceGroup string `yaml:"resource_group"`
	// Id of its workload identity pool. Default: setup.google.pool.
	Pool string `yaml:"pool"`
	// Id of its provider in that pool. Default: aks-NAME.
	Provider string `yaml:"provider"`
	// Goes before the subject, so that clusters may share a pool and stay apart: PREFIX:NAMESPACE:ACCOUNT.
	SubjectPrefix string `yaml:"subject_prefix"`
	// Kubeconfig file. Default: setup.kubeconfig.
	Kubeconfig string `yaml:"kubeconfig"`
	// Context of that file. Absent: nothing inside the cluster is read or changed; setup render writes the manifests.
	Context string `yaml:"context"`
	// Issuer of a cluster that is not AKS. Absent: read from AKS, and switched on there.
	Issuer string `yaml:"issuer"`
	// Google cannot reach the issuer: its keys are read through context and uploaded.
	UploadKeys bool `yaml:"upload_keys" default:"false"`
}

// Workload is a program with one home identity: kubernetes, managed_identity or google_account.
type Workload struct {
	// Name of the workload, for doctor, verify and revoke. Required.
	Name string `yaml:"name"`
	// The service account of a program that runs in Kubernetes.
	Kubernetes *WorkloadKubernetes `yaml:"kubernetes"`
	// direct: Google trusts the cluster's issuer. entra: the account becomes managed_identity first.
	Route string `yaml:"route" default:"direct" choices:"direct,entra"`
	// User-assigned identity, made if it is not there: the home of a VM, a function or a container app; or, with kubernetes
	// and the route entra, what the account becomes.
	ManagedIdentity string `yaml:"managed_identity"`
	// Id or e-mail of the Google service account of a program that runs on Google.
	GoogleAccount string `yaml:"google_account"`
	// What it may do on Google.
	ToGoogle *WorkloadToGoogle `yaml:"to_google"`
	// What it may do on Azure.
	ToAzure *WorkloadToAzure `yaml:"to_azure"`
}

// WorkloadKubernetes is a Kubernetes service account.
type WorkloadKubernetes struct {
	// Names of the clusters; each has the account. Required.
	Clusters []string `yaml:"clusters"`
	// Namespace, which must exist. Required.
	Namespace string `yaml:"namespace"`
	// Service account, made if it is not there. Required.
	ServiceAccount string `yaml:"service_account"`
	// How pods get the bridge: credentials (a projected token and a credential file) or metadata (a sidecar).
	Mode string `yaml:"mode" default:"credentials" choices:"credentials,metadata"`
	// Life of the projected token in seconds, 3600 to 86400.
	TokenSeconds int `yaml:"token_seconds" default:"7200"`
}

// WorkloadToGoogle is who a workload becomes on Google and what that one may do.
type WorkloadToGoogle struct {
	// Id of the Google service account to impersonate, made if it is not there; or the e-mail of one in another project.
	// Absent: direct access.
	ServiceAccount string `yaml:"service_account"`
	// Projects that the roles hold in. Default: setup.google.project.
	Projects []string `yaml:"projects"`
	// Roles, such as roles/aiplatform.user. Default, when there are no permissions either: that one.
	Roles []string `yaml:"roles"`
	// Permissions that become a custom role of each project, such as aiplatform.endpoints.predict.
	Permissions []string `yaml:"permissions"`
}

// WorkloadToAzure is who a workload becomes on Azure and what that one may do.
type WorkloadToAzure struct {
	// User-assigned identity, made if it is not there. Required.
	Identity string `yaml:"identity"`
	// Roles and where they hold, as "ROLE on SCOPE": Storage Blob Data Reader on /subscriptions/...
	Roles []string `yaml:"roles"`
}
