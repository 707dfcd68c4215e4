package config

import "strings"

// sourceKeys says which keys each kind of source on Azure reads; what it does not read must not be written.
func sourceKeys(kind string) map[string]bool {
	keys := map[string]string{
		"auto":                    "file client_id tenant_id object_id resource_id resource authority_host",
		"kubernetes":              "file",
		"file":                    "file format field",
		"azure-workload-identity": "file client_id tenant_id resource authority_host",
		"imds":                    "client_id object_id resource_id resource endpoint",
		"app-service":             "client_id object_id resource_id resource",
		"service-fabric":          "resource",
		"arc":                     "resource endpoint",
		"azure-cli":               "tenant_id resource",
	}[kind]
	used := map[string]bool{}
	for key := range strings.FieldsSeq(keys) {
		used[key] = true
	}
	return used
}

func (l *loader) checkGoogleSource(s *GoogleSource) {
	const prefix = "to_google.source."
	l.unused(prefix, s.Kind, sourceKeys(s.Kind),
		"file", "format", "field", "client_id", "tenant_id", "object_id", "resource_id", "resource", "authority_host", "endpoint")
	if s.Kind == "file" {
		l.required(prefix+"file", s.File, "name the file that holds the token")
		if s.Format == "text" && l.written(prefix+"field") {
			l.mistake(prefix+"field", "is not used by format text", "write format: json, or remove it")
		}
	}
	if s.File != "" {
		content := l.refuseFile(prefix+"file", s.File)
		if s.Kind == "file" && s.Format == "text" && strings.HasPrefix(content, "{") {
			l.mistake(prefix+"file", "the file holds JSON, and format is text", "write format: json, and in field the key of the token")
		}
	}
	l.oneOf("is a second selector of one managed identity", "keep one of client_id, object_id and resource_id",
		rival{prefix + "client_id", &s.ClientID}, rival{prefix + "object_id", &s.ObjectID}, rival{prefix + "resource_id", &s.ResourceID})
	l.matches(prefix+"client_id", s.ClientID, guid, "a GUID", "az identity show --query clientId")
	l.matches(prefix+"object_id", s.ObjectID, guid, "a GUID", "az identity show --query principalId")
	l.matches(prefix+"resource_id", s.ResourceID, func(s string) bool { return strings.HasPrefix(strings.ToLower(s), "/subscriptions/") },
		"an Azure resource id", "az identity show --query id")
	l.checkTenant(prefix+"tenant_id", s.TenantID)
	switch {
	case strings.HasSuffix(s.Resource, "/.default"):
		l.mistake(prefix+"resource", "is a scope; a resource has no /.default", "write "+quote(strings.TrimSuffix(s.Resource, "/.default")))
	case strings.ContainsAny(s.Resource, " \t\n"):
		l.mistake(prefix+"resource", quote(s.Resource)+" is not a resource", "write an App ID URI, such as api://AzureADTokenExchange")
	}
	l.addressAt(prefix+"authority_host", s.AuthorityHost, false)
	l.addressAt(prefix+"endpoint", s.Endpoint, true)
}

func (l *loader) checkTenant(path, value string) {
	switch strings.ToLower(value) {
	case "":
	case "common", "organizations", "consumers":
		l.mistake(path, quote(value)+" is for people who sign in; a workload belongs to one tenant", "az account show --query tenantId")
	default:
		l.matches(path, value, func(s string) bool { return guid(s) || host(s) }, "a tenant", "write the tenant's GUID: az account show --query tenantId")
	}
}
