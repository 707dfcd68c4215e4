package jobs

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// settleTimeout bounds the writing of what became of an attempt, for which the handler's own context may have ended.
const settleTimeout = 30 * time.Second

// settle writes what became of an attempt. Where the database does not take it, the page stays as it is, and this process begins it anew.
func (e *Engine) settle(ctx context.Context, j *Job, handled error) error {
	if j.completed() {
		return nil
	}
	if handled != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) { // whatever the handler makes of it
		handled = &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "page_timeout", Retry: true,
			Text: "it took longer than " + e.o.Kinds[j.Page.Kind].Timeout.String(), Cause: handled,
		}
	}
	quiet, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	var wait time.Duration
	err := persist(quiet, func() (err error) {
		switch {
		case handled == nil:
			return j.Tx(quiet, func(tx *Tx) error { return tx.Complete(nil, j.progress()) })
		case codeOf(handled) == CodeLost, codeOf(handled) == CodeDone:
			return handled
		case errors.Is(ctx.Err(), context.Canceled): // by Pause, Cancel, or the end of Run
			return e.giveBack(quiet, j)
		default:
			wait, err = e.fail(quiet, j, handled)
			return err
		}
	})
	switch {
	case err == nil && wait == 0, codeOf(err) == CodeDone:
		return nil
	case err == nil:
		return later(wait)
	case codeOf(err) == CodeLost: // whoever has the page may need the task again
		return later(e.o.RescueAfter)
	default:
		e.o.Log.WarnContext(ctx, "what became of a page could not be written; it is begun anew", slog.String("page", j.place().String()), slog.String("error", err.Error()))
		return later(lookAgain)
	}
}

// persist does something until the database takes it.
func persist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != CodeDatabase || !e.Retry || bridge.Wait(ctx, time.Second) != nil {
			return err
		}
	}
}

// giveBack lets the page wait for its next turn, as if it had not been begun.
func (e *Engine) giveBack(ctx context.Context, j *Job) error {
	return e.change(ctx, j.Run.ID, func(c *change) error {
		if err := c.hold(j); err != nil {
			return err
		}
		c.run.Pages.Open--
		_, err := c.tx.exec(ctx, `UPDATE pages SET state = 'waiting', excused = excused + 1 WHERE run = $1 AND number = $2`, j.Run.ID, j.Page.Number)
		return err
	})
}

// fail counts a failure, and says after what time the page is to be tried again; 0 when it is not.
func (e *Engine) fail(ctx context.Context, j *Job, failure error) (wait time.Duration, err error) {
	kind := e.o.Kinds[j.Page.Kind]
	failures := int(j.Page.Attempts - j.excused)
	said, known := errors.AsType[*bridge.Error](failure)
	final := known && !said.Retry || failures >= kind.Attempts
	if !final {
		wait = max(kind.Backoff(failures), time.Millisecond)
		if known {
			wait = max(wait, said.RetryAfter)
		}
	}
	text := clip(failure.Error())
	err = e.change(ctx, j.Run.ID, func(c *change) error {
		if err := c.hold(j); err != nil {
			return err
		}
		state, end := Queued, int64(0)
		switch {
		case final:
			state, end = Failed, stamp(c.now)
			c.run.Pages.Open--
			c.run.Pages.Failed++
			if c.run.Error == "" {
				c.run.Error = "page " + itoa(j.Page.Number) + ": " + text
			}
		case c.run.State == Paused:
			state, wait = Waiting, 0
			c.run.Pages.Open--
		}
		_, err := c.tx.exec(ctx, `UPDATE pages SET state = $3, error = $4, ended = $5 WHERE run = $1 AND number = $2`, j.Run.ID, j.Page.Number, string(state), text, end)
		return err
	})
	level := slog.LevelInfo
	if final {
		level = slog.LevelWarn
	}
	e.o.Log.Log(ctx, level, "a page failed", slog.String("page", j.place().String()), slog.String("kind", j.Page.Kind),
		slog.Int("failures", failures), slog.Bool("final", final), slog.Duration("again_in", wait), slog.String("error", text))
	return wait, err
}

// clip bounds what is stored of an error.
func clip(s string) string {
	const most = 2000
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}

// backoff is the wait of a kind that has none of its own.
func backoff(failure int) time.Duration {
	d := min(time.Second<<min(failure-1, 20), 5*time.Minute)
	return d*4/5 + time.Duration(rand.Int64N(int64(d*2/5))) //nolint:gosec // it spreads load
}
