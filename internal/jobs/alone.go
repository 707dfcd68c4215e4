package jobs

import (
	"context"

	"github.com/landbridge/landbridge/internal/bridge"
)

// obstacle is a run that another one may not go beside.
type obstacle struct{ id, act, dataset string }

// inTheWay is a run in one of these states that this one may not go beside; nil when there is none.
func (c *change) inTheWay(states string) (*obstacle, error) {
	o, there, err := selectOne(c.ctx, c.tx, scanObstacle, `SELECT id, act, dataset FROM runs WHERE id <> $1 AND state IN (`+states+`)
		AND (dataset = $2 AND act = $3 OR alone <> '' AND alone = $4) ORDER BY state = 'waiting', id LIMIT 1`, c.run.ID, c.run.Dataset, c.run.Act, c.run.alone)
	if err != nil || !there {
		return nil, err
	}
	return &o, nil
}

func scanObstacle(r rows) (o obstacle, err error) {
	err = r.Scan(&o.id, &o.act, &o.dataset)
	return o, err
}

// underWay are the states of a run that has what it is alone in.
const underWay = "'queued', 'running', 'paused'"

func (o *obstacle) refusal() error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeRunning,
		Text: o.act + " of dataset " + quote(o.dataset) + " has not ended: run " + o.id,
		Hint: "landbridge jobs show " + o.id + ", or cancel it; with --wait this begins after it",
	}
}

// admit lets runs that wait begin, the oldest first, where nothing is in their way any more.
func (e *Engine) admit(ctx context.Context) error {
	waiting, err := selectAll(ctx, e.db, value[string], `SELECT id FROM runs WHERE state = 'waiting' ORDER BY id`)
	if err != nil {
		return err
	}
	for _, id := range waiting {
		err := e.change(ctx, id, func(c *change) error {
			if c.run.State != Waiting {
				return nil
			}
			first, err := c.inTheWay(underWay)
			if err == nil && first == nil {
				c.run.goOn()
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
