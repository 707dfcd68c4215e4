package app

import (
	"context"

	"github.com/landbridge/landbridge/internal/backup/conform"
	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Conformity is what came of one case that a store was held to.
type Conformity struct {
	Case    string `json:"case"`
	Problem string `json:"problem,omitempty"` // what was expected, and what was got
	Skipped string `json:"skipped,omitempty"` // why it was not tried
}

// Conform holds a store to what copies need of it, case by case, below a prefix of its own.
func (b *Backup) Conform(ctx context.Context, place string, each func(Conformity)) error {
	l, err := dataset.ParsePlace(place)
	if err != nil {
		return &bridge.Error{Kind: bridge.Usage, Code: "place_malformed", Text: err.Error()}
	}
	return b.c.recording(func() error {
		store, done, err := b.depot.store(l)
		if err != nil {
			return err
		}
		defer done()
		target := conform.Target{
			Writer: store, Retry: transfer.NewRetrier(transfer.RetryOptions{}).Do,
			Reopen: func(context.Context) (dataset.Writer, error) {
				again, _, err := b.depot.store(l)
				return again, err
			},
		}
		for _, c := range conform.Cases() {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			r := target.Check(ctx, c)
			out := Conformity{Case: r.Case, Skipped: r.Skipped}
			if r.Err != nil {
				out.Problem = r.Err.Error()
			}
			each(out)
		}
		return nil
	})
}
