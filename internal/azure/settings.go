package azure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/tokenfile"
)

// Kind names a source of assertions.
type Kind string

// The kinds. Auto is not a source: it stands for whichever Detect finds.
const (
	Auto             Kind = "auto"
	Kubernetes       Kind = "kubernetes"
	File             Kind = "file"
	WorkloadIdentity Kind = "azure-workload-identity"
	IMDS             Kind = "imds"
	AppService       Kind = "app-service"
	ServiceFabric    Kind = "service-fabric"
	Arc              Kind = "arc"
	CLI              Kind = "azure-cli"
)

// Kinds lists every source, in the order in which Detect tries them.
func Kinds() []Kind {
	return []Kind{Kubernetes, File, WorkloadIdentity, ServiceFabric, AppService, Arc, IMDS, CLI}
}

// Settings are what the configuration says of a source. The zero value is Auto with every default.
type Settings struct {
	Kind Kind
	// File that holds the token: required by File, optional for Kubernetes and WorkloadIdentity.
	File string
	// Format and Field of the file, for File.
	Format tokenfile.Format
	Field  string
	// ClientID, ObjectID or ResourceID name a user-assigned identity; at most one.
	ClientID   string
	ObjectID   string
	ResourceID string
	// TenantID is the Entra tenant, for WorkloadIdentity and CLI.
	TenantID string
	// Resource that the Entra token is for; TokenExchangeResource when empty.
	Resource string
	// AuthorityHost is Entra's address, for WorkloadIdentity.
	AuthorityHost string
	// Endpoint replaces the address of the managed-identity endpoint, for IMDS and Arc.
	Endpoint string
}

// fields are the settings that count as given, by the names that the configuration has for them. A default written out
// is not given: the configuration fills defaults in for every kind.
func (s Settings) fields() []string {
	var out []string
	add := func(name, value string, defaults ...string) {
		if value != "" && !slices.Contains(defaults, value) {
			out = append(out, name)
		}
	}
	add("file", s.File)
	add("format", string(s.Format), string(tokenfile.Text))
	add("field", s.Field, "access_token")
	add("client_id", s.ClientID)
	add("object_id", s.ObjectID)
	add("resource_id", s.ResourceID)
	add("tenant_id", s.TenantID)
	add("resource", s.Resource, TokenExchangeResource)
	add("authority_host", s.AuthorityHost)
	add("endpoint", s.Endpoint)
	return out
}

// uses lists the settings that a kind reads.
func uses(kind Kind) []string {
	switch kind {
	case Kubernetes:
		return []string{"file"}
	case File:
		return []string{"file", "format", "field"}
	case WorkloadIdentity:
		return []string{"file", "client_id", "tenant_id", "resource", "authority_host"}
	case IMDS, Arc:
		return []string{"client_id", "object_id", "resource_id", "resource", "endpoint"}
	case AppService:
		return []string{"client_id", "object_id", "resource_id", "resource"}
	case ServiceFabric:
		return []string{"resource"}
	case CLI:
		return []string{"tenant_id", "resource"}
	}
	return nil
}

// check refuses what a kind would ignore, so that nobody believes it has an effect, and what cannot be meant.
func (s Settings) check(kind Kind) error {
	used := uses(kind)
	for _, field := range s.fields() {
		if slices.Contains(used, field) {
			continue
		}
		if kind == ServiceFabric && (field == "client_id" || field == "object_id" || field == "resource_id") {
			return usage("setting_unused", fmt.Sprintf("%s is not used by source kind %s", field, kind),
				"Service Fabric decides by the application's manifest which identity it gives; remove "+field)
		}
		return usage("setting_unused", fmt.Sprintf("%s is not used by source kind %s", field, kind),
			fmt.Sprintf("remove it, or name another kind; %s uses %s", kind, strings.Join(used, ", ")))
	}
	given := 0
	for _, id := range []string{s.ClientID, s.ObjectID, s.ResourceID} {
		if id != "" {
			given++
		}
	}
	switch {
	case given > 1:
		return usage("identity_ambiguous", "more than one of client_id, object_id and resource_id is given", "keep one; they all name the same identity")
	case kind == File && s.File == "":
		return usage("setting_missing", "source kind file needs file", "set file to the path of the token")
	case strings.HasSuffix(s.Resource, "/.default"):
		return usage("resource_is_a_scope", "resource ends in /.default, which makes it a scope", "remove /.default")
	}
	return nil
}

// resource is what the Entra token is asked for.
func (s Settings) resource() string {
	if s.Resource == "" {
		return TokenExchangeResource
	}
	return s.Resource
}
