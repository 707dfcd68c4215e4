package runs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/backup/check"
	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/structure"
)

// looks is into how many moments a range of operational backup is cut: six looks find one of them.
const looks = 64

// lastGood finds the newest moment at which the files of the source that do not hold together now still did. It reads versions in place; what
// could be had back only by a vault is not looked into, because every look would be a restore.
func (s *Service) lastGood(ctx context.Context, d *Dataset, p Protection) (restore.Choice, error) {
	bad, err := s.malformed(ctx, d.Source, time.Time{}, nil)
	if err != nil {
		return restore.Choice{}, err
	}
	if len(bad) == 0 {
		return restore.Choice{}, &bridge.Error{
			Kind: bridge.Usage, Code: "nothing_malformed", Text: "every file of a known format at the source of " + d.Name + " holds together",
			Hint: "name a time with --at",
		}
	}
	points, err := s.moments(ctx, p)
	if err != nil {
		return restore.Choice{}, err
	}
	found, err := restore.LastGood(ctx, points, func(ctx context.Context, p protect.Point) (bool, error) {
		still, err := s.malformed(ctx, d.Source, p.Time, bad)
		return len(still) == 0, err
	})
	if err != nil {
		return restore.Choice{}, err
	}
	if err := allThere(ctx, d.Source, found.Good.Time, bad); err != nil {
		return restore.Choice{}, err
	}
	return restore.Choice{Way: restore.InPlace, At: found.Good.Time.UTC()}, nil
}

// allThere refuses a moment at which a file was not bad for it was not there: that would lose the file, and not bring back a good one.
func allThere(ctx context.Context, from dataset.Reader, at time.Time, names []string) error {
	missing := slices.Clone(names)
	for o, err := range from.List(ctx, dataset.Query{At: at}) {
		if err != nil {
			return err
		}
		missing = slices.DeleteFunc(missing, func(n string) bool { return n == o.Name })
	}
	if len(missing) == 0 {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Refused, Code: "no_good_point", Text: fmt.Sprintf("%q was never good: before it was bad, at %s, it was not there", missing[0], at.UTC().Format(time.RFC3339)),
		Hint: "make it anew at the source and sync; or name a time with --at",
	}
}

// moments are those at which the past can be read in place.
func (s *Service) moments(ctx context.Context, p Protection) ([]protect.Point, error) {
	var out []protect.Point
	if p.Item.ID != "" {
		v, err := s.o.Vaults()
		if err != nil {
			return nil, err
		}
		for r, err := range v.Ranges(ctx, p.Item, protect.Range{}) {
			if err != nil {
				return nil, err
			}
			step := r.To.Sub(r.From) / looks
			for i := range int64(looks + 1) {
				out = append(out, protect.Point{Time: r.From.Add(time.Duration(i) * step)})
			}
		}
	}
	if len(out) == 0 {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: protect.CodeNoPoint, Text: "there is no operational backup whose versions could be looked into",
			Hint: "landbridge backup ls shows the recovery points; restore one by --recovery-point and verify it with --deep",
		}
	}
	return out, nil
}

// malformed are the files that do not hold together at a time, of all or of these.
func (s *Service) malformed(ctx context.Context, from dataset.Reader, at time.Time, of []string) ([]string, error) {
	var out []string
	for o, err := range from.List(ctx, dataset.Query{At: at}) {
		if err != nil {
			return nil, err
		}
		if _, known := structure.Of(o.Name); !known || of != nil && !slices.Contains(of, o.Name) {
			continue
		}
		text, err := structure.Check(ctx, o.Name, o.Size, structure.ReadAt(check.Ranges(from, o)))
		if err != nil {
			return nil, err
		}
		if text != "" {
			out = append(out, o.Name)
		}
	}
	return out, nil
}
