package app

import (
	"os"
	"path/filepath"
)

// DatasetsFile is the configuration of the sandbox's datasets: what the commands on datasets read with --sandbox.
func (s *Sandbox) DatasetsFile() string { return filepath.Join(s.dir(), "datasets.yaml") }

// datasetsConfig is one dataset from the pretended storage account to the pretended bucket.
const datasetsConfig = `# What "landbridge dataset ... --sandbox" reads.
version: 1
audit:
  file: ${Audit}
backup:
  azure_identity: to_azure
  subscriptions: [${Subscription}]
  endpoints:
    resource_manager: ${HTTPS}
    blob: ${HTTPS}
    files: ${HTTPS}/files
    storage: ${HTTP}
    aiplatform: ${HTTP}
    data_lineage: ${HTTP}
    key_vault: ${HTTPS}
    kms: ${HTTP}
    storage_transfer: ${HTTP}
  project: ${Project}
  transfer:
    client_id: ${TransferClient}
    tenant_id: ${Tenant}
  jobs:
    state_dir: ${State}
  environments:
    - name: training
      tags: [env=training]
    - name: inference
      tags: [env=inference]
  secrets:
    - name: search
      reference: ${Secret}
      rotate_every: 2160h
    - name: weather
      reference: ${SecondSecret}
      rotate_every: 2160h
  lineage:
    file: ${Lineage}
    vertex: true
  datasets:
    - name: fraud
      environment: training
      source: blob://${Account}/training
      target: gs://${Bucket}/fraud/
      rpo: 24h
      chunk_mib: 1
      staging: blob://${Staging}
      staging_id: ${StagingID}
`

func (s *Sandbox) datasetsConfig() []byte {
	g, z := s.Profile.Google, s.Profile.Azure
	return []byte(expand(datasetsConfig, map[string]string{
		"Audit": s.AuditFile(), "Lineage": filepath.Join(s.dir(), "lineage.jsonl"), "Subscription": z.SubscriptionID, "HTTPS": s.Profile.HTTPS, "HTTP": s.Profile.HTTP,
		"Project": g.ProjectID, "Secret": z.Secrets[0], "SecondSecret": z.Secrets[1], "TransferClient": z.TransferClientID, "Tenant": z.TenantID,
		"State": filepath.Join(s.dir(), "backup"), "Account": z.StorageAccount, "Staging": z.StagingAccount, "StagingID": z.StagingAccountID, "Bucket": g.Bucket,
	}))
}

// expand puts values where a text names them, as ${Name}. It is no text/template: one that is executed makes the linker keep
// every method of every type.
func expand(text string, values map[string]string) string {
	return os.Expand(text, func(name string) string { return values[name] })
}
