package render

import (
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// read is the command substitution that gives an output of a thing.
func (s *script) read(r setup.Resource, output string) (string, error) {
	var program string
	var args []string
	after := ""
	switch x := r.Spec.(type) {
	case *estate.Project:
		program = "gcloud"
		if output == "number" {
			args = []string{"projects", "describe", x.ID, "--format=value(projectNumber)"}
		}
	case *estate.Account:
		program = "gcloud"
		if field, ok := map[string]string{"unique_id": "uniqueId", "email": "email"}[output]; ok {
			args = []string{"iam", "service-accounts", "describe", x.Email(), "--project=" + x.Project, "--format=value(" + field + ")"}
		}
	case *estate.Cluster:
		program = "az"
		at := []string{"--subscription", x.Subscription, "--resource-group", x.ResourceGroup, "--name", x.Name}
		switch output {
		case "issuer":
			args = append(append([]string{"aks", "show"}, at...), "--query", "oidcIssuerProfile.issuerUrl", "-o", "tsv")
		case "location":
			args = append(append([]string{"aks", "show"}, at...), "--query", "location", "-o", "tsv")
		case "tenant_id":
			args = []string{"account", "show", "--subscription", x.Subscription, "--query", "tenantId", "-o", "tsv"}
		}
	case *estate.Identity:
		program = "az"
		if field, ok := map[string]string{"client_id": "clientId", "principal_id": "principalId", "tenant_id": "tenantId", "id": "id"}[output]; ok {
			args = []string{
				"identity", "show", "--subscription", x.Subscription, "--resource-group", x.ResourceGroup, "--name", x.Name,
				"--query", field, "-o", "tsv",
			}
		}
	case *estate.Issuer:
		program = `"${kube[@]}"`
		switch output {
		case "jwks":
			args = []string{"get", "--raw", "/openid/v1/jwks"}
		case "issuer":
			args = []string{"get", "--raw", "/.well-known/openid-configuration"}
			after = ` | sed -n 's/.*"issuer" *: *"\([^"]*\)".*/\1/p'`
		}
	}
	if args == nil {
		return "", fault(r.Address + " has no output " + quoted(output) + " that a script could read")
	}
	if !strings.HasPrefix(program, `"`) {
		s.program(program)
	}
	return "$(" + program + " " + s.words(args...) + after + ")", nil
}
