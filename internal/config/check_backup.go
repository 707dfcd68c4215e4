package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

func (l *loader) checkBackup(c *Config) {
	b := c.Backup
	if b == nil {
		return
	}
	for i, id := range b.Subscriptions {
		l.matches(item("backup.subscriptions", i), id, guid, "a subscription's id", "az account list --query '[].id' -o tsv")
	}
	l.checkIdentities(c, b)
	l.checkEnvironments(b)
	l.checkJobs(&b.Jobs)
	if c.ToGoogle != nil {
		l.derive("backup.project", &b.Project, c.ToGoogle.Project, "to_google.project")
		l.derive("backup.location", &b.Location, c.ToGoogle.Location, "to_google.location")
		l.derive("backup.endpoints.aiplatform", &b.Endpoints.AIPlatform, c.ToGoogle.Endpoints.AIPlatform, "to_google.endpoints.aiplatform")
	}
	if c.ToAzure != nil {
		l.derive("backup.endpoints.resource_manager", &b.Endpoints.ResourceManager, c.ToAzure.Endpoints.ResourceManager, "to_azure.endpoints.resource_manager")
	}
	l.matches("backup.project", b.Project, projectID, "a project id", "gcloud projects list shows PROJECT_ID")
	l.checkRegion("backup.location", b.Location)
	l.checkLineage(b)
	for key, value := range map[string]string{
		"resource_manager": b.Endpoints.ResourceManager, "blob": b.Endpoints.Blob, "files": b.Endpoints.Files, "storage": b.Endpoints.Storage,
		"aiplatform": b.Endpoints.AIPlatform, "data_lineage": b.Endpoints.DataLineage, "storage_transfer": b.Endpoints.StorageTransfer,
		"kms": b.Endpoints.KMS, "key_vault": b.Endpoints.KeyVault,
	} {
		l.addressAt("backup.endpoints."+key, value, false)
	}
	l.checkDatasets(b)
	l.checkTransfer(b)
	l.checkSecrets(c, b)
	if !filepath.IsAbs(b.Signing.Key) {
		l.checkKey("backup.signing.key", b.Signing.Key, signingVersion, "/cryptoKeyVersions/V")
	}
	l.checkKey("backup.jobs.seal_key", b.Jobs.SealKey, sealingKey, "")
}

var (
	vaultKey       = bridge.FormOf(`^https://[a-z][a-z0-9-]{1,22}[a-z0-9](\.[a-z]+){3}/keys/[0-9A-Za-z-]{1,127}(/[0-9a-f]{32})?$`)
	sealingKey     = bridge.FormOf(`^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$`)
	signingVersion = bridge.FormOf(`^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+/cryptoKeyVersions/[0-9]+$`)
)

// checkKey refuses what is neither a key of Key Vault nor one of Cloud KMS, whose name ends as said.
func (l *loader) checkKey(path, key string, inKMS bridge.Form, ending string) {
	l.matches(path, key, func(s string) bool { return vaultKey().MatchString(s) || inKMS().MatchString(s) }, "a key of Key Vault or Cloud KMS",
		"write https://VAULT.vault.azure.net/keys/NAME or projects/P/locations/L/keyRings/R/cryptoKeys/K"+ending)
}

func (l *loader) checkIdentities(c *Config, b *Backup) {
	if b.AzureIdentity == "to_azure" && c.ToAzure == nil {
		l.mistake("backup.azure_identity", "is to_azure, which is absent", "add to_azure with its tenant_id and client_id, or write home")
	}
	if b.GoogleIdentity == "to_google" && c.ToGoogle == nil {
		l.mistake("backup.google_identity", "is to_google, which is absent", "add to_google with its provider, or write home")
	}
}

func (l *loader) checkEnvironments(b *Backup) {
	names := map[string]string{}
	for i, e := range b.Environments {
		at := item("backup.environments", i) + "."
		if l.required(at+"name", e.Name, "such as training") {
			l.matches(at+"name", e.Name, ruleName, "an environment's name", "write 1 to 64 of a-z, A-Z, 0-9, -, _ and .")
			l.unique(at+"name", e.Name, names)
		}
		if len(e.ResourceGroups) == 0 && len(e.Tags) == 0 {
			l.mistake(at+"resource_groups", "is missing, and tags too: nothing would be in it", "name resource groups, or tags as KEY=VALUE")
		}
		for j, tag := range e.Tags {
			if key, _, ok := strings.Cut(tag, "="); !ok || key == "" {
				l.mistake(item(at+"tags", j), quote(tag)+" is not a tag", "write KEY=VALUE")
			}
		}
	}
}

func (l *loader) checkJobs(j *Jobs) {
	const at = "backup.jobs."
	switch {
	case j.Store == "postgres":
		l.required(at+"dsn_file", j.DSNFile, "name the file that holds postgres://USER@HOST/DATABASE")
	case l.written(at + "dsn_file"):
		l.mistake(at+"dsn_file", "is not used by store sqlite", "remove it, or write store: postgres")
	}
	if j.Workers < 1 || j.Workers > 256 {
		l.mistake(at+"workers", fmt.Sprintf("%d is outside of 1 to 256", j.Workers), "4 is well for one machine")
	}
	l.between(at+"keep", j.Keep, time.Hour, 10*365*24*time.Hour)
}

func (l *loader) checkLineage(b *Backup) {
	const at = "backup.lineage."
	l.addressAt(at+"url", b.Lineage.URL, false)
	if b.Lineage.Vertex || b.Lineage.DataLineage {
		if b.Project == "" {
			l.mistake("backup.project", "is missing: lineage is written to a project", "write it here or as to_google.project")
		}
		if b.Location == "" {
			l.mistake("backup.location", "is missing: lineage is written to a location", "write it here or as to_google.location")
		}
	}
}

func (l *loader) checkDatasets(b *Backup) {
	names := map[string]string{}
	for i := range b.Datasets {
		at, d := item("backup.datasets", i), &b.Datasets[i]
		if l.spoiled[at] {
			continue
		}
		at += "."
		if l.required(at+"name", d.Name, "commands and manifests say it") {
			l.matches(at+"name", d.Name, ruleName, "a dataset's name", "write 1 to 64 of a-z, A-Z, 0-9, -, _ and .")
			l.unique(at+"name", d.Name, names)
		}
		l.checkPlaces(at, d, b)
		l.checkDataset(at, d, b)
	}
	for i := range b.Datasets {
		for j := range i {
			l.checkTargets(item("backup.datasets", i)+".target", b.Datasets[i], b.Datasets[j])
		}
	}
}

// checkTargets refuses two datasets that write to the same names: each would call the other's copies foreign.
func (l *loader) checkTargets(at string, d, other Dataset) {
	one, err := dataset.ParsePlace(d.Target)
	two, otherErr := dataset.ParsePlace(other.Target)
	if err == nil && otherErr == nil && one.Overlap(two.Place) {
		l.mistake(at, "overlaps with the target of "+quote(other.Name), "give each dataset a prefix of its own")
	}
}

func (l *loader) checkPlaces(at string, d *Dataset, b *Backup) {
	source, okSource := l.place(at+"source", d.Source)
	target, okTarget := l.place(at+"target", d.Target)
	switch {
	case okSource && okTarget && source.Overlap(target.Place):
		l.mistake(at+"target", "overlaps with the source", "copy to another place")
	case okTarget && target.Store == dataset.Files:
		l.mistake(at+"target", "is an Azure Files share, which is read and not written", "copy to gs://BUCKET/PREFIX/")
	}
	if manifests, err := dataset.ParsePlace(b.Manifests); b.Manifests != "" && err == nil && okTarget && manifests.Overlap(target.Place) {
		l.mistake("backup.manifests", "overlaps with the target of "+quote(d.Name), "keep manifests elsewhere: who may change the copies must not change what they are held against")
	}
	if d.Engine == "storage-transfer" && (!okSource || source.Store != dataset.Blob || !okTarget || target.Store != dataset.Bucket) {
		l.mistake(at+"engine", "is storage-transfer, which copies from Blob Storage to Cloud Storage alone", "remove it")
	}
}

func (l *loader) place(path, s string) (dataset.Location, bool) {
	if !l.required(path, s, "write https://ACCOUNT.blob.core.windows.net/CONTAINER/PREFIX/, gs://BUCKET/PREFIX/ or an absolute path") || l.spoiled[path] {
		return dataset.Location{}, false
	}
	out, err := dataset.ParsePlace(s)
	if err != nil {
		wrong, fix, _ := strings.Cut(err.Error(), ": write ")
		if fix == "" {
			wrong, fix, _ = strings.Cut(err.Error(), "; write ")
		}
		l.mistake(path, wrong, "write "+fix)
	}
	return out, err == nil
}

func (l *loader) checkDataset(at string, d *Dataset, b *Backup) {
	if d.ChunkMiB < 1 || d.ChunkMiB > 1024 {
		l.mistake(at+"chunk_mib", fmt.Sprintf("%d is outside of 1 to 1024", d.ChunkMiB), "32 is well for most")
	}
	if d.Concurrency < 1 || d.Concurrency > 512 {
		l.mistake(at+"concurrency", fmt.Sprintf("%d is outside of 1 to 512", d.Concurrency), "32 is well for small objects")
	}
	if d.BandwidthMiB < 0 {
		l.mistake(at+"bandwidth_mib", fmt.Sprintf("%d is less than nothing", d.BandwidthMiB), "write 0 for no limit")
	}
	l.between(at+"rpo", d.RPO, 0, 10*365*24*time.Hour)
	for key, id := range map[string]string{"item": d.Item, "staging_id": d.StagingID} {
		if id != "" && !strings.HasPrefix(strings.ToLower(id), "/subscriptions/") {
			l.mistake(at+key, quote(id)+" is not an Azure resource id", "write /subscriptions/SUBSCRIPTION/resourceGroups/...")
		}
	}
	if d.Staging != "" && l.required(at+"staging_id", d.StagingID, "az storage account show --name ACCOUNT --query id -o tsv") {
		if at := at + "staging"; !strings.HasPrefix(d.Staging, "blob://") {
			l.addressAt(at, d.Staging, false)
		}
	}
	if known := environments(b); d.Environment != "" && len(known) > 0 {
		l.listed(at+"environment", d.Environment, known, "one of backup.environments")
	}
	for i, name := range d.Vertex {
		if part := strings.Split(name, "/"); len(part) != 6 || part[0] != "projects" || part[2] != "locations" || !slices.Contains([]string{"datasets", "models"}, part[4]) {
			l.mistake(item(at+"vertex", i), quote(name)+" is not a dataset or a model of Vertex AI", "write projects/P/locations/L/datasets/ID or projects/P/locations/L/models/ID")
		}
	}
}

// checkTransfer demands as whom Storage Transfer Service reads, where a dataset is copied by it.
func (l *loader) checkTransfer(b *Backup) {
	const at = "backup.transfer."
	l.matches(at+"client_id", b.Transfer.ClientID, guid, "a client id", "az ad app list --query '[].appId' -o tsv")
	l.matches(at+"tenant_id", b.Transfer.TenantID, guid, "a tenant id", "az account show --query tenantId -o tsv")
	if !slices.ContainsFunc(b.Datasets, func(d Dataset) bool { return d.Engine == "storage-transfer" }) {
		return
	}
	l.required(at+"client_id", b.Transfer.ClientID, "name the Entra application as which Storage Transfer Service reads the container")
	l.required(at+"tenant_id", b.Transfer.TenantID, "az account show --query tenantId -o tsv")
	if b.Project == "" {
		l.mistake("backup.project", "is missing: transfers are made in a project", "write it here or as to_google.project")
	}
}

func environments(b *Backup) []string {
	var out []string
	for _, e := range b.Environments {
		out = append(out, e.Name)
	}
	return out
}
