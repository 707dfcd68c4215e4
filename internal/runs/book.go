package runs

import (
	"context"
	"iter"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/manifest"
)

// book is the newest manifest of a dataset, its digest and signature checked; the zero one is of a dataset that was never copied.
type book struct {
	store          *manifest.Store
	header         manifest.Header
	digest         string
	objects, bytes int64
}

// latest finds the newest manifest, and reads it to its end: nothing of it is acted on before its signature holds.
func (s *Service) latest(ctx context.Context, name string) (*book, error) {
	stored, err := s.o.Manifests.Latest(ctx, name)
	if codeOf(err) == dataset.CodeNotFound {
		return &book{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &book{store: s.o.Manifests, header: stored.Header, digest: stored.Trailer.Digest(), objects: stored.Trailer.Objects, bytes: stored.Trailer.Bytes}, nil
}

// entries are those of the manifest; nil of none.
func (b *book) entries(ctx context.Context) iter.Seq2[dataset.Entry, error] {
	if b.store == nil {
		return nil
	}
	return b.store.Entries(ctx, b.header.Dataset, b.header.Run)
}

// needed is latest where there must be one.
func (s *Service) needed(ctx context.Context, name string) (*book, error) {
	b, err := s.latest(ctx, name)
	if err == nil && b.store == nil {
		err = &bridge.Error{
			Kind: bridge.Usage, Code: "no_manifest", Text: "dataset " + name + " has no manifest: it was never copied",
			Hint: "landbridge dataset sync " + name,
		}
	}
	return b, err
}
