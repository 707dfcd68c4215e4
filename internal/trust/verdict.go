package trust

import (
	"maps"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Step is one rule as it went for one token.
type Step struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Skipped  bool   `json:"skipped,omitempty"` // could not be looked at, because an earlier step left nothing to look at
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// The steps, in the order in which they are walked.
const (
	StepRequest   = "request"
	StepProvider  = "provider"
	StepToken     = "token"
	StepAlgorithm = "algorithm"
	StepIssuer    = "issuer"
	StepAudience  = "audience"
	StepTimes     = "times"
	StepKey       = "key"
	StepSignature = "signature"
	StepMapping   = "mapping"
	StepSubject   = "subject"
	StepSize      = "size"
	StepCondition = "condition"
)

// Verdict is what becomes of one token: every step, and either an identity or a refusal.
type Verdict struct {
	Accepted   bool              `json:"accepted"`
	Steps      []Step            `json:"steps"`
	Principal  bridge.Principal  `json:"principal,omitempty"`
	Subject    string            `json:"subject,omitempty"` // google.subject
	Attributes map[string]string `json:"attributes,omitempty"`
	Groups     []string          `json:"groups,omitempty"`
	Expiry     time.Time         `json:"expiry,omitzero"` // of the federated token: the assertion's, at most an hour ahead
	Refusal    *Refusal          `json:"refusal,omitempty"`

	// Issuer and TokenSubject name the assertion in logs. They are as claimed, and proven only when Accepted.
	Issuer       string `json:"issuer,omitempty"`
	TokenSubject string `json:"token_subject,omitempty"`

	provider ProviderName
}

// maxLife is the longest that a federated token lives.
const maxLife = time.Hour

// ExpiresIn is the answer's expires_in: what is left of the assertion, at most 3600. Google leaves the field out in the
// last two seconds.
func (v *Verdict) ExpiresIn(now time.Time) (seconds int, ok bool) {
	seconds = int(v.Expiry.Sub(now) / time.Second)
	return seconds, seconds > 2
}

// Members lists every IAM member that the identity counts as: itself, its groups, its attributes, the pool.
func (v *Verdict) Members() []string {
	if !v.Accepted {
		return nil
	}
	out := []string{string(v.Principal)}
	for _, g := range v.Groups {
		out = append(out, string(v.provider.GroupSet(g)))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Attributes)) {
		out = append(out, string(v.provider.AttributeSet(name, v.Attributes[name])))
	}
	return append(out, string(v.provider.PoolSet()))
}

// Step finds a step by its name.
func (v *Verdict) Step(name string) (Step, bool) {
	for _, s := range v.Steps {
		if s.Name == name {
			return s, true
		}
	}
	return Step{}, false
}
