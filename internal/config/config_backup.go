package config

import "time"

// Backup is what Landbridge knows of data that lives in Azure and is used in Vertex AI. Nothing of it starts by itself but what has a schedule,
// and that only in landbridge serve.
//
// A place is written as a URL: https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX/ for Blob Storage and Data Lake Gen2,
// https://ACCOUNT.file.core.windows.net/SHARE/PREFIX/ for Azure Files, gs://BUCKET/PREFIX/ for Cloud Storage, or the absolute path of a
// directory.
type Backup struct {
	// Datasets: what is copied, verified, repaired and restored.
	Datasets []Dataset `yaml:"datasets"`
	// Azure subscriptions whose vaults are looked at, ids. Absent: every one that the identity may read.
	Subscriptions []string `yaml:"subscriptions"`
	// How resource groups and tags in Azure make environments. Absent: a dataset's environment is what it says itself.
	Environments []Environment `yaml:"environments"`
	// As whom Azure is asked. home: as the workload's own Azure identity, by to_google.source. to_azure: as a Google identity over the bridge.
	// auto: to_azure where it is configured, else home.
	AzureIdentity string `yaml:"azure_identity" default:"auto" choices:"auto,home,to_azure"`
	// As whom Google is asked. home: as the machine's own Google identity, from its metadata server. to_google: as an Azure identity over the
	// bridge. auto: to_google where it is configured, else home.
	GoogleIdentity string `yaml:"google_identity" default:"auto" choices:"auto,home,to_google"`
	// Where manifests are kept, a place that is not in a dataset's target. Absent: the directory manifests in the state directory.
	Manifests string `yaml:"manifests"`
	// Which key signs manifests.
	Signing Signing `yaml:"signing"`
	// The engine that does the work.
	Jobs Jobs `yaml:"jobs"`
	// Where lineage is told.
	Lineage Lineage `yaml:"lineage"`
	// Secrets of Azure Key Vault that jobs in Vertex AI still need, by reference.
	Secrets []VaultSecret `yaml:"secrets"`
	// As whom Storage Transfer Service reads Azure, for datasets with engine storage-transfer.
	Transfer Transfer `yaml:"transfer"`
	// Google Cloud project of Vertex ML Metadata, labels and transfers, an id. Absent: to_google.project.
	Project string `yaml:"project"`
	// Its location, such as europe-west4. Absent: to_google.location.
	Location string `yaml:"location"`
	// Addresses to use in place of the clouds' own.
	Endpoints BackupEndpoints `yaml:"endpoints"`
}

// Dataset is a named set of objects: where they are in Azure, how they are protected there, and where Vertex AI finds them.
type Dataset struct {
	// Name of the dataset, in commands, manifests and lineage. Required.
	Name string `yaml:"name"`
	// Place that it is copied from. Required.
	Source string `yaml:"source"`
	// Place that it is copied to. Required.
	Target string `yaml:"target"`
	// Environment that it belongs to, such as training or inference. Absent: that of the resource group or the tags of its source.
	Environment string `yaml:"environment"`
	// Azure resource id of the protected item (backupInstances/... or protectedItems/...). Absent: it is found by the source's account or share.
	Item string `yaml:"item"`
	// Oldest that the last recovery point, and the last verified copy, may be. 0s: any age is well.
	RPO time.Duration `yaml:"rpo" default:"0s"`
	// Only objects whose name matches one of these. * stands for any characters but a slash, ** for any.
	Include []string `yaml:"include"`
	// Not the objects whose name matches one of these.
	Exclude []string `yaml:"exclude"`
	// What a sync as of a time does with an object of which nobody can tell whether it had been deleted by then, because the account has no change
	// feed. refuse ends it; keep takes the object.
	Undecided string `yaml:"undecided" default:"refuse" choices:"refuse,keep"`
	// Deletes objects of the target that an earlier sync has made and whose source is gone. Others are never deleted.
	Mirror bool `yaml:"mirror" default:"false"`
	// Size of a chunk in MiB: what is resumed, checked and mended at once.
	ChunkMiB int `yaml:"chunk_mib" default:"32"`
	// Keeps the parts of a large object beside it in the bucket, so that one damaged part is mended alone. They double what it takes there.
	KeepParts bool `yaml:"keep_parts" default:"true"`
	// Whether MD5 is computed beside CRC32C. source: where the source keeps one to compare with.
	MD5 string `yaml:"md5" default:"source" choices:"source,always,never"`
	// Most MiB a second that are read and written for this dataset; 0 is no limit.
	BandwidthMiB int `yaml:"bandwidth_mib" default:"0"`
	// Objects that are copied at once.
	Concurrency int `yaml:"concurrency" default:"32"`
	// Who copies: landbridge itself, or Storage Transfer Service by order of Landbridge, which then holds what arrived against the source, copies what
	// did not arrive, and signs the manifest. A sync of a time that has passed, and a restore, are Landbridge's own in any case.
	Engine string `yaml:"engine" default:"landbridge" choices:"landbridge,storage-transfer"`
	// When it is copied, in UTC: a cron expression such as "15 2 * * *", or @every 6h. Absent: by command only.
	Schedule string `yaml:"schedule"`
	// When the copy is verified by its metadata, the same way.
	VerifySchedule string `yaml:"verify_schedule"`
	// When a sample is restored to measure how long it takes, the same way.
	DrillSchedule string `yaml:"drill_schedule"`
	// Blob endpoint of the storage account that Azure Backup restores to, such as https://ACCOUNT.blob.core.windows.net. Needed where a point
	// can be had back only by a restore. What was restored is removed once it is copied and verified.
	Staging string `yaml:"staging"`
	// Azure resource id of that account.
	StagingID string `yaml:"staging_id"`
	// Names of the Vertex AI datasets and models that use this one, projects/P/locations/L/datasets/ID or .../models/ID.
	Vertex []string `yaml:"vertex"`
	// Whether files of known formats are looked into: safetensors, Parquet, TFRecord, zip, GGUF.
	Structure string `yaml:"structure" default:"check" choices:"check,off"`
}

// Environment says which resource groups and tags in Azure are one environment. One that matches is enough.
type Environment struct {
	// Name, such as training. Required.
	Name string `yaml:"name"`
	// Names of resource groups; * stands for any characters.
	ResourceGroups []string `yaml:"resource_groups"`
	// Tags, KEY=VALUE.
	Tags []string `yaml:"tags"`
}

// Signing says which key signs manifests, and which others are believed.
type Signing struct {
	// Key: the absolute path of a directory of local keys; https://VAULT.vault.azure.net/keys/NAME, of type EC P-256; or projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/V,
	// of algorithm EC_SIGN_ED25519 or EC_SIGN_P256_SHA256. Absent: the directory keys in the state directory, made at its first use.
	// Key Vault is asked for its current version at most every 10 minutes, and every enabled version is believed.
	Key string `yaml:"key"`
	// PEM file of further public keys whose signatures hold: those of other machines, and earlier ones.
	TrustedFile string `yaml:"trusted_file"`
}

// Transfer is the Entra application that trusts the project's transfer agent by a federated credential, and that may read the containers.
type Transfer struct {
	// Client id of the application, a GUID. Required by engine storage-transfer.
	ClientID string `yaml:"client_id"`
	// Its Entra tenant, a GUID. Required by engine storage-transfer.
	TenantID string `yaml:"tenant_id"`
}

// Jobs is the job engine: in this process on SQLite, or in many on one PostgreSQL database.
type Jobs struct {
	// Where jobs are kept. sqlite: in the state directory, worked by one process. postgres: worked by every process that names it.
	Store string `yaml:"store" default:"sqlite" choices:"sqlite,postgres"`
	// Directory of the database, of local manifests and of local keys. Absent: LANDBRIDGE_STATE_DIR, or the user's own state directory.
	StateDir string `yaml:"state_dir"`
	// File that holds postgres://USER@HOST/DATABASE. Required by postgres.
	DSNFile string `yaml:"dsn_file"`
	// Key that wraps the key of what is sealed in the database (addresses of uploads on their way), which lies in the state directory as jobs.key:
	// https://VAULT.vault.azure.net/keys/NAME, of type RSA, or projects/P/locations/L/keyRings/R/cryptoKeys/K. Absent: it lies there as it is, for
	// its owner alone.
	SealKey string `yaml:"seal_key"`
	// Pages of work that this process does at once.
	Workers int `yaml:"workers" default:"4"`
	// How long ended runs are kept.
	Keep time.Duration `yaml:"keep" default:"2160h"`
}

// Lineage says who is told what was copied, restored and mended.
type Lineage struct {
	// Address of an OpenLineage consumer, such as https://marquez.example/api/v1/lineage. Absent: none.
	URL string `yaml:"url"`
	// File that OpenLineage events are appended to, JSON Lines. Absent: none.
	File string `yaml:"file"`
	// Writes artifacts, executions and contexts to Vertex ML Metadata.
	Vertex bool `yaml:"vertex" default:"false"`
	// Sends run events to Google's Data Lineage API.
	DataLineage bool `yaml:"data_lineage" default:"false"`
	// Namespace of the jobs in events.
	Namespace string `yaml:"namespace" default:"landbridge"`
	// Azure tags that are never written to Google as labels; * stands for any characters.
	DenyTags []string `yaml:"deny_tags" default:"*owner*,*mail*,*cost*"`
}

// BackupEndpoints are addresses in place of the clouds' own: https, or http on loopback.
type BackupEndpoints struct {
	// Azure Resource Manager. Absent: to_azure.endpoints.resource_manager, else https://management.azure.com.
	ResourceManager string `yaml:"resource_manager"`
	// Blob Storage for every account, which becomes the first element of the path: an emulator.
	Blob string `yaml:"blob"`
	// Azure Files, the same way.
	Files string `yaml:"files"`
	// Azure Key Vault for every vault, which becomes the first element of the path: an emulator.
	KeyVault string `yaml:"key_vault"`
	// Cloud Storage, such as https://storage.googleapis.com.
	Storage string `yaml:"storage"`
	// Vertex AI, such as https://europe-west4-aiplatform.googleapis.com. Absent: to_google.endpoints.aiplatform, else that of location.
	AIPlatform string `yaml:"aiplatform"`
	// Data Lineage API, such as https://datalineage.googleapis.com.
	DataLineage string `yaml:"data_lineage"`
	// Storage Transfer Service, such as https://storagetransfer.googleapis.com.
	StorageTransfer string `yaml:"storage_transfer"`
	// Cloud KMS, such as https://cloudkms.googleapis.com.
	KMS string `yaml:"kms"`
}
