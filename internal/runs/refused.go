package runs

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
)

// Refused is the result of a run that ended with an error that no other attempt would help: what a person is told of it.
type Refused struct {
	Refused *Reason `json:"refused,omitempty"`
}

// Reason is an error, as plain data.
type Reason struct {
	Kind bridge.Kind `json:"kind"`
	Hop  bridge.Hop  `json:"hop,omitempty"`
	Code string      `json:"code"`
	Text string      `json:"text"`
	Hint string      `json:"hint,omitempty"`
}

// telling keeps the error with which a page fails for good as the result of its run, so that who asked for the run is told whose fault it was and
// what to do, in whichever process.
func (s *Service) telling(do jobs.Handler) jobs.Handler {
	return func(ctx context.Context, j *jobs.Job) error {
		err := do(ctx, j)
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Retry || ctx.Err() != nil {
			return err
		}
		reason := Refused{&Reason{Kind: bridge.KindOf(err), Hop: e.Hop, Code: e.Code, Text: e.Text, Hint: bridge.HintOf(err)}}
		// The page is not done by it, and goes the way of its error; without the reason when that cannot be kept.
		if kept := j.Tx(ctx, func(tx *jobs.Tx) error { return tx.SetResult(reason) }); kept != nil {
			return err
		}
		return err
	}
}

// ErrorOf is why a run did not end well, as it was told by the page that failed; nil when that is not known.
func ErrorOf(run jobs.Run) error {
	var r Refused
	if json.Unmarshal(run.Result, &r) != nil || r.Refused == nil {
		return nil
	}
	return &bridge.Error{Kind: r.Refused.Kind, Hop: r.Refused.Hop, Code: r.Refused.Code, Text: r.Refused.Text, Hint: r.Refused.Hint}
}
