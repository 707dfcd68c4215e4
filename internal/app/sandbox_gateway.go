package app

import (
	"path/filepath"
	"strings"
)

// GatewayFile is the configuration of the gateway that "up" opens: a file to read, to change and to serve by hand.
func (s *Sandbox) GatewayFile() string { return filepath.Join(s.dir(), "landbridge.yaml") }

// gatewayConfig lets the pretended pod, its managed identity and programs of this machine ask every model of the sandbox.
const gatewayConfig = `# What "landbridge up" runs the gateway with. Change it: rules and guard are taken over while it runs.
version: 1
doors:
  gateway:
    listen: 127.0.0.1:8990
    loopback: you                    # programs of this machine, with no token: loopback/you
    callers:
      - name: aks                    # aks/${Subject}
        issuer: ${ClusterIssuer}
      - name: entra                  # entra/OBJECT-ID of a managed identity
        issuer: https://login.microsoftonline.com/${Tenant}/v2.0
        subject_claim: oid
        provider: ${EntraProvider}
policy:
  rules:
    - name: demo
      workloads: [loopback/you, "aks/*", "entra/*"]
      methods: [generateContent, streamGenerateContent, countTokens, embedContent, predict, rawPredict, streamRawPredict, chat/completions]
      models: [${Models}, endpoints/openapi]
      locations: [${Location}, europe-west4]
      media: [image/*, audio/*, application/pdf, text/plain]
      service_account: ${ServiceAccount}
      quota: {requests_per_minute: 6000, tokens_per_day: 10000000}
  prices:
    - {model: google/*, input_per_million: "0.30", output_per_million: "2.50"}
guard:
  profiles:
    - name: standard                 # every default: personal data becomes tokens, injection is blocked
`

func (s *Sandbox) gatewayConfig() []byte {
	g, z := s.Profile.Google, s.Profile.Azure
	models := make([]string, len(g.Models))
	for i, m := range g.Models {
		publisher, id, _ := strings.Cut(strings.TrimPrefix(m, "publishers/"), "/models/")
		models[i] = publisher + "/" + id
	}
	return []byte(expand(gatewayConfig, map[string]string{
		"Subject": z.Subject, "ClusterIssuer": z.ClusterIssuer, "Tenant": z.TenantID, "EntraProvider": g.EntraProvider,
		"Models": strings.Join(models, ", "), "Location": g.Location, "ServiceAccount": g.ServiceAccount,
	}))
}
