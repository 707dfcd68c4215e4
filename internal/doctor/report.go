package doctor

import (
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

// State is how a step of the walk went.
type State string

// The states.
const (
	Passed  State = "ok"
	Failed  State = "failed"  // the walk ends here
	Unknown State = "unknown" // could not be looked at, for want of a right or a port; the walk goes on
)

// The steps of the walk, in their order. A route has those that it needs.
const (
	StepPod         = "pod"         // was the pod given what it needs
	StepHome        = "home"        // the assertion at home
	StepCredential  = "credential"  // the federated credential that Entra holds it against
	StepEntra       = "entra"       // Entra's token in exchange
	StepProvider    = "provider"    // the workload identity pool provider as it is
	StepIssuer      = "issuer"      // discovery document and JWKS
	StepToken       = "token"       // the assertion against the provider's rules
	StepSTS         = "sts"         // the exchange itself
	StepImpersonate = "impersonate" // the service account's token
	StepPermission  = "permission"  // what the principal may do in the project
	StepModel       = "model"       // a call
)

// Report is one walk. Its JSON form is documented in docs/errors.md.
type Report struct {
	Workload string `json:"workload"`
	Home     string `json:"home,omitempty"` // where the walk begins: a workload may have several homes
	OK       bool   `json:"ok"`
	// NotFromHere says why the walk was not made: the workload can prove itself elsewhere alone. There is no fault then.
	NotFromHere string           `json:"not_from_here,omitempty"`
	Principal   bridge.Principal `json:"principal,omitempty"` // who the far shore says it is, as far as the walk came
	Steps       []StepReport     `json:"steps"`
	Fault       *Fault           `json:"fault,omitempty"` // the first one; nil when OK
	Drift       []Difference     `json:"drift,omitempty"` // between the file of set-up and what is there
	Warnings    []Warning        `json:"warnings,omitempty"`
}

// StepReport is one step as it went. It never holds a token.
type StepReport struct {
	Name    string        `json:"name"`
	Hop     bridge.Hop    `json:"hop"`
	State   State         `json:"state"`
	Checked string        `json:"checked"`         // what was looked at
	Found   string        `json:"found,omitempty"` // what there was
	Rules   []trust.Step  `json:"rules,omitempty"` // of the steps token and credential: each rule
	Took    time.Duration `json:"took_ns"`
}

// Fault is what ends the walk: a finding, the claim against the expectation, and one command that mends it.
type Fault struct {
	Finding
	Step     string `json:"step"`
	Claim    string `json:"claim,omitempty"` // what differs: audience, issuer, condition, iam.serviceAccounts.getAccessToken
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Drift says that what is there is not what the file of set-up wants; then Command applies it.
	Drift   string `json:"drift,omitempty"`
	Command string `json:"command,omitempty"`
	Hint    string `json:"hint,omitempty"` // the next step in words, where there is more to say
	// Kind decides the exit code.
	Kind  bridge.Kind `json:"-"`
	Retry bool        `json:"retry,omitempty"` // the same may pass in a minute
}

// Difference is one field that is not as the file of set-up wants it.
type Difference struct {
	Field  string `json:"field"`
	Wanted string `json:"wanted"`
	Found  string `json:"found"`
}

// Warning is nothing that stops a crossing today.
type Warning struct {
	Code string `json:"code"` // stable: "short_token", "shared_audience", "clock_skew" ...
	Text string `json:"text"`
	Fix  string `json:"fix,omitempty"`
}

// Err is the fault as an error, for the exit code; nil when the walk came through.
func (r *Report) Err() error {
	if r.Fault == nil {
		return nil
	}
	f := r.Fault
	text := f.Title
	if f.Said != "" {
		text += ": " + f.Said
	}
	return &bridge.Error{Kind: f.Kind, Hop: f.Hop, Code: f.Code, Text: text, Hint: f.Command, Retry: f.Retry}
}
