package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Expect is what a case expects. Only what is written is compared.
type Expect struct {
	// Allow may be left out: it is false when a code or a reason is expected, and true otherwise.
	Allow  *bool  `json:"allow,omitempty" yaml:"allow,omitempty"`
	Rule   string `json:"rule,omitempty" yaml:"rule,omitempty"`
	Code   string `json:"code,omitempty" yaml:"code,omitempty"`     // of the refusal: policy_model ...
	Reason string `json:"reason,omitempty" yaml:"reason,omitempty"` // part of the refusal's text
	// Of what is allowed:
	Project        string   `json:"project,omitempty" yaml:"project,omitempty"`
	Location       string   `json:"location,omitempty" yaml:"location,omitempty"`   // that is called first
	Locations      []string `json:"locations,omitempty" yaml:"locations,omitempty"` // all that may be tried, in order
	MaxOutput      int      `json:"max_output_tokens,omitempty" yaml:"max_output_tokens,omitempty"`
	Guard          string   `json:"guard,omitempty" yaml:"guard,omitempty"`
	ServiceAccount string   `json:"service_account,omitempty" yaml:"service_account,omitempty"`
	QuotaProject   string   `json:"quota_project,omitempty" yaml:"quota_project,omitempty"`
}

// diff says in sentences what came otherwise than expected.
func (e *Expect) diff(got *CaseResult, d *Decision) []string {
	wantAllowed := e.Code == "" && e.Reason == ""
	if e.Allow != nil {
		wantAllowed = *e.Allow
	}
	switch {
	case wantAllowed && !got.Allowed:
		return []string{fmt.Sprintf("expected the call to be allowed, it was refused: %s: %s", got.Code, got.Reason)}
	case !wantAllowed && got.Allowed:
		return []string{"expected the call to be refused, rule " + got.Rule + " allows it"}
	}
	var out []string
	compare := func(key, want, got string) {
		if want != "" && want != got {
			out = append(out, fmt.Sprintf("%s: expected %s, got %s", key, want, orNone(got)))
		}
	}
	compare("rule", e.Rule, got.Rule)
	compare("code", e.Code, got.Code)
	if e.Reason != "" && !strings.Contains(got.Reason, e.Reason) {
		out = append(out, fmt.Sprintf("reason: expected %q in %q", e.Reason, got.Reason))
	}
	compare("project", e.Project, d.Target.Project)
	compare("location", e.Location, d.Target.Location)
	if e.Locations != nil && !slices.Equal(e.Locations, d.Locations) {
		out = append(out, fmt.Sprintf("locations: expected %q, got %q", e.Locations, d.Locations))
	}
	if e.MaxOutput != 0 && e.MaxOutput != d.MaxOutput {
		out = append(out, fmt.Sprintf("max_output_tokens: expected %d, got %d", e.MaxOutput, d.MaxOutput))
	}
	compare("guard", e.Guard, d.Profile)
	compare("service_account", e.ServiceAccount, d.ServiceAccount)
	compare("quota_project", e.QuotaProject, d.QuotaProject)
	return out
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
