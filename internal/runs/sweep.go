package runs

import (
	"context"
	"hash/maphash"
	"log/slog"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/dataset"
)

const (
	// sweepAge is how old something of ours must be to be swept: a run that is under way, or may be retried, has younger.
	sweepAge   = 7 * 24 * time.Hour
	sweepEvery = 24 * time.Hour
	sweepers   = 16
)

// What of ours lies hidden in a place and may go. Evidence is not among it.
const (
	partsRoom    = ".landbridge/parts/"
	handoverRoom = ".landbridge/handover/"
	drillRoom    = ".landbridge/drill/"
)

// sweep removes once a day what is old and no entry of the newest manifest needs: parts of copies that were replaced, deleted or given up, lists of
// hand-overs, and what a drill that was killed has left. It is called when the manifest is in its place, and by the one run that may change it. What
// it could not remove waits for the next time.
func (s *Service) sweep(ctx context.Context, d *Dataset) transfer.Count {
	if d.Target.Place().Store == dataset.Folder {
		return transfer.Count{} // it keeps no parts
	}
	key, now := "swept/"+d.book(), s.o.Clock()
	last, err := s.engine.Recall(ctx, key)
	if at, bad := time.Parse(time.RFC3339, string(last)); err != nil || bad == nil && now.Sub(at) < sweepEvery {
		return transfer.Count{}
	}
	out, err := s.sweepAll(ctx, d, now.Add(-sweepAge))
	if err == nil {
		err = s.engine.Remember(ctx, key, last, []byte(now.UTC().Format(time.RFC3339)))
	}
	if err != nil {
		s.o.Log.WarnContext(ctx, "what is not needed any more could not be removed", slog.String("dataset", d.Name), slog.Any("error", err))
	}
	return out
}

func (s *Service) sweepAll(ctx context.Context, d *Dataset, before time.Time) (transfer.Count, error) {
	needed, err := s.rooms(ctx, d)
	if err != nil {
		return transfer.Count{}, err
	}
	var mu sync.Mutex
	var out transfer.Count
	retry := transfer.NewRetrier(transfer.RetryOptions{})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sweepers)
	for _, prefix := range []string{partsRoom, handoverRoom, drillRoom} {
		for o, err := range retry.List(ctx, d.Target, dataset.Query{Prefix: prefix}) {
			if err != nil {
				_ = group.Wait()
				return out, err
			}
			if o.Modified.After(before) || needed.has(path.Dir(o.Name)) || !strings.HasPrefix(o.Name, prefix) {
				continue
			}
			group.Go(func() error {
				err := retry.Do(ctx, func(ctx context.Context) error { return d.Target.Delete(ctx, o) })
				switch codeOf(err) {
				case dataset.CodeNotFound, dataset.CodeChanged:
					return nil
				}
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					out.Objects++
					out.Bytes += o.Size
				}
				return err
			})
		}
	}
	err = group.Wait()
	return out, err
}

// rooms are those in which the parts of a dataset's copies lie, by their hashes: two that hash alike keep what could go.
type rooms struct {
	seed maphash.Seed
	in   map[uint64]bool
}

func (r rooms) has(room string) bool { return r.in[maphash.String(r.seed, room)] }

// rooms are those that the newest manifest names.
func (s *Service) rooms(ctx context.Context, d *Dataset) (rooms, error) {
	r := rooms{maphash.MakeSeed(), map[uint64]bool{}}
	b, err := s.needed(ctx, d.book())
	if err != nil {
		return r, err
	}
	for e, err := range b.entries(ctx) {
		if err != nil {
			return r, err
		}
		last := ""
		for _, ref := range e.Refs {
			name, _, _ := strings.Cut(ref, "#")
			if room := path.Dir(name); room != last {
				last, r.in[maphash.String(r.seed, room)] = room, true
			}
		}
	}
	return r, nil
}
