package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/jobs"
	"github.com/landbridge/landbridge/internal/manifest"
	"github.com/landbridge/landbridge/internal/runs"
)

// Backup is the backup half, opened: datasets, their manifests and the job engine.
type Backup struct {
	a       *App
	cfg     *config.Backup
	c       *crossing
	depot   *depot
	service *runs.Service
	engine  *jobs.Engine
	books   *manifest.Store
	gauges  *backupGauges // of a serving process
	close   []func()
}

// What commands show of the backup half.
type (
	Run        = jobs.Run
	RunQuery   = jobs.Query
	RunState   = jobs.State
	Schedule   = jobs.Planned
	RunSpec    = runs.Spec
	Synced     = runs.Synced
	Verified   = runs.Verified
	Repaired   = runs.Repaired
	Returned   = runs.Returned
	RunFailure = runs.Failure
	PlanItem   = transfer.Item
	PlanTotal  = transfer.Totals
)

// OpenBackup opens what the section backup names. It calls no cloud, but to open what
// backup.jobs.seal_key has wrapped. Door names who asks, in the audit log.
func (a *App) OpenBackup(ctx context.Context, cfg *config.Config, door string) (*Backup, error) {
	if cfg.Backup == nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "backup_not_configured", Text: "the configuration has no section backup",
			Hint: "add backup.datasets; docs/datasets.md has one to begin with. Or try it with --sandbox",
		}
	}
	c, err := a.open(cfg, door)
	if err != nil {
		return nil, err
	}
	b, err := a.backupOf(ctx, c)
	if err != nil {
		c.close()
		return nil, err
	}
	b.close = append([]func(){c.close}, b.close...)
	return b, nil
}

// backupOf is the backup half of what is open.
func (a *App) backupOf(ctx context.Context, c *crossing) (*Backup, error) {
	b := &Backup{a: a, cfg: c.cfg.Backup, c: c, depot: a.depot(c)}
	b.close = append(b.close, b.depot.Close)
	if err := b.open(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close gives back what was opened.
func (b *Backup) Close() {
	for i := len(b.close) - 1; i >= 0; i-- {
		b.close[i]()
	}
}

func (b *Backup) open(ctx context.Context) error {
	dir := b.stateDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cannotWrite(dir, err)
	}
	signing, err := b.signing(dir)
	if err != nil {
		return err
	}
	place, err := b.manifests(dir)
	if err != nil {
		return err
	}
	retry := transfer.NewRetrier(transfer.RetryOptions{})
	b.books = manifest.NewStore(manifest.StoreOptions{Place: place, Signer: signing.signer, Keys: signing.verifier, Retry: retry.Do})
	b.service = runs.New(runs.Options{
		Manifests: b.books, Dataset: b.depot.dataset, Recorder: b.recorder(), Clock: b.a.host.Clock, Log: b.a.host.Log,
		Workers: b.cfg.Jobs.Workers, Place: b.place, Protection: b.protection, Told: b.told,
		Vaults: func() (runs.Vaults, error) { return b.depot.vaults() },
	})
	return b.jobs(ctx, dir)
}

// stateDir is where the database, manifests and keys of this machine are.
func (b *Backup) stateDir() string {
	if b.cfg.Jobs.StateDir != "" {
		return b.cfg.Jobs.StateDir
	}
	return filepath.Join(b.a.StateDir(), "backup")
}

func (b *Backup) manifests(dir string) (dataset.Writer, error) {
	if b.cfg.Manifests == "" {
		s, err := folder.New(folder.Options{Path: dir, Create: true})
		if err != nil {
			return nil, err
		}
		b.close = append(b.close, func() { _ = s.Close() })
		return s, nil
	}
	l, err := dataset.ParsePlace(b.cfg.Manifests)
	if err != nil {
		return nil, err
	}
	s, done, err := b.depot.store(l)
	if err == nil {
		b.close = append(b.close, done)
	}
	return s, err
}

func (b *Backup) recorder() bridge.Recorder {
	if b.c.audit != nil {
		return b.c.audit
	}
	return unrecorded{}
}

func (b *Backup) jobs(ctx context.Context, dir string) error {
	keyFile := filepath.Join(dir, "jobs.key")
	if err := ownersAlone(keyFile); err != nil {
		return err
	}
	key, err := b.sealKey(ctx, keyFile)
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	kinds := b.service.Kinds()
	kinds[rotateAct] = b.rotation()
	o := jobs.Options{
		Dir: dir, Key: key, Clock: b.a.host.Clock, Log: b.log(), Worker: fmt.Sprintf("%s/%d", host, os.Getpid()),
		Kinds: kinds, Keep: b.cfg.Jobs.Keep, Schedules: b.schedules(), Ended: b.service.Ended,
	}
	if b.cfg.Jobs.Store == "postgres" {
		text, err := b.a.host.ReadFile(b.cfg.Jobs.DSNFile)
		if err != nil {
			return unreadable(b.cfg.Jobs.DSNFile, err)
		}
		o.Dir, o.URL = "", bridge.NewSecret(strings.TrimSpace(string(text)))
	}
	engine, err := jobs.Open(ctx, o)
	if err != nil {
		return err
	}
	b.engine = engine
	b.close = append(b.close, func() { _ = engine.Close() })
	b.service.Use(engine)
	return nil
}

// log is where the engine tells of pages that failed. Who asks for one run at the command line is told of it by its end.
func (b *Backup) log() *slog.Logger {
	if b.c.world.Door == "cli" {
		return slog.New(slog.DiscardHandler)
	}
	return b.a.host.Log
}

// schedules are what the datasets say of when.
func (b *Backup) schedules() []jobs.Schedule {
	var out []jobs.Schedule
	for _, d := range b.cfg.Datasets {
		for act, when := range map[string]string{runs.Sync: d.Schedule, runs.Verify: d.VerifySchedule, runs.Drill: d.DrillSchedule} {
			if when != "" {
				out = append(out, jobs.Schedule{Name: d.Name + "/" + act, When: when, Run: runs.NewRun(act, d.Name, runs.Spec{})})
			}
		}
	}
	return out
}

// Work does the jobs of the database until ctx ends. It is told as jobs_owned when another process on this machine does.
func (b *Backup) Work(ctx context.Context) error { return b.engine.Run(ctx) }

// Do starts an act, and works until it has ended, together with whoever else works on the same database. Each is called with the run whenever
// something has changed.
func (b *Backup) Do(ctx context.Context, act, name string, spec RunSpec, each func(Run)) (Run, error) {
	if err := b.allowed(name, spec); err != nil {
		return Run{}, err
	}
	var last Run
	err := b.c.recording(func() error {
		id, err := b.service.Start(ctx, act, name, spec)
		if err != nil {
			return err
		}
		last, err = b.watch(ctx, id, each)
		return err
	})
	return last, err
}

// watch works on the jobs of the database and follows one run to its end.
func (b *Backup) watch(ctx context.Context, id string, each func(Run)) (Run, error) {
	working, stop := context.WithCancel(ctx)
	worked := make(chan error, 1)
	go func() {
		err := b.engine.Run(working)
		if e, ok := errors.AsType[*bridge.Error](err); ok && e.Code == jobs.CodeOwned {
			err = nil // a serving process has the directory, and does it
		} else if err != nil {
			stop()
		}
		worked <- err
	}()
	last := Run{ID: id} // who is interrupted still says of which run
	var err error
	for run, watchErr := range b.engine.Watch(working, id) {
		if err = watchErr; err != nil {
			break
		}
		last = run
		each(last)
	}
	stop()
	if workErr := <-worked; err == nil || ctx.Err() == nil && workErr != nil {
		err = workErr
	}
	if err == nil {
		err = ctx.Err()
	}
	return last, err
}

// Start begins an act, and leaves it to whoever works on the database.
func (b *Backup) Start(ctx context.Context, act, name string, spec RunSpec) (string, error) {
	if err := b.allowed(name, spec); err != nil {
		return "", err
	}
	return b.service.Start(ctx, act, name, spec)
}

// Plan tells what a sync would do, and does nothing.
func (b *Backup) Plan(ctx context.Context, name string, spec RunSpec, each func(PlanItem) error) (PlanTotal, error) {
	return b.service.Plan(ctx, name, spec, each)
}

// Runs lists runs, the newest first.
func (b *Backup) Runs(ctx context.Context, q RunQuery) ([]Run, error) { return b.engine.List(ctx, q) }

// RunError is why a run did not end well; nil when that is not known.
func RunError(run Run) error { return runs.ErrorOf(run) }

// Show is one run.
func (b *Backup) Show(ctx context.Context, id string) (Run, error) { return b.engine.Show(ctx, id) }

// Pages are those of a run.
func (b *Backup) Pages(ctx context.Context, id string) iter.Seq2[jobs.Page, error] {
	return b.engine.Pages(ctx, id)
}

// Planned are the schedules.
func (b *Backup) Planned(ctx context.Context) ([]Schedule, error) { return b.engine.Planned(ctx) }

// Control does what is asked of a run: cancel, pause, resume, retry. The end of one that it cancels is on record when it returns.
func (b *Backup) Control(ctx context.Context, what, id string) error {
	do := map[string]func(context.Context, string) error{
		"cancel": b.engine.Cancel, "pause": b.engine.Pause, "resume": b.engine.Resume, "retry": b.engine.Retry,
	}[what]
	return b.c.recording(func() error {
		if err := do(ctx, id); err != nil {
			return err
		}
		return b.engine.Tell(ctx)
	})
}
