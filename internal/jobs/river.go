package jobs

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

// task is what River keeps of a page: where its row is. The ticket tells the task from those that the page had before. There is one kind
// of task, so that every process that may lead knows it: a leader discards orphans of kinds that it does not know. The kind of the page is
// the queue.
type task struct {
	Run    string `json:"run"`
	Page   int64  `json:"page"`
	Ticket int64  `json:"ticket"`
	kind   string
}

// Kind implements river.JobArgs.
func (task) Kind() string { return "landbridge_page" }

func (t task) place() place { return place{t.Run, t.Page} }

// River's attempts mean nothing here: only our own transactions end a page.
const attemptsOfTask = math.MaxInt16

// enqueuer inserts tasks in a driver's transactions.
type enqueuer[TTx any] struct {
	driver riverdriver.Driver[TTx]
	client *river.Client[TTx]
}

func newEnqueuer[TTx any](driver riverdriver.Driver[TTx]) (*enqueuer[TTx], error) {
	client, err := river.NewClient(driver, &river.Config{
		Logger:        slog.New(slog.DiscardHandler),
		FetchCooldown: time.Millisecond, // of what is enqueued within it, only the first is told to workers
	})
	return &enqueuer[TTx]{driver, client}, err
}

func (q *enqueuer[TTx]) insert(ctx context.Context, tx TTx, tasks []task) error {
	if len(tasks) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(tasks))
	for i, t := range tasks {
		params[i] = river.InsertManyParams{Args: t, InsertOpts: &river.InsertOpts{Queue: t.kind, MaxAttempts: attemptsOfTask}}
	}
	_, err := q.client.InsertManyFastTx(ctx, tx, params)
	return err
}

// migrateRiver makes River's own tables, in a transaction where one is given. PostgreSQL must not: it uses no value of an enum in the
// transaction that adds it.
func (q *enqueuer[TTx]) migrateRiver(ctx context.Context, tx any) error {
	m, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if tx, ok := tx.(TTx); ok {
		_, err = m.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil) //nolint:staticcheck // deprecated for PostgreSQL's sake
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// worker fetches tasks until it is stopped.
type worker interface {
	Start(ctx context.Context) error
	Stopped() <-chan struct{}
}

type workerConfig struct {
	id       string
	kinds    map[string]Kind
	cooldown time.Duration
	grace    time.Duration
	log      *slog.Logger
	work     func(ctx context.Context, id int64, t task) error
}

const (
	// keepTasks is how long River keeps a task that has been worked on: what is worth knowing is in our rows.
	keepTasks = 10 * time.Minute
	// backstop is what River waits beyond the longest timeout before it takes a task for lost. We are faster: see rescue.
	backstop = time.Hour
	// cooldownsPerPoll is how many cooldowns lie between two looks for work of which a worker was not told.
	cooldownsPerPoll = 100
)

func newWorker[TTx any](driver riverdriver.Driver[TTx], c workerConfig) (worker, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &taskWorker{kinds: c.kinds, do: c.work})
	queues := map[string]river.QueueConfig{}
	longest := time.Duration(0)
	for name, k := range c.kinds {
		queues[name] = river.QueueConfig{MaxWorkers: k.Workers}
		longest = max(longest, k.Timeout)
	}
	return river.NewClient(driver, &river.Config{
		ID: c.id, Workers: workers, Queues: queues, Logger: slog.New(warnings{c.log.Handler()}),
		FetchCooldown: c.cooldown, FetchPollInterval: cooldownsPerPoll * c.cooldown, SoftStopTimeout: c.grace,
		JobTimeout: longest, RescueStuckJobsAfter: longest + backstop,
		CompletedJobRetentionPeriod: keepTasks, CancelledJobRetentionPeriod: keepTasks, DiscardedJobRetentionPeriod: keepTasks,
	})
}

type taskWorker struct {
	river.WorkerDefaults[task]
	kinds map[string]Kind
	do    func(ctx context.Context, id int64, t task) error
}

func (w *taskWorker) Timeout(job *river.Job[task]) time.Duration { return w.kinds[job.Queue].Timeout }

func (w *taskWorker) Work(ctx context.Context, job *river.Job[task]) error {
	t := job.Args
	t.kind = job.Queue
	return w.do(ctx, job.ID, t)
}

// later gives a task back to River for some time.
func later(d time.Duration) error { return river.JobSnooze(d) }

// warnings lets River say only what an operator should see.
type warnings struct{ slog.Handler }

func (warnings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }

func (w warnings) WithGroup(g string) slog.Handler { return warnings{w.Handler.WithGroup(g)} }
