package doctor

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/trust"
)

// driftField says which field of the provider decides one of trust's steps.
func driftField(step string) string {
	switch step {
	case trust.StepProvider:
		return "state"
	case trust.StepIssuer:
		return "issuer"
	case trust.StepAudience:
		return "audiences"
	case trust.StepKey, trust.StepSignature:
		return "keys"
	case trust.StepMapping, trust.StepSubject, trust.StepSize:
		return "mapping"
	case trust.StepCondition:
		return "condition"
	}
	return ""
}

// applyCommand puts everything as the file wants it.
const applyCommand = "landbridge setup apply"

// differences compares the provider with what the file of set-up wants. What is not known before apply is left out.
func (w *walker) differences() []Difference {
	want, live := w.s.Expect, w.trusted
	if want == nil {
		return nil
	}
	var out []Difference
	compare := func(field, wanted, found string) {
		if wanted != found && len(estate.References(wanted)) == 0 {
			out = append(out, Difference{field, wanted, found})
		}
	}
	compare("issuer", want.Issuer, live.OIDC.IssuerURI)
	compare("audiences", list(want.Audiences), list(live.OIDC.AllowedAudiences))
	compare("mapping", mapping(want.Mapping), mapping(live.AttributeMapping))
	compare("condition", want.Condition, live.AttributeCondition)
	compare("state", state(want.Disabled, false, false), state(live.Disabled || w.state.Disabled, w.state.Deleted, live.State == "DELETED"))
	if len(estate.References(want.JWKS)) == 0 && canonical(want.JWKS) != canonical(live.OIDC.JWKSJSON) {
		out = append(out, Difference{"keys", uploaded(want.JWKS), uploaded(live.OIDC.JWKSJSON)})
	}
	return out
}

// drifted says of a fault that it comes from a change that the file does not know, and mends it by the file.
func (w *walker) drifted(f *Fault) {
	for _, d := range w.out.Drift {
		if d.Field == driftField(f.Claim) {
			f.Drift = w.differs(d)
			f.Command = applyCommand
			return
		}
	}
}

// driftWarnings name what differs and did not stop the crossing.
func (w *walker) driftWarnings() {
	if w.out.Fault != nil && w.out.Fault.Drift != "" {
		return
	}
	for _, d := range w.out.Drift {
		w.warn("drift", w.differs(d), applyCommand)
	}
}

func (w *walker) differs(d Difference) string {
	return "the provider differs from " + w.file() + " in its " + d.Field + ": wanted " + d.Wanted + ", found " + d.Found
}

func (w *walker) file() string {
	if w.s.File == "" {
		return "landbridge.yaml"
	}
	return w.s.File
}

// clockSkew compares this machine's clock with the far side's: Google allows a minute between issuer and itself.
func (w *walker) clockSkew(ctx context.Context) {
	if w.p.Date == nil {
		return
	}
	far, err := w.p.Date(ctx)
	if err != nil {
		return
	}
	if skew := w.p.Clock().Sub(far); skew.Abs() > 30*time.Second {
		side := "ahead of"
		if skew < 0 {
			side = "behind"
		}
		w.warn("clock_skew", "this machine's clock is "+skew.Abs().Round(time.Second).String()+" "+side+" Google's", "sudo timedatectl set-ntp true")
	}
}

func fields(all []Difference) []string {
	var out []string
	for _, d := range all {
		out = append(out, d.Field)
	}
	return out
}

func list(items []string) string {
	if len(items) == 0 {
		return "[]"
	}
	return "[" + strings.Join(slices.Sorted(slices.Values(items)), ", ") + "]"
}

func mapping(m map[string]string) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, key+"="+m[key])
	}
	return strings.Join(out, ", ")
}

func state(disabled, poolDeleted, deleted bool) string {
	switch {
	case poolDeleted, deleted:
		return "deleted"
	case disabled:
		return "disabled"
	}
	return "in use"
}

// canonical is a key set in the form in which two are compared; one that cannot be read is compared as it is.
func canonical(jwks string) string {
	if jwks == "" {
		return ""
	}
	out, err := estate.PublicKeys([]byte(jwks))
	if err != nil {
		return jwks
	}
	return out
}

// wanted is the provider as the file of set-up wants it, in the form that package trust judges; false when there is none,
// or when it is not known before apply.
func (w *walker) wanted() (trust.Provider, bool) {
	e := w.s.Expect
	if e == nil || len(estate.AllReferences(e)) > 0 {
		return trust.Provider{}, false
	}
	return trust.Provider{
		Name: w.s.Provider, Disabled: e.Disabled, AttributeMapping: e.Mapping, AttributeCondition: e.Condition,
		OIDC: trust.OIDC{IssuerURI: e.Issuer, AllowedAudiences: e.Audiences, JWKSJSON: e.JWKS},
	}, true
}

// suspect is for a refused exchange with a provider that this caller may not read: if the provider of the file would have
// taken the assertion, then what is there differs from it.
func (w *walker) suspect(ctx context.Context) {
	want, ok := w.wanted()
	if w.trusted != nil || !ok {
		return
	}
	verifier, err := trust.Compile(want)
	if err != nil {
		return
	}
	f := w.out.Fault
	v := verifier.Verify(ctx, verifier.Request(w.assertion.Token, w.p.Clock(), w.p.Keys))
	switch failed, refused := firstFailed(v.Steps); {
	case !refused:
		f.Drift = "the provider may not be read here; as " + w.file() + " wants it, it would have taken this assertion, so it differs"
		f.Command = applyCommand
	case v.Refusal != nil && v.Refusal.Row == f.Row:
		f.Claim, f.Expected, f.Got = failed.Name, Redact(failed.Expected), Redact(failed.Got)
		if v.Refusal.Fix != "" {
			f.Command = v.Refusal.Fix
		}
	}
}

// uploaded names a key set by its ids: whole keys would fill a screen.
func uploaded(jwks string) string {
	if jwks == "" {
		return "those that the issuer publishes"
	}
	set, err := trust.ParseKeys([]byte(jwks))
	if err != nil {
		return "unreadable keys"
	}
	return "keys " + list(set.Kids())
}
