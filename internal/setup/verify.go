package setup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Crosser makes a real crossing for a workload, and asks what the one who arrives may do.
type Crosser interface {
	// Cross returns a Crossing also when the crossing was refused: then with the steps that went well. The error is the
	// refusal. It is never a *NotFromHere: that is said by the Crossing.
	Cross(ctx context.Context, workload string) (Crossing, error)
}

// Crossing is one workload's way across as it went. Its JSON form is stable.
type Crossing struct {
	Steps []bridge.Step `json:"steps,omitempty"`
	// Missing lists the permissions that the roles should give and testIamPermissions denied.
	Missing []string `json:"missing,omitempty"`
	// NotFromHere says why it was not tried; empty when it was.
	NotFromHere string `json:"not_from_here,omitempty"`
}

// Checked is the outcome of one workload's crossing. Its JSON form is stable.
type Checked struct {
	Workload string `json:"workload"`
	OK       bool   `json:"ok"` // it crosses and may do what it should; false also when it was not tried
	Crossing
	Code  string `json:"code,omitempty"` // of the refusal
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`

	err error
}

// Verification is what Verify found. Its JSON form is stable.
type Verification struct {
	Plan      *Plan     `json:"plan"`
	Crossings []Checked `json:"crossings"` // in the order of the file
}

const crossings = 16

// Verify reads what is there as NewPlan does, and lets each workload cross, drift or not: a difference and the refusal that
// it leads to are told together. The error is one of the reading alone; what was found is Verification.Err.
func Verify(ctx context.Context, in Input, c Crosser) (*Verification, error) {
	p, err := NewPlan(ctx, in)
	if p == nil {
		return nil, err
	}
	v := &Verification{Plan: p, Crossings: make([]Checked, len(in.Spec.Workloads))}
	slots := make(chan struct{}, crossings)
	var wg sync.WaitGroup
	for i := range in.Spec.Workloads {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			v.Crossings[i] = check(ctx, c, in.Spec.Workloads[i].Name)
		})
	}
	wg.Wait()
	return v, err
}

func check(ctx context.Context, c Crosser, name string) Checked {
	out := Checked{Workload: name}
	out.Crossing, out.err = c.Cross(ctx, name)
	if out.err == nil && out.NotFromHere == "" && len(out.Missing) > 0 {
		out.err = &bridge.Error{
			Kind: bridge.Denied, Hop: bridge.HopVertex, Code: "permission_missing", Text: "crosses, and may not " + list(out.Missing),
			Hint: "landbridge setup apply grants it; a new grant takes minutes",
		}
	}
	if e, ok := errors.AsType[*bridge.Error](out.err); ok {
		out.Code = e.Code
	}
	if out.err != nil {
		out.Error, out.Hint = out.err.Error(), bridge.HintOf(out.err)
	}
	out.OK = out.err == nil && out.NotFromHere == ""
	return out
}

// Err is nil when all is as it shall be and every workload that could be tried crosses. Drift comes first, with the kind
// Drifted; else the first refusal, with its own kind.
func (v *Verification) Err() error {
	var refused []error
	for i := range v.Crossings {
		if c := &v.Crossings[i]; c.err != nil {
			refused = append(refused, &bridge.Error{Kind: bridge.KindOf(c.err), Code: c.Code, Text: "workload " + c.Workload, Hint: c.Hint, Cause: c.err})
		}
	}
	if !v.Plan.Drift() {
		return joined(refused, "setup_verify", "do not cross")
	}
	e := &bridge.Error{Kind: bridge.Drifted, Code: "setup_drift", Text: "the clouds are not as the file says: " + v.Plan.Sum(), Hint: "landbridge setup plan shows it, landbridge setup apply mends it"}
	if len(refused) > 0 {
		e.Cause = joined(refused, "setup_verify", "do not cross")
	}
	return e
}

// Lines is the verification for people: the plan's differences, then a line for each workload.
func (v *Verification) Lines() []string {
	var out []string
	if v.Plan.Drift() || len(v.Plan.Warnings) > 0 {
		out = v.Plan.Lines(false)
	} else {
		out = append(out, v.Plan.Sum())
	}
	for i := range v.Crossings {
		c := &v.Crossings[i]
		switch {
		case c.NotFromHere != "":
			out = append(out, "? "+c.Workload+": not tried: "+c.NotFromHere)
		case c.OK && len(c.Steps) > 0:
			out = append(out, "  "+c.Workload+": crosses as "+c.Steps[len(c.Steps)-1].Who)
		case c.OK:
			out = append(out, "  "+c.Workload+": crosses")
		default:
			out = append(out, "! "+c.Workload+": "+c.Error)
			if c.Hint != "" {
				out = append(out, "      next: "+c.Hint)
			}
		}
	}
	return out
}

// list joins words, at most five.
func list(words []string) string {
	const most = 5
	words = slices.Clone(words)
	if len(words) > most {
		words = append(words[:most], "…")
	}
	return strings.Join(words, ", ")
}
