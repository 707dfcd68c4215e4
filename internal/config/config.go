// Package config reads landbridge.yaml: what it says, what the environment and flags override, and what holds otherwise.
//
// Bytes, environment and flags enter; a typed Config and every problem at once leave, each problem with its line, column
// and fix. It must never reach a cloud, never start anything, and never repeat a key or a token that somebody wrote
// where configuration belongs.
package config

import "time"

// Config is all that landbridge.yaml can say. A nil section is absent, and that part of Landbridge starts nothing.
//
// The comments of the fields are the reference: docs/configuration.md, docs/landbridge.schema.json and reference.go are
// generated from them by "go test ./internal/config -run TestReference -update".
type Config struct {
	// Version of this file's format. 1 is the only one.
	Version int `yaml:"version" default:"1" choices:"1"`
	// The way from Azure to Google: who proves the workload's identity, and what Google gives for it.
	ToGoogle *ToGoogle `yaml:"to_google"`
	// The way back, from Google to Azure.
	ToAzure *ToAzure `yaml:"to_azure"`
	// What listens.
	Doors Doors `yaml:"doors"`
	// Which workload may ask what of which model. Needed by doors.gateway.
	Policy *Policy `yaml:"policy"`
	// What is masked, inspected and filtered on the way. Absent: the profile standard, with every default.
	Guard *Guard `yaml:"guard"`
	// Traces and metrics.
	Telemetry *Telemetry `yaml:"telemetry"`
	// The record of each lease, each refusal and each crossing. Absent: nothing is recorded.
	Audit *Audit `yaml:"audit"`
	// Which certificates are trusted, besides what each cloud's own clients trust.
	TLS *TLS `yaml:"tls"`
	// Datasets that are protected in Azure and used in Vertex AI.
	Backup *Backup `yaml:"backup"`
	// What the setup commands make on both clouds and in Kubernetes. No door reads it.
	Setup *Setup `yaml:"setup"`

	origins map[string]Origin
	lines   []string // of the file, for excerpts; nil when it holds a key
}

// ToGoogle is the way from Azure to Google.
type ToGoogle struct {
	// What proves who the workload is, at home on Azure.
	Source GoogleSource `yaml:"source"`
	// Workload identity pool provider, projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
	// A leading //iam.googleapis.com/ or https://iam.googleapis.com/ is dropped. Required.
	Provider string `yaml:"provider"`
	// E-mail of the Google service account to impersonate. Absent: direct access, the workload's own principal is used.
	ServiceAccount string `yaml:"service_account"`
	// E-mails of the service accounts between the workload and service_account, in order; each needs
	// roles/iam.serviceAccountTokenCreator on the next.
	Delegates []string `yaml:"delegates"`
	// OAuth scopes of an access token when the caller names none.
	Scopes []string `yaml:"scopes" default:"https://www.googleapis.com/auth/cloud-platform"`
	// Life of an impersonated access token, 10m to 12h; over 1h needs allow_long_lifetime. With direct access there is
	// nothing to choose: a token lives as long as the assertion, at most 1h.
	Lifetime time.Duration `yaml:"lifetime" default:"1h"`
	// Says that the organisation policy constraints/iam.allowServiceAccountCredentialLifetimeExtension lists
	// service_account, so that lifetime may pass 1h.
	AllowLongLifetime bool `yaml:"allow_long_lifetime" default:"false"`
	// Google Cloud project id that model calls are made in, and that the metadata server names.
	Project string `yaml:"project"`
	// Number of that project. Default: the number in provider.
	ProjectNumber string `yaml:"project_number"`
	// Region of model calls, such as europe-west4, or global.
	Location string `yaml:"location"`
	// Project that quota and billing are counted in, when it is not project.
	QuotaProject string `yaml:"quota_project"`
	// Domain of Google's APIs; differs only in a sovereign cloud.
	UniverseDomain string `yaml:"universe_domain" default:"googleapis.com"`
	// Region of the Security Token Service, for sts.REGION.rep.googleapis.com. Absent: the global endpoint.
	STSLocation string `yaml:"sts_location"`
	// Addresses to use in place of Google's own.
	Endpoints GoogleEndpoints `yaml:"endpoints"`
}

// GoogleSource is where the assertion for Google comes from.
type GoogleSource struct {
	// auto detects the source and prints why; the others name one.
	Kind string `yaml:"kind" default:"auto" choices:"auto,kubernetes,file,azure-workload-identity,imds,app-service,service-fabric,arc,azure-cli"`
	// File that holds the token; read again when it changes. Used by kubernetes, azure-workload-identity and file, and
	// required by file.
	File string `yaml:"file"`
	// Format of that file. Used by file.
	Format string `yaml:"format" default:"text" choices:"text,json"`
	// Key of the token in a JSON file. Used by file with format json.
	Field string `yaml:"field" default:"access_token"`
	// Client id of the managed identity or app registration. Absent: AZURE_CLIENT_ID, or the system-assigned identity.
	ClientID string `yaml:"client_id"`
	// Entra tenant, a GUID or a domain. Absent: AZURE_TENANT_ID. Used by azure-workload-identity and azure-cli.
	TenantID string `yaml:"tenant_id"`
	// Object id of the managed identity, in place of client_id.
	ObjectID string `yaml:"object_id"`
	// Azure resource id of the managed identity (/subscriptions/...), in place of client_id.
	ResourceID string `yaml:"resource_id"`
	// What the Entra token is asked for: an app registration's App ID URI, or api://AzureADTokenExchange, which needs no
	// app registration. Absent: the latter.
	Resource string `yaml:"resource" default:"api://AzureADTokenExchange"`
	// Entra's address; differs only in a sovereign cloud. Absent: AZURE_AUTHORITY_HOST, then
	// https://login.microsoftonline.com/. Used by azure-workload-identity.
	AuthorityHost string `yaml:"authority_host"`
	// Address of the managed-identity endpoint, in place of the one that the host announces. Used by imds and arc.
	Endpoint string `yaml:"endpoint"`
}

// GoogleEndpoints are addresses in place of Google's own: https, or http on loopback.
type GoogleEndpoints struct {
	// Security Token Service, such as https://sts.googleapis.com. Not together with sts_location.
	STS string `yaml:"sts"`
	// IAM Service Account Credentials API, such as https://iamcredentials.googleapis.com.
	IAMCredentials string `yaml:"iam_credentials"`
	// Vertex AI, such as https://europe-west4-aiplatform.googleapis.com. Default: follows location.
	AIPlatform string `yaml:"aiplatform"`
	// Model Armor, such as https://modelarmor.europe-west4.rep.googleapis.com. Default: the host of the template's location.
	ModelArmor string `yaml:"model_armor"`
	// Sensitive Data Protection, such as https://dlp.googleapis.com.
	DLP string `yaml:"dlp"`
}

// ToAzure is the way from Google to Azure.
type ToAzure struct {
	// What proves who the workload is, at home on Google.
	Source AzureSource `yaml:"source"`
	// Entra tenant, a GUID or a domain. Required.
	TenantID string `yaml:"tenant_id"`
	// Client id of the app registration or user-assigned identity that trusts the Google identity. Required.
	ClientID string `yaml:"client_id"`
	// What the Azure token is for when the caller names nothing: one RESOURCE/.default.
	Scopes []string `yaml:"scopes" default:"https://storage.azure.com/.default"`
	// Entra's address; differs only in a sovereign cloud.
	AuthorityHost string `yaml:"authority_host" default:"https://login.microsoftonline.com/"`
	// Blob endpoint of the storage account that this workload reads, such as https://ACCOUNT.blob.core.windows.net.
	StorageAccountURL string `yaml:"storage_account_url"`
	// Addresses to use in place of Azure's own.
	Endpoints AzureEndpoints `yaml:"endpoints"`
}

// AzureSource is where the assertion for Entra comes from.
type AzureSource struct {
	// auto detects the source and prints why; the others name one.
	Kind string `yaml:"kind" default:"auto" choices:"auto,google-metadata,file"`
	// File that holds the token; read again when it changes. Used, and required, by file.
	File string `yaml:"file"`
	// HOST:PORT of Google's metadata server. Absent: GCE_METADATA_HOST, then metadata.google.internal. Used by
	// google-metadata.
	MetadataHost string `yaml:"metadata_host"`
}

// AzureEndpoints are addresses in place of Azure's own: https, or http on loopback.
type AzureEndpoints struct {
	// Azure Resource Manager.
	ResourceManager string `yaml:"resource_manager" default:"https://management.azure.com"`
}

// Doors are the listeners.
type Doors struct {
	// The metadata server that Google SDKs expect. Needs to_google.
	Metadata *MetadataDoor `yaml:"metadata"`
	// /metrics, /healthz and /readyz.
	Admin *AdminDoor `yaml:"admin"`
	// The gateway: Vertex AI for programs, under policy and guard.
	Gateway *GatewayDoor `yaml:"gateway"`
	// The admission webhook that gives pods the bridge.
	Webhook *WebhookDoor `yaml:"webhook"`
}

// WebhookDoor is the Kubernetes admission webhook.
type WebhookDoor struct {
	// IP:PORT to listen on, over HTTPS.
	Listen string `yaml:"listen" default:"0.0.0.0:8443"`
	// Image of the sidecar that the mode metadata puts into pods. Absent: that mode is refused.
	Image string `yaml:"image"`
	// What else is said of that sidecar.
	Sidecar WebhookSidecar `yaml:"sidecar"`
	// PEM file of the serving certificate, with key_file; read again when it changes. Absent: one of its own, renewed by
	// itself and kept in secret.
	CertFile string `yaml:"cert_file"`
	// PEM file of the certificate's private key.
	KeyFile string `yaml:"key_file"`
	// Namespace that the webhook runs in. Absent: the pod's own.
	Namespace string `yaml:"namespace"`
	// Secret in that namespace that keeps the certificate of its own.
	Secret string `yaml:"secret" default:"landbridge-webhook-certificate"`
	// Service in that namespace by which the API server calls: the certificate is for SERVICE.NAMESPACE.svc.
	Service string `yaml:"service" default:"landbridge-webhook"`
	// MutatingWebhookConfiguration whose caBundle is kept true, whoever else writes it, while the certificate is one of its
	// own.
	Configuration string `yaml:"configuration" default:"landbridge-webhook"`
	// Kubeconfig file. Absent: the pod's own service account.
	Kubeconfig string `yaml:"kubeconfig"`
	// Context of that file. Absent: its current one.
	Context string `yaml:"context"`
	// How often running pods are looked through for those that should carry a bridge and do not; 0s is never.
	Reconcile time.Duration `yaml:"reconcile" default:"5m"`
	// PEM file of the certificate authority of the API server's own client certificate. Absent: whoever reaches the door may
	// ask it for patches, which hold no secret.
	ClientCAFile string `yaml:"client_ca_file"`
	// Addresses that pods use in place of Google's own.
	Endpoints WebhookEndpoints `yaml:"endpoints"`
}

// WebhookEndpoints are addresses in place of Google's own: https, or http on loopback.
type WebhookEndpoints struct {
	// Security Token Service, such as https://sts.europe-west4.rep.googleapis.com.
	STS string `yaml:"sts"`
	// IAM Service Account Credentials API.
	IAMCredentials string `yaml:"iam_credentials"`
	// Entra, for accounts of the route entra, in place of https://login.microsoftonline.com/.
	Entra string `yaml:"entra"`
}

// WebhookSidecar is the container of the mode metadata. Amounts are written as in a pod: 250m, 64Mi.
type WebhookSidecar struct {
	// When nodes pull the image. Absent: Always for the tag latest, else IfNotPresent.
	PullPolicy string `yaml:"pull_policy" choices:"Always,IfNotPresent,Never"`
	// Lets pods on their node's network have the sidecar. Every program on that network can then ask it for tokens.
	HostNetwork bool `yaml:"host_network" default:"false"`
	// CPU that it asks for. It has no limit of CPU.
	CPURequest string `yaml:"cpu_request" default:"5m"`
	// Memory that it asks for.
	MemoryRequest string `yaml:"memory_request" default:"32Mi"`
	// Memory that it is stopped at.
	MemoryLimit string `yaml:"memory_limit" default:"128Mi"`
}

// MetadataDoor is the metadata server.
type MetadataDoor struct {
	// IP:PORT to listen on. Port 0 takes a free one.
	Listen string `yaml:"listen" default:"127.0.0.1:8980"`
	// Azure's instance metadata service, http://169.254.169.254, for requests that are not Google's. Absent: they are
	// refused.
	AzureIMDS string `yaml:"azure_imds"`
	// User ids whose processes may ask. Absent: every process that can reach the listener. Works on loopback only, where
	// the kernel says whose connection it is.
	AllowUIDs []int `yaml:"allow_uids"`
	// Answer to instance/zone, such as europe-west4-a.
	Zone string `yaml:"zone"`
	// Answer to instance/id, a decimal number. Libraries that label metrics and logs ask for it.
	InstanceID string `yaml:"instance_id"`
	// Answer to instance/hostname.
	Hostname string `yaml:"hostname"`
	// Answer to instance/name.
	InstanceName string `yaml:"instance_name"`
	// Answer to instance/attributes/cluster-name.
	ClusterName string `yaml:"cluster_name"`
	// Answer to instance/attributes/cluster-location.
	ClusterLocation string `yaml:"cluster_location"`
	// Host names that a request may carry, besides the listener's own address and Google's names for its metadata server.
	// Others are refused, which stops DNS rebinding.
	Hosts []string `yaml:"hosts"`
}

// AdminDoor serves what operators look at.
type AdminDoor struct {
	// IP:PORT to listen on. Port 0 takes a free one.
	Listen string `yaml:"listen" default:"127.0.0.1:8981"`
	// Serve /debug/pprof too: where the process spends its time and memory. On loopback alone.
	Profiling bool `yaml:"profiling"`
}

// Audit says where the audit log goes.
type Audit struct {
	// File that JSON lines are appended to; "-" is standard error.
	File string `yaml:"file" default:"landbridge-audit.jsonl"`
	// Signs what landbridge serve has written, so that landbridge audit verify finds what was changed or taken out. Absent: nothing is signed.
	Signing *AuditSigning `yaml:"signing"`
}

// TLS says which certificates are trusted.
type TLS struct {
	// PEM file of certificate authorities to trust in place of the system's.
	CAFile string `yaml:"ca_file"`
}
