package config

import (
	"net"
	"strings"
)

func (l *loader) checkAzure(a *ToAzure) {
	l.checkAzureSource(&a.Source)
	if l.required("to_azure.tenant_id", a.TenantID, "az account show --query tenantId") {
		l.checkTenant("to_azure.tenant_id", a.TenantID)
	}
	if l.required("to_azure.client_id", a.ClientID, "az identity show --query clientId, or az ad app show --query appId") {
		l.matches("to_azure.client_id", a.ClientID, guid, "a GUID", "az identity show --query clientId, or az ad app show --query appId")
	}
	if len(a.Scopes) != 1 {
		l.mistake("to_azure.scopes", "an Entra token is for one resource: one scope, no more, no fewer", "keep one RESOURCE/.default; callers may name another")
	}
	for i, scope := range a.Scopes {
		resource, ok := strings.CutSuffix(scope, "/.default")
		if !ok || resource == "" || strings.ContainsAny(scope, " \t\n") {
			l.mistake(item("to_azure.scopes", i), quote(scope)+" is not a scope that a workload can ask for", "write RESOURCE/.default, such as https://storage.azure.com/.default")
		}
	}
	l.addressAt("to_azure.authority_host", a.AuthorityHost, false)
	l.addressAt("to_azure.storage_account_url", a.StorageAccountURL, false)
	l.addressAt("to_azure.endpoints.resource_manager", a.Endpoints.ResourceManager, false)
}

func (l *loader) checkAzureSource(s *AzureSource) {
	const prefix = "to_azure.source."
	used := map[string]map[string]bool{
		"auto":            {"file": true, "metadata_host": true},
		"google-metadata": {"metadata_host": true},
		"file":            {"file": true},
	}[s.Kind]
	l.unused(prefix, s.Kind, used, "file", "metadata_host")
	if s.Kind == "file" {
		l.required(prefix+"file", s.File, "name the file that holds the token")
	}
	if s.File != "" {
		l.refuseFile(prefix+"file", s.File)
	}
	if h := s.MetadataHost; h != "" {
		name := h
		if n, port, err := net.SplitHostPort(h); err == nil && digits(port) {
			name = n
		}
		switch {
		case strings.Contains(h, "://") || strings.ContainsAny(name, "/ @"):
			l.mistake(prefix+"metadata_host", quote(h)+" is not HOST or HOST:PORT", "write it without http://, as in GCE_METADATA_HOST")
		case name != "metadata.google.internal" && !plainHTTP(name, true):
			l.mistake(prefix+"metadata_host", "plain http to "+quote(name)+" is refused: tokens travel here", "name metadata.google.internal, a link-local address or loopback")
		}
	}
}
