// Package runs does the acts on datasets as runs of the job engine: sync, verify, repair, restore and drill, each cut into pages that outlive the
// process that began them.
//
// A dataset with its two stores enters; a manifest, findings, records and lineage leave. It knows no cloud and no configuration. It must never
// begin to change anything before the audit log has said so, never call an act done whose manifest is not written, and never put an object's
// content or a token into a page, a result or a record.
package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/manifest"
)

// The acts, as they are called in jobs, records and lineage.
const (
	Sync    = "sync"
	Verify  = "verify"
	Repair  = "repair"
	Restore = "restore"
	Drill   = "drill"
)

// The kinds of pages.
const (
	pageHandover = "handover" // lists what is to be copied, has it copied by order, and adds the plan
	pagePlan     = "plan"     // lists both sides and adds the pages of a sync
	pageCopy     = "copy"     // some objects
	pagePiece    = "piece"    // some chunks of one very large object
	pageFinish   = "finish"   // writes the manifest, and ends a restore
	pageVerify   = "verify"   // all of a verification
	pageRepair   = "repair"   // all of a repair
	pageRestore  = "restore"  // one step after the other, until the bytes are there
	pageDrill    = "drill"    // a sample, measured
)

// Options of a Service. Manifests, Dataset, Recorder and Clock are needed.
type Options struct {
	Manifests *manifest.Store
	// Dataset is an open dataset, by its name; it stays open.
	Dataset func(ctx context.Context, name string) (*Dataset, error)
	// Place opens a place that a restore reads or a drill writes; done gives it back.
	Place func(ctx context.Context, p dataset.Place) (r dataset.Reader, done func(), err error)
	// Protection says how a dataset is protected, and Vaults is who restores it.
	Protection func(ctx context.Context, name string) (Protection, error)
	Vaults     func() (Vaults, error)
	Recorder   bridge.Recorder
	// Told is called when a run has ended with something to tell: lineage, labels. An error is logged and changes nothing.
	Told  func(ctx context.Context, t Tale) error
	Clock bridge.Clock
	Log   *slog.Logger
	// Workers is how many pages of copies this process works on at once.
	Workers int
	// Piece is how much of one object a page of it copies, in bytes; 1 GiB when 0. Objects of twice that are shared by many workers.
	Piece int64
}

// Service does the acts.
type Service struct {
	o      Options
	engine *jobs.Engine

	mu   sync.Mutex
	runs map[string]*kept
}

// New returns a service; Kinds are its pages, for the engine that it is then given.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Told == nil {
		o.Told = func(context.Context, Tale) error { return nil }
	}
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Piece <= 0 {
		o.Piece = 1 << 30
	}
	return &Service{o: o, runs: map[string]*kept{}}
}

// Use is the engine that runs are started on.
func (s *Service) Use(e *jobs.Engine) { s.engine = e }

// Kinds are the pages that this service works on.
func (s *Service) Kinds() map[string]jobs.Kind {
	const long = 7 * 24 * time.Hour // a process that is dead is found by its silence, not by a timeout
	kinds := map[string]jobs.Kind{
		pageHandover: {Handle: s.handover, Workers: 2, Timeout: long},
		pagePlan:     {Handle: s.plan, Workers: 2, Timeout: long},
		pageCopy:     {Handle: s.copy, Workers: s.o.Workers, Timeout: long},
		pagePiece:    {Handle: s.piece, Workers: s.o.Workers, Timeout: long},
		pageFinish:   {Handle: s.finish, Workers: 2, Timeout: long},
		pageVerify:   {Handle: s.verify, Workers: 1, Timeout: long},
		pageRepair:   {Handle: s.repair, Workers: 1, Timeout: long},
		pageRestore:  {Handle: s.restore, Workers: 2, Timeout: long},
		pageDrill:    {Handle: s.drill, Workers: 1, Timeout: long},
	}
	for name, k := range kinds {
		k.Handle = s.telling(k.Handle)
		kinds[name] = k
	}
	return kinds
}

// Spec is what a run was asked for; each act reads what is its own.
type Spec struct {
	At            time.Time `json:"at,omitzero"`              // of sync and restore
	RecoveryPoint string    `json:"recovery_point,omitempty"` // of restore
	LastGood      bool      `json:"last_good,omitempty"`      // of restore: go back until files hold together
	Deep          bool      `json:"deep,omitempty"`           // of verify
	Sample        int       `json:"sample,omitempty"`         // of drill: objects
	Include       []string  `json:"include,omitempty"`        // in place of the dataset's own
	To            string    `json:"to,omitempty"`             // of restore: a place, in place of the dataset's target
	Wait          bool      `json:"wait,omitempty"`           // for a run of the dataset that is in the way
}

// Start begins an act and gives the id of its run.
func (s *Service) Start(ctx context.Context, act, dataset string, spec Spec) (string, error) {
	return s.engine.Start(ctx, NewRun(act, dataset, spec))
}

// NewRun is an act as the engine knows it.
func NewRun(act, dataset string, spec Spec) jobs.NewRun {
	run := jobs.NewRun{Act: act, Dataset: dataset, Spec: spec, First: jobs.NewPage{Kind: firstPage(act)}, Wait: spec.Wait}
	if act == Sync || act == Restore {
		run.Last = pageFinish
	}
	if act != Verify { // which only reads: the others write to the target, or share the staging account
		run.Alone = "dataset " + dataset
	}
	return run
}

// firstPage is how an act begins; "" of what is none.
func firstPage(act string) string {
	return map[string]string{Sync: pagePlan, Verify: pageVerify, Repair: pageRepair, Restore: pageRestore, Drill: pageDrill}[act]
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}

func retryable(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Retry
}

func damaged(code, format string, args ...any) error {
	return &bridge.Error{Kind: bridge.Damaged, Code: code, Text: fmt.Sprintf(format, args...)}
}
