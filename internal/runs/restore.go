package runs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/protect"
)

// Protection is what a restore needs to know of how a dataset is protected.
type Protection struct {
	Item    protect.Item // zero of a dataset that nothing protects
	Vault   protect.Vault
	Staging restore.Staging
}

// Vaults are Azure Backup, as restores need it.
type Vaults interface {
	protect.History
	protect.Restorer
}

// Returned is the result of a restore and of a drill.
type Returned struct {
	Synced
	Way           restore.Way   `json:"way"`
	At            time.Time     `json:"at"` // the state is of then
	RecoveryPoint string        `json:"recovery_point,omitempty"`
	Took          time.Duration `json:"took_ns"` // from the choice to verified bytes: the measured recovery time
	Age           time.Duration `json:"age_ns"`  // of the bytes, when it was begun: the measured recovery point
	Damaged       int64         `json:"damaged"` // found when the copy was verified
	Sample        int64         `json:"sample,omitempty"`
	Place         string        `json:"place,omitempty"`  // that it was restored to, when that is not the dataset's target
	Partly        bool          `json:"partly,omitempty"` // the vault's job ended with warnings: it may have left some out
	Left          string        `json:"left,omitempty"`   // what the vault brought, and was not cleaned: not all of it came over whole
}

// valueRestore is under which a restore's state is kept.
const valueRestore = "restore"

// restore is the first page of a restore: it chooses the point and sees the vault bring it, until its bytes can be read. Each step is written down,
// so that another process goes on where this one was.
func (s *Service) restore(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	state, err := s.chosen(ctx, j, d, spec)
	if err != nil {
		return err
	}
	if err := s.untilRestored(ctx, j, &state); err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.Add(jobs.NewPage{Kind: pagePlan}); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{})
	})
}

// chosen is the state of the restore so far, and at its beginning the choice.
func (s *Service) chosen(ctx context.Context, j *jobs.Job, d *Dataset, spec Spec) (restore.State, error) {
	state, ok, err := s.restoreState(ctx, j)
	if ok || err != nil {
		return state, err
	}
	if err := s.began(ctx, j, d, spec); err != nil {
		return state, err
	}
	p, err := s.o.Protection(ctx, d.Name)
	if err != nil {
		return state, err
	}
	choice, err := s.choose(ctx, d, p, spec)
	if err != nil {
		return state, err
	}
	state, err = restore.Plan(restore.Job{
		Dataset: d.Name, Run: strings.ToLower(j.Run.ID), Source: d.Source.Place(), Vault: p.Vault, Item: p.Item, Staging: p.Staging,
	}, choice, s.o.Clock())
	if err != nil {
		return state, err
	}
	return state, s.keep(ctx, j, state)
}

// choose is the state that is wanted: by the vault's points, or of what nothing protects by the versions that its account keeps.
func (s *Service) choose(ctx context.Context, d *Dataset, p Protection, spec Spec) (restore.Choice, error) {
	now := s.o.Clock()
	if spec.LastGood {
		return s.lastGood(ctx, d, p)
	}
	if p.Item.ID == "" {
		if spec.RecoveryPoint != "" || spec.At.IsZero() {
			return restore.Choice{}, &bridge.Error{
				Kind: bridge.Usage, Code: protect.CodeNoPoint, Text: "nothing protects dataset " + d.Name + " that this identity can see, so it has no recovery points",
				Hint: "name a time with --at: the versions that its account keeps are read; or name the item in backup.datasets[].item",
			}
		}
		return restore.Choice{Way: restore.InPlace, At: spec.At.UTC()}, nil
	}
	v, err := s.o.Vaults()
	if err != nil {
		return restore.Choice{}, err
	}
	return restore.Choose(ctx, v, p.Item, restore.Wish{At: spec.At, Point: spec.RecoveryPoint}, now)
}

func (s *Service) restoreState(ctx context.Context, j *jobs.Job) (state restore.State, ok bool, err error) {
	text, err := j.Value(ctx, valueRestore)
	if err != nil || len(text) == 0 {
		return state, false, err
	}
	return state, true, json.Unmarshal(text, &state)
}

func (s *Service) keep(ctx context.Context, j *jobs.Job, state restore.State) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error { return tx.Put(valueRestore, text) })
}

// untilRestored takes steps until the bytes can be read. A step that another attempt may help is taken again, as long as the vault needs.
func (s *Service) untilRestored(ctx context.Context, j *jobs.Job, state *restore.State) error {
	return s.steps(ctx, j, state, &restored{s: s}, restore.Restored)
}

// steps takes one step after the other until a stage is reached, and writes each down.
func (s *Service) steps(ctx context.Context, j *jobs.Job, state *restore.State, b restore.Bytes, until restore.Stage) error {
	m := restore.Machine{Bytes: b, Clock: s.o.Clock}
	if state.Choice.Way == restore.FromVault {
		v, err := s.o.Vaults()
		if err != nil {
			return err
		}
		m.Restorer = v
	}
	failures := 0
	for state.Stage != until && !state.Over() {
		wait, err := m.Step(ctx, state)
		if kept := s.keep(ctx, j, *state); kept != nil {
			return kept
		}
		switch {
		case err != nil && (!retryable(err) || failures >= mostFailed):
			return err
		case err != nil:
			failures++
			wait = max(wait, time.Duration(failures)*time.Second)
		default:
			failures = 0
		}
		if err := bridge.Wait(ctx, wait); err != nil {
			return err
		}
	}
	if state.Stage != until {
		return &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "restore_ended", Text: fmt.Sprintf("the restore ended as %s", state.Stage)}
	}
	return nil
}

// mostFailed is how often in a row a step may fail before the page does, which is tried again later.
const mostFailed = 10

// restored does a restore's work with bytes, for a machine: the copy is made by the pages of the run.
type restored struct {
	s      *Service
	verify func(ctx context.Context) error
	keep   func() bool // the staging, as it may be needed again; nil never
}

// box is a container of a staging account.
type box interface {
	dataset.Writer
	Exists(ctx context.Context) (bool, error)
	Create(ctx context.Context) error
	// Remove removes it if nothing is in it, and says whether it did.
	Remove(ctx context.Context) (bool, error)
}

// Prepare implements restore.Bytes. A vault restores blobs only into containers that it makes, and so whatever is in one afterwards is the
// restore's; files it puts into one that is there.
func (r *restored) Prepare(ctx context.Context, state restore.State) error {
	if state.Request.Item.Workload == protect.FileShare {
		return nil // a folder of the run's own
	}
	b, done, err := r.box(ctx, state.From)
	if err != nil {
		return err
	}
	defer done()
	if state.Request.Item.Workload == protect.PostgreSQL {
		return b.Create(ctx)
	}
	there, err := b.Exists(ctx)
	if err != nil || !there {
		return err
	}
	p := b.Place()
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopStorage, Code: "staging_occupied",
		Text: fmt.Sprintf("the staging account %s has a container %s already, and a vault restores into none that is there", p.Account, p.Name),
		Hint: fmt.Sprintf("when nothing in it is needed: az storage container delete --auth-mode login --account-name %s --name %s; or name another account in backup.datasets[].staging and staging_id", p.Account, p.Name),
	}
}

// box opens the container of a staging.
func (r *restored) box(ctx context.Context, from dataset.Place) (box, func(), error) {
	place, done, err := r.s.o.Place(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	if b, ok := place.(box); ok {
		return b, done, nil
	}
	done()
	return nil, nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopStorage, Code: "place_unknown", Text: fmt.Sprintf("%s is no container, and cannot be a staging", from)}
}

// Copy implements restore.Bytes: by now it is done.
func (*restored) Copy(context.Context, restore.State) error { return nil }

// Verify implements restore.Bytes.
func (r *restored) Verify(ctx context.Context, _ restore.State) error { return r.verify(ctx) }

// Clean implements restore.Bytes: what lies where the vault put it for this run, and nothing else; then the container that the vault made, so
// that it can restore again. What somebody put there since stays, and the container with it.
func (r *restored) Clean(ctx context.Context, state restore.State) error {
	if state.Request.Item.Workload == protect.FileShare || r.keep != nil && r.keep() {
		return nil // nothing of ours may be written in a share
	}
	b, done, err := r.box(ctx, state.From)
	if err != nil {
		return err
	}
	defer done()
	if there, err := b.Exists(ctx); err != nil || !there {
		return err
	}
	const skew = time.Minute // between Azure's clock and ours
	for o, err := range b.List(ctx, dataset.Query{}) {
		if err != nil {
			return err
		}
		if o.Modified.After(state.At[restore.Restored].Add(skew)) {
			continue
		}
		if err := b.Delete(ctx, o); err != nil && codeOf(err) != dataset.CodeNotFound {
			return err
		}
	}
	if state.Request.Item.Workload == protect.PostgreSQL {
		return nil // one container for all runs
	}
	_, err = b.Remove(ctx)
	return err
}

// returning makes a dataset of what a restore brought: its source is where the bytes are, as of the point, and the copy shall be what it was.
func (s *Service) returning(ctx context.Context, j *jobs.Job, d *Dataset, spec *Spec) (*Dataset, error) {
	state, ok, err := s.restoreState(ctx, j)
	if err != nil || !ok || state.Stage == restore.Chosen {
		return d, err
	}
	spec.At, spec.RecoveryPoint = state.Choice.At, state.Choice.Point.Name
	out := *d
	out.Mirror = !partly(state)
	if state.Choice.Way == restore.FromVault {
		spec.At = time.Time{} // the staging account has it as it was
		if out.Source, err = s.place(ctx, j.Run.ID, state.From); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// partly says that the vault's job ended with warnings: what it did not bring is not what was not there, and nothing is removed for it.
func partly(state restore.State) bool { return state.Op.State == protect.Warned }

// returned ends a restore, once its manifest is written: the copy is verified and the staging cleaned.
func (s *Service) returned(ctx context.Context, j *jobs.Job, d *Dataset, synced Synced) (Returned, error) {
	out := Returned{Synced: synced}
	if d.Book != "" {
		out.Place = d.Target.Place().String()
	}
	state, ok, err := s.restoreState(ctx, j)
	if err != nil || !ok {
		return out, err
	}
	b := &restored{s: s, verify: func(ctx context.Context) error {
		v, _, err := s.look(ctx, j, d, false)
		out.Damaged = v.Damaged
		return err
	}, keep: func() bool { return out.Failed > 0 || out.Damaged > 0 }}
	if state.Stage == restore.Verified { // what it was found to be is not in the state
		if err := b.verify(ctx); err != nil {
			return out, err
		}
	}
	if err := s.steps(ctx, j, &state, b, restore.Cleaned); err != nil {
		return out, err
	}
	out.Way, out.At, out.RecoveryPoint = state.Choice.Way, state.Choice.At, state.Choice.Point.Name
	out.Took, out.Age = state.Measure()
	out.Partly = partly(state)
	if state.Choice.Way == restore.FromVault && b.keep() {
		out.Left = state.From.String()
	}
	return out, nil
}
