package sandbox

// Profile is where the sandbox is and what everything in its default world is called: what a client needs to use it. It
// is stable and serialisable. With a world of the caller's own, only the addresses are filled in.
//
// The tokens and headers in it open nothing but this sandbox.
type Profile struct {
	HTTP     string `json:"http"`      // http://127.0.0.1:PORT: everything is served here
	HTTPS    string `json:"https"`     // https://127.0.0.1:PORT: and here
	AdminURL string `json:"admin_url"` // HTTP + /sandbox/v1
	CAPEM    string `json:"ca_pem"`    // who signed the certificate of HTTPS

	Google GoogleProfile `json:"google"`
	Azure  AzureProfile  `json:"azure"`
}

// GoogleProfile is the Google shore.
type GoogleProfile struct {
	ProjectID     string `json:"project_id"`
	ProjectNumber string `json:"project_number"`
	Location      string `json:"location"`

	TokenURL           string `json:"token_url"`            // STS
	IntrospectURL      string `json:"introspect_url"`       // STS
	ImpersonationURL   string `json:"impersonation_url"`    // of ServiceAccount
	CredentialsURL     string `json:"credentials_url"`      // base of the IAM Credentials API
	VertexURL          string `json:"vertex_url"`           // base of Vertex AI, REST and gRPC
	ResourceManagerURL string `json:"resource_manager_url"` // ends with /v1/projects/
	MetadataHost       string `json:"metadata_host"`        // host:port for GCE_METADATA_HOST: a Google job's metadata server

	AdminURL string `json:"admin_url"` // base of IAM, Resource Manager v3 and Service Usage, by which it all is set up
	// Operator is a person who owns both projects; POST AdminURL of the sandbox + /tokens/google-operator gives its token.
	Operator string `json:"operator"`
	// EmptyProjectID is a project in which nothing has been set up yet.
	EmptyProjectID     string `json:"empty_project_id"`
	EmptyProjectNumber string `json:"empty_project_number"`

	// Provider trusts the cluster's issuer; its Audience is what a token exchange names, TokenAudience the "aud" of the
	// assertion.
	Provider      string `json:"provider"`
	Audience      string `json:"audience"`
	TokenAudience string `json:"token_audience"`
	// ProductionProvider trusts the cluster under its AKS name, EntraProvider the managed identities.
	ProductionProvider string `json:"production_provider"`
	EntraProvider      string `json:"entra_provider"`

	ServiceAccount  string `json:"service_account"`  // may be impersonated by the cluster's workload and the managed identities
	DirectPrincipal string `json:"direct_principal"` // may call Vertex without a service account
	JobAccount      string `json:"job_account"`      // whom the metadata server speaks for

	Model          string   `json:"model"`
	EmbeddingModel string   `json:"embedding_model"`
	Models         []string `json:"models"`   // publishers/…/models/…
	EndpointID     string   `json:"endpoint"` // a classic endpoint
	ClaudeModel    string   `json:"claude_model"`
	// ModelArmorTemplate is projects/P/locations/L/templates/T, DLPParent projects/P/locations/L; both are asked at GuardURL.
	ModelArmorTemplate string `json:"model_armor_template"`
	DLPParent          string `json:"dlp_parent"`
	GuardURL           string `json:"guard_url"`

	StorageURL string `json:"storage_url"` // base of Cloud Storage
	// Bucket is an empty one in Location, where ServiceAccount and the principals that go without one may do all with objects.
	Bucket string `json:"bucket"`

	KMSURL      string `json:"kms_url"`      // base of Cloud KMS
	SigningKey  string `json:"signing_key"`  // a version of algorithm EC_SIGN_ED25519
	SealingKey  string `json:"sealing_key"`  // a key that encrypts
	TransferURL string `json:"transfer_url"` // base of Storage Transfer Service; its agent may write to Bucket
}

// AzureProfile is the Azure shore.
type AzureProfile struct {
	TenantID     string `json:"tenant_id"`
	AuthorityURL string `json:"authority_url"` // AZURE_AUTHORITY_HOST

	ClusterIssuer    string   `json:"cluster_issuer"`
	ProductionIssuer string   `json:"production_issuer"`
	Clusters         []string `json:"clusters"`   // each has an API server at KubeURL + /clusters/NAME; Kubeconfig leads to all
	KubeURL          string   `json:"kube_url"`   // the API server of the cluster with ClusterIssuer
	KubeToken        string   `json:"kube_token"` // bearer for KubeURL
	Namespace        string   `json:"namespace"`
	ServiceAccount   string   `json:"service_account"`
	Subject          string   `json:"subject"`

	WorkloadClientID string `json:"workload_client_id"` // user-assigned; federated with the cluster's workload; on the VM and the apps
	WorkloadObjectID string `json:"workload_object_id"`
	VMClientID       string `json:"vm_client_id"` // system-assigned
	VMObjectID       string `json:"vm_object_id"`
	ReaderClientID   string `json:"reader_client_id"` // user-assigned; federated with the Google job; may read the blob
	ReaderObjectID   string `json:"reader_object_id"`
	// ExchangeResource is what a managed identity asks a token for when the token is meant for Google.
	ExchangeResource string `json:"exchange_resource"`

	IMDSURL          string `json:"imds_url"`          // AZURE_POD_IDENTITY_AUTHORITY_HOST
	IdentityEndpoint string `json:"identity_endpoint"` // IDENTITY_ENDPOINT of App Service, Functions, Container Apps
	IdentityHeader   string `json:"identity_header"`   // IDENTITY_HEADER
	FabricEndpoint   string `json:"fabric_endpoint"`   // IDENTITY_ENDPOINT of Service Fabric
	FabricHeader     string `json:"fabric_header"`
	ArcEndpoint      string `json:"arc_endpoint,omitempty"` // IDENTITY_ENDPOINT of Arc; empty without Options.ArcDir

	SubscriptionID string `json:"subscription_id"`
	ResourceGroup  string `json:"resource_group"`
	// EmptyResourceGroup has AKS clusters whose issuers are off, and nothing else.
	EmptyResourceGroup string `json:"empty_resource_group"`
	ARMURL             string `json:"arm_url"`
	StorageAccount     string `json:"storage_account"`
	// StagingAccount is where Azure Backup restores to; StagingAccountID is its resource id.
	StagingAccount   string `json:"staging_account"`
	StagingAccountID string `json:"staging_account_id"`
	StorageURL       string `json:"storage_url"` // of the account; path style
	Container        string `json:"container"`
	Blob             string `json:"blob"`

	KeyVaultURL string   `json:"key_vault_url"` // of every vault, whose name comes first in the path
	KeyVault    string   `json:"key_vault"`     // as it is called in references: https://VAULT.vault.azure.net
	SigningKey  string   `json:"signing_key"`   // reference to a key of type EC P-256
	SealingKey  string   `json:"sealing_key"`   // reference to an RSA key
	Secrets     []string `json:"secrets"`       // references; the last one has not been rotated for 120 days
	// TransferClientID is the application that the agent of Storage Transfer Service becomes; it may read StorageAccount.
	TransferClientID string `json:"transfer_client_id"`
}
