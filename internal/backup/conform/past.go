package conform

import (
	"context"
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
)

func past() []Case {
	return []Case{
		{"the past is refused", []Need{NeedNoPast}, noPast},
		{"the past is listed and read", []Need{NeedPast, NeedWriter}, listPast},
	}
}

func noPast(ctx context.Context, s *scratch) error {
	o, err := s.Seed(ctx, s.dir+"a", []byte("a"))
	if err != nil {
		return wrong("an object to be written", err)
	}
	_, err = s.list(ctx, dataset.Query{Prefix: s.dir, At: o.Modified.Add(-time.Hour)})
	return refused("listing the past of a place that keeps none", err, dataset.CodeNotKept)
}

// between is time enough for two writes to differ in a store that tells whole seconds.
const between = 2100 * time.Millisecond

// listPast writes, replaces and deletes, and looks at the times between.
func listPast(ctx context.Context, s *scratch) error {
	changed, gone, late := s.dir+"changed", s.dir+"gone", s.dir+"late"
	first, second := sample(60, 3000), sample(61, 4000)
	one, err := put(ctx, s.Writer, dataset.Write{Name: changed}, first)
	if err != nil {
		return wrong("an object to be written", err)
	}
	lost, err := put(ctx, s.Writer, dataset.Write{Name: gone}, first)
	if err != nil {
		return wrong("an object to be written", err)
	}
	if err := s.Wait(ctx, between); err != nil {
		return err
	}
	at := lost.Modified.Add(time.Second) // after both, whole seconds or not
	if _, err := put(ctx, s.Writer, dataset.Write{Name: changed, If: dataset.Replaces(one)}, second); err != nil {
		return wrong("an object to be replaced", err)
	}
	if err := s.Writer.Delete(ctx, lost); err != nil {
		return wrong("an object to be deleted", err)
	}
	if _, err := put(ctx, s.Writer, dataset.Write{Name: late}, second); err != nil {
		return wrong("an object to be written", err)
	}
	if err := s.was(ctx, at, map[string][]byte{changed: first, gone: first}); err != nil {
		return err
	}
	if err := s.was(ctx, one.Modified.Add(-between), nil); err != nil {
		return err
	}
	return s.was(ctx, time.Time{}, map[string][]byte{changed: second, late: second})
}

// was wants exactly these objects to have been there at a time, and their bytes to be read.
func (s *scratch) was(ctx context.Context, at time.Time, want map[string][]byte) error {
	got, err := s.list(ctx, dataset.Query{Prefix: s.dir, At: at})
	if err != nil || len(got) != len(want) {
		return wrong(fmt.Sprintf("%d objects as of %v", len(want), at), fmt.Sprintf("%q, %v", names(got), err))
	}
	for _, o := range got {
		body, there := want[o.Name]
		if !there {
			return wrong(fmt.Sprintf("%q not to have been there at %v", o.Name, at), o)
		}
		if err := s.holds(ctx, o, body); err != nil {
			return err
		}
	}
	return nil
}
