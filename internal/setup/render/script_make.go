package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// named is a variable of one call.
type named struct{ name, value string }

// call writes a call of the function in functions/KIND.sh, with its named values before it.
func (s *script) call(kind estate.Kind, values []named, args ...string) {
	s.use(string(kind))
	between := " "
	if len(values) > 3 {
		between = " \\\n"
	}
	for _, v := range values {
		s.body.WriteString(v.name + "=" + s.word(v.value) + between)
	}
	if len(values) > 0 && len(values) <= 3 {
		s.body.WriteString("\\\n  ")
	}
	s.body.WriteString(identifier(string(kind)))
	for i, arg := range args {
		if i >= 2 && strings.Contains(arg, "=") || strings.HasSuffix(arg, "-") {
			s.body.WriteString(" \\\n ")
		}
		s.body.WriteString(" " + s.word(arg))
	}
	s.body.WriteString("\n")
}

// make writes the call that makes a thing.
func (s *script) make(r setup.Resource) error {
	kind := r.Spec.Kind()
	if kind.Side() != estate.Kubernetes {
		s.program(map[estate.Side]string{estate.Azure: "az", estate.Google: "gcloud"}[kind.Side()])
	}
	switch x := r.Spec.(type) {
	case *estate.Service:
		s.call(kind, nil, x.Project, x.Name)
	case *estate.Pool:
		s.call(kind, []named{{"display_name", x.DisplayName}, {"disabled", strconv.FormatBool(x.Disabled)}},
			s.projectID(x.Project), x.ID, x.Principals())
	case *estate.Provider:
		s.provider(kind, x)
	case *estate.Account:
		s.call(kind, []named{{"display_name", x.DisplayName}, {"disabled", strconv.FormatBool(x.Disabled)}}, x.Project, x.ID, x.Email())
	case *estate.Role:
		permissions := slices.Sorted(slices.Values(x.Permissions))
		if i := slices.IndexFunc(permissions, func(p string) bool { return strings.ContainsAny(p, ",;\n") }); i >= 0 {
			return &bridge.Error{
				Kind: bridge.Usage, Code: "render_permission", Text: fmt.Sprintf("%s: %q is no permission", r.Address, permissions[i]),
				Hint: "write each permission as an element of its own, such as aiplatform.endpoints.predict",
			}
		}
		s.call(kind, []named{{"title", x.Title}, {"permissions", strings.Join(permissions, ",")}}, x.Project, x.ID)
	case *estate.Grants:
		s.grants(kind, x)
	case *estate.Cluster:
		args := []string{x.Subscription, x.ResourceGroup, x.Name}
		if x.OIDCIssuer {
			args = append(args, "oidc-issuer")
		}
		if x.WorkloadIdentity {
			args = append(args, "workload-identity")
		}
		s.call(kind, nil, args...)
	case *estate.Identity:
		s.call(kind, []named{{"location", x.Location}}, x.Subscription, x.ResourceGroup, x.Name)
	case *estate.FederatedCredential:
		s.call(kind, []named{{"issuer", x.Issuer}, {"subject", x.Subject}, {"audience", x.Audience}}, x.Subscription, x.ResourceGroup, x.Identity, x.Name)
	case *estate.RoleAssignment:
		s.call(kind, []named{{"principal", x.PrincipalID}, {"principal_type", principalType(x)}}, x.Role, x.Scope)
	case *estate.Namespace:
		s.call(kind, nil, append([]string{x.Name}, pairs(joined(s.Setup, x.Labels))...)...)
	case *estate.KubernetesAccount:
		args := append([]string{x.Namespace, x.Name}, pairs(x.Annotations)...)
		for _, key := range annotations {
			if _, wanted := x.Annotations[key]; !wanted {
				args = append(args, key+"-")
			}
		}
		s.call(kind, nil, args...)
	case *estate.KubernetesSettings:
		s.call(kind, nil, append([]string{x.Namespace, estate.SettingsName(x.Account)}, pairs(x.Data)...)...)
	default:
		return fault("no script for " + string(kind))
	}
	return nil
}

// annotations are all of set-up's own on an account: those that are not wanted go.
var annotations = []string{
	estate.AnnotationProvider, estate.AnnotationServiceAccount, estate.AnnotationProject, estate.AnnotationLocation,
	estate.AnnotationRoute, estate.AnnotationMode, estate.AnnotationTokenSeconds,
}

func (s *script) provider(kind estate.Kind, x *estate.Provider) {
	mapping := pairs(x.Mapping)
	between := separator(append(slices.Collect(maps.Values(x.Mapping)), x.Audiences...))
	s.call(kind, []named{
		{"display_name", x.DisplayName},
		{"disabled", strconv.FormatBool(x.Disabled)},
		{"issuer", x.Issuer},
		{"between", between},
		{"audiences", strings.Join(x.Audiences, between)},
		{"mapping", strings.Join(mapping, between)},
		{"condition", x.Condition},
		{"jwks", x.JWKS},
	}, s.projectID(x.Project), x.Pool, x.ID)
}

func (s *script) grants(kind estate.Kind, x *estate.Grants) {
	s.use(string(kind))
	on, at := "project", x.Project
	if x.Account != "" {
		on, at = "account", x.Account
	}
	if ours := s.word(strings.Join(x.Ours, "\n")); ours != s.ours {
		s.ours = ours
		fmt.Fprintf(&s.body, "ours=%s\n", ours)
	}
	fmt.Fprintf(&s.body, "grants %s", s.words(on, at))
	for _, g := range x.Grants {
		fmt.Fprintf(&s.body, " \\\n  %s", s.words(g.Role, g.Member))
	}
	s.body.WriteString("\n")
}

// joined adds the label of what was there before set-up.
func joined(setup string, labels map[string]string) map[string]string {
	out := map[string]string{estate.JoinKey: setup}
	maps.Copy(out, labels)
	return out
}

func principalType(x *estate.RoleAssignment) string {
	if x.PrincipalType == "" {
		return "ServicePrincipal"
	}
	return x.PrincipalType
}
