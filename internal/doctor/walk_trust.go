package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

// credential holds the assertion against the identity's federated credentials, before Entra is asked.
func (w *walker) credential(ctx context.Context) bool {
	if w.p.Credentials == nil || w.p.Entra == nil {
		return true
	}
	checked := "the federated credentials of " + w.s.ClientID
	creds, err := w.p.Credentials(ctx)
	if err != nil {
		return w.unknown(StepCredential, bridge.HopEntra, checked, err)
	}
	v := trust.VerifyAssertion(ctx, trust.AssertionRequest{Assertion: w.assertion.Token, Credentials: creds, Now: w.p.Clock(), Keys: w.p.Keys})
	if v.Refusal == nil {
		found := "one fits"
		if v.Credential != nil && v.Credential.Name != "" {
			found = v.Credential.Name + " fits"
		}
		w.out.Steps = append(w.out.Steps, StepReport{Name: StepCredential, Hop: bridge.HopEntra, State: Passed, Checked: checked, Found: found, Rules: v.Steps})
		return true
	}
	if failed, ok := firstFailed(v.Steps); ok && failed.Name == trust.StepKey {
		// Entra may reach an issuer that this machine does not: let it decide.
		return w.unknown(StepCredential, bridge.HopEntra, checked, v.Refusal)
	}
	w.refused(StepCredential, bridge.HopEntra, checked, v.Refusal, v.Steps)
	return false
}

// token holds the assertion against the provider's rules, so that the fault has a claim and an expectation, which the
// token service's own answer has not.
func (w *walker) token(ctx context.Context) bool {
	if w.trusted == nil {
		return true
	}
	checked := "the assertion against the provider's rules"
	verifier, err := trust.Compile(*w.trusted)
	if err != nil {
		return w.unknown(StepToken, bridge.HopSTS, checked, err)
	}
	req := verifier.Request(w.assertion.Token, w.p.Clock(), w.p.Keys)
	req.PoolDisabled, req.PoolDeleted = w.state.Disabled, w.state.Deleted
	v := verifier.Verify(ctx, req)
	for _, p := range verifier.Advice() {
		if p.Code != "subject_budget" { // this very subject fits, or the walk ends here
			w.warn(p.Code, p.Text, p.Fix)
		}
	}
	if v.Refusal == nil {
		w.out.Principal = v.Principal
		w.out.Steps = append(w.out.Steps, StepReport{Name: StepToken, Hop: bridge.HopSTS, State: Passed, Checked: checked, Found: "accepted as " + string(v.Principal), Rules: v.Steps})
		return true
	}
	if failed, ok := firstFailed(v.Steps); ok && failed.Name == trust.StepKey && w.unread != nil {
		return w.unknown(StepToken, bridge.HopSTS, checked, v.Refusal)
	}
	w.refused(StepToken, bridge.HopSTS, checked, v.Refusal, v.Steps)
	return false
}

func firstFailed(steps []trust.Step) (trust.Step, bool) {
	i := slices.IndexFunc(steps, func(s trust.Step) bool { return !s.OK && !s.Skipped })
	if i < 0 {
		return trust.Step{}, false
	}
	return steps[i], true
}

// refused is a fault that package trust has found: it knows the claim, the expectation and the command.
func (w *walker) refused(name string, hop bridge.Hop, checked string, r *trust.Refusal, steps []trust.Step) {
	w.fail(name, hop, r.Err(hop))
	f := w.out.Fault
	if row, ok := byNumber(r.Row); ok {
		f.Finding = row.finding(hop, f.Said, w.parts(f.Parts))
	}
	f.Said, f.Cause = Redact(r.Error()), Redact(r.Reason)
	if failed, ok := firstFailed(steps); ok {
		f.Claim, f.Expected, f.Got = failed.Name, Redact(failed.Expected), Redact(failed.Got)
	}
	f.Hint = ""
	if r.Fix != "" {
		f.Command = r.Fix
	}
	w.drifted(f)
	w.out.Steps = append(w.out.Steps, StepReport{Name: name, Hop: hop, State: Failed, Checked: checked, Found: f.Cause, Rules: steps})
}

// permission asks what the principal may do, because a refused call does not say whether the project or the role is wrong.
func (w *walker) permission(ctx context.Context) bool {
	if w.p.Permissions == nil {
		return true
	}
	wanted := w.s.Permissions
	if len(wanted) == 0 {
		wanted = []string{"aiplatform.endpoints.predict"}
	}
	checked := strings.Join(wanted, ", ") + " on project " + w.s.Project
	held, err := w.p.Permissions(ctx, w.lease, w.s.Project, wanted)
	if err != nil {
		return w.unknown(StepPermission, bridge.HopVertex, checked, err)
	}
	var missing []string
	for _, p := range wanted {
		if !slices.Contains(held, p) {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		w.out.Steps = append(w.out.Steps, StepReport{Name: StepPermission, Hop: bridge.HopVertex, State: Passed, Checked: checked, Found: "held"})
		return true
	}
	row, _ := byNumber(60)
	parts := w.parts(map[string]string{"permission": missing[0]})
	w.out.Fault = &Fault{
		Finding: row.finding(bridge.HopVertex, fmt.Sprintf("%s has not %s on project %s", w.lease.Principal, strings.Join(missing, ", "), w.s.Project), parts),
		Step:    StepPermission, Claim: missing[0], Expected: strings.Join(wanted, ", "), Got: strings.Join(held, ", "), Kind: bridge.Denied,
	}
	w.out.Fault.Command = w.out.Fault.Fix
	w.out.Steps = append(w.out.Steps, StepReport{Name: StepPermission, Hop: bridge.HopVertex, State: Failed, Checked: checked, Found: w.out.Fault.Said})
	return false
}
