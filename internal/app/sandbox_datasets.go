package app

import (
	"path/filepath"
	"strings"
	"text/template"
)

// DatasetsFile is the configuration of the sandbox's datasets: what the commands on datasets read with --sandbox.
func (s *Sandbox) DatasetsFile() string { return filepath.Join(s.dir(), "datasets.yaml") }

// datasetsConfig is one dataset from the pretended storage account to the pretended bucket.
var datasetsConfig = template.Must(template.New("").Parse(`# What "landbridge dataset ... --sandbox" reads.
version: 1
audit:
  file: {{.Audit}}
backup:
  azure_identity: to_azure
  subscriptions: [{{.Subscription}}]
  endpoints:
    resource_manager: {{.HTTPS}}
    blob: {{.HTTPS}}
    files: {{.HTTPS}}/files
    storage: {{.HTTP}}
    aiplatform: {{.HTTP}}
    data_lineage: {{.HTTP}}
    key_vault: {{.HTTPS}}
    kms: {{.HTTP}}
    storage_transfer: {{.HTTP}}
  project: {{.Project}}
  transfer:
    client_id: {{.TransferClient}}
    tenant_id: {{.Tenant}}
  jobs:
    state_dir: {{.State}}
  environments:
    - name: training
      tags: [env=training]
    - name: inference
      tags: [env=inference]
  secrets:
    - name: search
      reference: {{index .Secrets 0}}
      rotate_every: 2160h
    - name: weather
      reference: {{index .Secrets 1}}
      rotate_every: 2160h
  lineage:
    file: {{.Lineage}}
    vertex: true
  datasets:
    - name: fraud
      environment: training
      source: blob://{{.Account}}/training
      target: gs://{{.Bucket}}/fraud/
      rpo: 24h
      chunk_mib: 1
      staging: blob://{{.Staging}}
      staging_id: {{.StagingID}}
`))

func (s *Sandbox) datasetsConfig() []byte {
	g, z := s.Profile.Google, s.Profile.Azure
	var out strings.Builder
	err := datasetsConfig.Execute(&out, map[string]any{
		"Audit": s.AuditFile(), "Lineage": filepath.Join(s.dir(), "lineage.jsonl"), "Subscription": z.SubscriptionID, "HTTPS": s.Profile.HTTPS, "HTTP": s.Profile.HTTP,
		"Project": g.ProjectID, "Secrets": z.Secrets, "TransferClient": z.TransferClientID, "Tenant": z.TenantID,
		"State": filepath.Join(s.dir(), "backup"), "Account": z.StorageAccount, "Staging": z.StagingAccount, "StagingID": z.StagingAccountID, "Bucket": g.Bucket,
	})
	if err != nil {
		panic(err) // a template of ours over values of ours
	}
	return []byte(out.String())
}
