package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Cancel ends a run. Its pages that are being worked on, wherever, are told within half a second.
func (e *Engine) Cancel(ctx context.Context, id string) error {
	return e.change(ctx, id, func(c *change) error {
		if c.run.State.Ended() {
			return c.refuse("cancelled")
		}
		c.end(Cancelled)
		c.run.Pages.Open = 0
		_, err := c.tx.exec(ctx, `UPDATE pages SET state = 'cancelled', ended = $2 WHERE run = $1 AND state IN ('waiting', 'queued', 'running')`, id, stamp(c.now))
		return err
	})
}

// Pause lets no page of the run begin. Those that are being worked on are given back within half a second.
func (e *Engine) Pause(ctx context.Context, id string) error {
	return e.change(ctx, id, func(c *change) error {
		if c.run.State.Ended() || c.run.State == Paused || c.run.State == Waiting {
			return c.refuse("paused")
		}
		c.run.State = Paused
		back, err := c.tx.exec(ctx, `UPDATE pages SET state = 'waiting' WHERE run = $1 AND state = 'queued'`, id)
		c.run.Pages.Open -= back
		return err
	})
}

// Resume goes on with a run that was paused.
func (e *Engine) Resume(ctx context.Context, id string) error {
	return e.change(ctx, id, func(c *change) error {
		if c.run.State != Paused {
			return c.refuse("resumed")
		}
		c.run.goOn()
		return nil
	})
}

// Retry goes on with a run that has failed or was cancelled: with the pages that are not done.
func (e *Engine) Retry(ctx context.Context, id string) error {
	return e.change(ctx, id, func(c *change) error {
		if c.run.State != Failed && c.run.State != Cancelled {
			return c.refuse("retried")
		}
		if first, err := c.inTheWay(underWay); err != nil || first != nil {
			if err == nil {
				err = first.refusal()
			}
			return err
		}
		c.run.goOn()
		c.run.Error, c.run.Ended = "", time.Time{}
		c.run.Pages.Failed, c.run.Pages.Open = 0, 0
		_, err := c.tx.exec(ctx, `UPDATE pages SET state = 'waiting', excused = attempts, ended = 0 WHERE run = $1 AND state IN ('failed', 'cancelled')`, id)
		return err
	})
}

// goOn is the state of a run that goes on.
func (run *Run) goOn() {
	run.State = Running
	if run.Started.IsZero() {
		run.State = Queued
	}
}

// PauseAll pauses every run that has not ended.
func (e *Engine) PauseAll(ctx context.Context) error {
	return e.each(ctx, []State{Queued, Running}, e.Pause)
}

// ResumeAll resumes every run that is paused.
func (e *Engine) ResumeAll(ctx context.Context) error {
	return e.each(ctx, []State{Paused}, e.Resume)
}

func (e *Engine) each(ctx context.Context, states []State, do func(context.Context, string) error) error {
	runs, err := e.List(ctx, Query{States: states, Limit: 10_000})
	if err != nil {
		return err
	}
	var all []error
	for _, run := range runs {
		if err := do(ctx, run.ID); err != nil && codeOf(err) != CodeState { // it has ended meanwhile
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// refuse says that a run's state does not allow what was asked.
func (c *change) refuse(what string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeState, Text: "run " + c.run.ID + " is " + string(c.run.State) + " and cannot be " + what,
	}
}
