package runs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// kept is what the pages of a run share in this process: the bounds of its copies, and the places that it alone reads and writes.
type kept struct {
	copier *transfer.Copier
	places map[dataset.Place]dataset.Reader
	close  []func()
}

// kept is that of a run. Whenever a run is seen for the first time, what those have that ended elsewhere is given back.
func (s *Service) kept(ctx context.Context, run string) *kept {
	s.mu.Lock()
	k, others := s.runs[run], slices.Collect(maps.Keys(s.runs))
	s.mu.Unlock()
	if k != nil {
		return k
	}
	for _, id := range others {
		if r, err := s.engine.Show(ctx, id); err == nil && r.State.Ended() {
			s.forget(id)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k = s.runs[run]; k == nil {
		k = &kept{places: map[dataset.Place]dataset.Reader{}}
		s.runs[run] = k
	}
	return k
}

// copier is the one of a run: all pages of it in this process share its bounds.
func (s *Service) copier(ctx context.Context, run string, d *Dataset) *transfer.Copier {
	k := s.kept(ctx, run)
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.copier == nil {
		o := d.Copy
		o.Source, o.Target, o.Run, o.Clock = d.Source, d.Target, run, s.o.Clock
		k.copier = transfer.New(o)
	}
	return k.copier
}

// place opens a place for as long as the run lasts.
func (s *Service) place(ctx context.Context, run string, p dataset.Place) (dataset.Reader, error) {
	k := s.kept(ctx, run)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := k.places[p]; r != nil {
		return r, nil
	}
	r, done, err := s.o.Place(ctx, p)
	if err == nil {
		k.places[p], k.close = r, append(k.close, done)
	}
	return r, err
}

// forget gives back what a run had.
func (s *Service) forget(run string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.runs[run]; k != nil {
		for _, done := range k.close {
			done()
		}
	}
	delete(s.runs, run)
}

// writable opens a place to be written.
func (s *Service) writable(ctx context.Context, run string, p dataset.Place) (dataset.Writer, error) {
	r, err := s.place(ctx, run, p)
	if err != nil {
		return nil, err
	}
	w, ok := r.(dataset.Writer)
	if !ok {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "place_read_only", Text: p.String() + " cannot be written"}
	}
	return w, nil
}

// elsewhere is a dataset whose copy lies in another place than its own, with manifests of its own.
func (s *Service) elsewhere(ctx context.Context, run string, d *Dataset, to string) (*Dataset, error) {
	l, err := dataset.ParsePlace(to)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "place_refused", Text: err.Error()}
	}
	for _, own := range []dataset.Reader{d.Source, d.Target} {
		if own.Place().Overlap(l.Place) {
			return nil, &bridge.Error{
				Kind: bridge.Refused, Code: "place_refused", Text: l.String() + " overlaps with " + own.Place().String() + ", which is the dataset's own",
				Hint: "name a place apart; without --to a restore goes to the dataset's target",
			}
		}
	}
	out := *d
	if out.Target, err = s.writable(ctx, run, l.Place); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(l.String()))
	out.Book = d.Name + ".to." + hex.EncodeToString(sum[:6])
	return &out, nil
}
