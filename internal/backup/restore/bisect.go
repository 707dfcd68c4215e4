package restore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// Bisection is where a file went bad.
type Bisection struct {
	Good  protect.Point // last one in which all was well
	Bad   protect.Point // first one after it that is damaged; zero when even the newest is good
	Tried int           // points that were looked into
	Left  int           // points that could not be had
}

// LastGood finds the last good one of the points of one item, by looking into as few as it can: what has gone bad stays bad. A point
// that cannot be had (archived, deleted, gone) is left out; any other error of good ends the search.
func LastGood(ctx context.Context, points []protect.Point, good func(context.Context, protect.Point) (bool, error)) (Bisection, error) {
	all := slices.Clone(points)
	slices.SortFunc(all, func(a, b protect.Point) int { return a.Time.Compare(b.Time) })
	var b Bisection
	low, high := 0, len(all) // all before low are good, all from high on are bad
	for low < high {
		if err := ctx.Err(); err != nil {
			return b, err
		}
		middle := low + (high-low)/2
		ok, err := good(ctx, all[middle])
		switch {
		case unavailable(err):
			all = slices.Delete(all, middle, middle+1)
			high--
			b.Left++
			continue
		case err != nil:
			return b, err
		case ok:
			low = middle + 1
		default:
			high = middle
		}
		b.Tried++
	}
	if high < len(all) {
		b.Bad = all[high]
	}
	if low == 0 {
		return b, refuse("no_good_point", "none of the recovery points is good", "the oldest is of "+oldest(points)+": what was good is older than that")
	}
	b.Good = all[low-1]
	return b, nil
}

func oldest(points []protect.Point) string {
	var at time.Time
	for _, p := range points {
		if at.IsZero() || p.Time.Before(at) {
			at = p.Time
		}
	}
	return stamp(at)
}

// unavailable says whether a point cannot be had, which says nothing of those beside it.
func unavailable(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && slices.Contains([]string{protect.CodeArchived, protect.CodeDeleted, protect.CodeNoPoint, "object_not_found", "object_unavailable"}, e.Code)
}
