// Package restore gets back what a dataset was: it chooses the point, has the vault bring its bytes to a staging account where one is
// needed, and sees them copied, verified and the staging cleaned.
//
// A wish, an item and its history enter; a state leaves that is plain data, and one step after the other until it is done, in any
// process. It must never ask a vault twice for what one has already accepted, never count a job that was made as one that is done, and
// never write to what is protected.
package restore

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

// Stage is what has been reached. Stages are passed in this order; what is read in place needs none of the vault's.
type Stage string

// The stages.
const (
	Chosen     Stage = "chosen"     // the point
	Validating Stage = "validating" // the vault looks whether it could
	Validated  Stage = "validated"
	Asked      Stage = "asked"     // written down before the asking, so that nobody asks twice
	Accepted   Stage = "operation" // the vault has said that it will
	Working    Stage = "job"       // there is a job
	Restored   Stage = "restored"  // the bytes are where they can be read
	Copied     Stage = "copied"
	Verified   Stage = "verified"
	Cleaned    Stage = "cleaned" // the staging; the end
	Failed     Stage = "failed"  // the vault could not; the other end
)

// State is a restore on its way: plain data, to be kept after every step.
type State struct {
	Dataset string          `json:"dataset"`
	Run     string          `json:"run"`
	Stage   Stage           `json:"stage"`
	Choice  Choice          `json:"choice"`
	Request protect.Request `json:"request,omitzero"` // of the vault, where one is needed
	// From is where the bytes are read once they are Restored, as of Choice.At where that is the way.
	From  dataset.Place       `json:"from"`
	Asked time.Time           `json:"asked,omitzero"`
	Check protect.Operation   `json:"check,omitzero"`
	Op    protect.Operation   `json:"operation,omitzero"`
	Why   *protect.Failure    `json:"failure,omitempty"`
	At    map[Stage]time.Time `json:"at"` // when each stage was reached
	Began time.Time           `json:"began"`
}

// Over says whether nothing is left to be done.
func (s State) Over() bool { return s.Stage == Cleaned || s.Stage == Failed }

// Bytes does what a restore needs done with bytes. Each is called until it succeeds once, and may find its own work half done.
type Bytes interface {
	// Prepare makes the container or share in the staging account that a vault wants to find there, if it is not there.
	Prepare(ctx context.Context, s State) error
	// Copy copies what From holds to the dataset's target.
	Copy(ctx context.Context, s State) error
	// Verify holds the copy against its manifest.
	Verify(ctx context.Context, s State) error
	// Clean removes what the vault brought to the staging account, and nothing else.
	Clean(ctx context.Context, s State) error
}

// Machine moves restores on. All fields are required.
type Machine struct {
	Restorer protect.Restorer
	Bytes    Bytes
	Clock    bridge.Clock
}

// A process that was killed between asking and writing down the answer leaves a restore that has, for a while, no job yet by which it
// could be found: it is not asked for again before that while is over.
const (
	fresh    = 5 * time.Second // an asking this young is our own
	patience = 5 * time.Minute
	glance   = 15 * time.Second // between looks for a job that may come
)

// Step does the next thing, and says how long to wait before the one after. An error leaves the state good for another try when
// bridge.Error.Retry says so; what a vault refuses for good is in Why, and ends at Failed.
func (m Machine) Step(ctx context.Context, s *State) (wait time.Duration, err error) {
	switch s.Stage {
	case Chosen:
		if s.Choice.Way != FromVault {
			return m.reach(s, Restored)
		}
		if err = m.Bytes.Prepare(ctx, *s); err != nil {
			return 0, err
		}
		if s.Check, err = m.Restorer.Validate(ctx, s.Request); err != nil {
			return 0, err
		}
		_, _ = m.reach(s, Validating)
		return s.Check.Wait, nil
	case Validating:
		return m.follow(ctx, s, &s.Check, Validated)
	case Validated:
		s.Asked = m.Clock().UTC()
		return m.reach(s, Asked)
	case Asked:
		return m.ask(ctx, s)
	case Accepted, Working:
		return m.follow(ctx, s, &s.Op, Restored)
	case Restored:
		return m.then(s, Copied, m.Bytes.Copy(ctx, *s))
	case Copied:
		return m.then(s, Verified, m.Bytes.Verify(ctx, *s))
	case Verified:
		if s.Choice.Way != FromVault {
			return m.reach(s, Cleaned)
		}
		return m.then(s, Cleaned, m.Bytes.Clean(ctx, *s))
	}
	return 0, nil
}

// ask asks for the restore, or finds that somebody has.
func (m Machine) ask(ctx context.Context, s *State) (time.Duration, error) {
	if age := m.Clock().Sub(s.Asked); age > fresh {
		op, found, err := m.Restorer.Find(ctx, s.Request, s.Asked)
		switch {
		case err != nil:
			return 0, err
		case found:
			s.Op = op
			return m.reach(s, Working)
		case age < patience:
			return glance, nil
		}
		s.Asked = m.Clock().UTC() // nobody did
	}
	op, err := m.Restorer.Restore(ctx, s.Request)
	if err != nil {
		return 0, err
	}
	s.Op = op
	_, _ = m.reach(s, Accepted)
	return op.Wait, nil
}

// follow takes a look at an operation, and goes on to next when it is done.
func (m Machine) follow(ctx context.Context, s *State, o *protect.Operation, next Stage) (time.Duration, error) {
	op, err := m.Restorer.Follow(ctx, *o)
	switch gone, _ := errors.AsType[*bridge.Error](err); {
	case gone != nil && gone.Status == http.StatusNotFound && s.Stage == Accepted:
		return m.reach(s, Asked) // vaults forget operations after some days, and keep their jobs
	case err != nil:
		return 0, err
	}
	*o = op
	switch {
	case op.Phase != protect.Done:
		if op.Phase == protect.InJob && s.Stage == Accepted {
			_, _ = m.reach(s, Working)
		}
		return op.Wait, nil
	case op.Failure != nil || op.State == protect.Failed || op.State == protect.Cancelled:
		s.Why = op.Failure
		_, _ = m.reach(s, Failed)
		return 0, failure(*s, op)
	}
	return m.reach(s, next)
}

func (m Machine) then(s *State, next Stage, err error) (time.Duration, error) {
	if err != nil {
		return 0, err
	}
	return m.reach(s, next)
}

// reach writes down that a stage is reached.
func (m Machine) reach(s *State, next Stage) (time.Duration, error) {
	s.Stage = next
	if s.At == nil {
		s.At = map[Stage]time.Time{}
	}
	s.At[next] = m.Clock().UTC()
	return 0, nil
}

// failure tells why a vault could not.
func failure(s State, o protect.Operation) error {
	out := &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "restore_failed", Text: "the vault could not restore " + s.Request.Item.Name}
	if o.Act == protect.Validate {
		out.Text = "the vault would not restore " + s.Request.Item.Name
	}
	f := o.Failure
	if f == nil {
		out.Hint = "look at its job: " + o.Job
		return out
	}
	out.Text += ": " + f.Text
	out.Hint = f.Hint
	switch {
	case f.Approval:
		out.Kind, out.Code = bridge.Denied, protect.CodeNeedsApproval
	case len(f.Missing) > 0:
		out.Kind, out.Code = bridge.Denied, protect.CodeUnauthorized
		for _, r := range f.Missing {
			out.Text += "; " + r.String()
		}
	case f.Code != "":
		out.Code = f.Code
	}
	return out
}

// Measure is what a restore took, for a drill: from the choice to verified bytes, and how old they were at the start. It is zero before
// Verified.
func (s State) Measure() (took, age time.Duration) {
	end, ok := s.At[Verified]
	if !ok {
		return 0, 0
	}
	return end.Sub(s.Began), max(s.Began.Sub(s.Choice.At), 0)
}
