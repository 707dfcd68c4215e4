package manifest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// StoreOptions say where manifests are kept, and whose they must be.
type StoreOptions struct {
	Place dataset.Writer
	// Signer is asked once for each manifest that is written: a key that was rotated signs the next one.
	Signer func(ctx context.Context) (Signer, error)
	// Keys is asked once for each manifest that is opened.
	Keys func(ctx context.Context) (Verifier, error)
	// Retry makes a call until it goes well or nothing helps; one attempt when nil.
	Retry func(ctx context.Context, call func(context.Context) error) error
	// Temp is the directory in which a manifest is written before it is sent; the system's own when "".
	Temp string
}

// Store keeps the manifests of datasets as objects of a place:
//
//	manifests/DATASET/RUN.jsonl  the manifest of a run
//	manifests/DATASET/latest     {"run":"…","digest":"sha256:…"}: which is the newest
//
// A run's manifest is there, whole, before latest names it, and latest changes only when it still names the one that the run followed.
type Store struct{ StoreOptions }

// Stored is a manifest of which digest and signature were checked. The zero one is none.
type Stored struct {
	Header  Header
	Trailer Trailer
	object  dataset.Object // exactly the bytes that were checked
}

// Digest is sha256:HEX; "" of none.
func (m Stored) Digest() string {
	if m.Header.Run == "" {
		return ""
	}
	return m.Trailer.Digest()
}

// NewStore returns a store.
func NewStore(o StoreOptions) *Store {
	if o.Retry == nil {
		o.Retry = func(ctx context.Context, call func(context.Context) error) error { return call(ctx) }
	}
	return &Store{o}
}

// Latest finds the newest manifest of a dataset and checks all of it. dataset.CodeNotFound says that there is none.
func (s *Store) Latest(ctx context.Context, name string) (Stored, error) {
	p, _, err := s.pointer(ctx, name)
	if err != nil {
		return Stored{}, err
	}
	m, err := s.Check(ctx, name, p.Run)
	if err == nil && m.Trailer.Digest() != p.Digest {
		err = damaged(CodeAltered, fmt.Sprintf("altered: %s says that run %s has the digest %s, and it has %s", latestName(name), p.Run, p.Digest, m.Trailer.Digest()), "")
	}
	return m, err
}

// Check reads the manifest of a run to its end, and holds digest and signature against it.
func (s *Store) Check(ctx context.Context, name, run string) (Stored, error) {
	if err := named(name, run); err != nil {
		return Stored{}, err
	}
	var o dataset.Object
	err := s.Retry(ctx, func(ctx context.Context) (err error) {
		o, err = s.Place.Stat(ctx, runName(name, run))
		return err
	})
	if err != nil {
		return Stored{}, err
	}
	r, done, err := s.open(ctx, o, name, run)
	if err != nil {
		return Stored{}, err
	}
	defer done()
	if err := r.Check(); err != nil {
		return Stored{}, of(o.Name, err)
	}
	return Stored{r.Header(), r.Trailer(), o}, nil
}

// Entries yields the entries of a manifest that was checked. They are read of the very bytes that were, and are held to its digest again: where that
// differs at their end, none of them was to be believed.
func (s *Store) Entries(ctx context.Context, m Stored) iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		r, done, err := s.open(ctx, m.object, m.Header.Dataset, m.Header.Run)
		if err != nil {
			yield(dataset.Entry{}, err)
			return
		}
		defer done()
		for e, err := range r.Entries() {
			if !yield(e, err) {
				return
			}
		}
		if now := r.Trailer().Digest(); now != m.Digest() {
			yield(dataset.Entry{}, damaged(CodeAltered, fmt.Sprintf("altered: %s was %s when it was checked, and is %s by now", m.object.Name, m.Digest(), now), ""))
		}
	}
}

// Runs yields the runs of which there are manifests, in byte order.
func (s *Store) Runs(ctx context.Context, name string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for o, err := range s.Place.List(ctx, dataset.Query{Prefix: folderName(name)}) {
			run, is := strings.CutSuffix(path.Base(o.Name), suffix)
			if (is || err != nil) && !yield(run, err) {
				return
			}
		}
	}
}

// open opens an object that is to be the manifest of a run; done closes it.
func (s *Store) open(ctx context.Context, o dataset.Object, name, run string) (*Reader, func(), error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return nil, nil, err
	}
	in := &stream{ctx: ctx, s: s, o: o}
	r, err := NewReader(in, keys)
	if err != nil {
		in.close()
		return nil, nil, of(o.Name, err)
	}
	if h := r.Header(); h.Dataset != name || h.Run != run {
		in.close()
		return nil, nil, damaged(CodeAltered, fmt.Sprintf("altered: %s is the manifest of run %q of dataset %q", o.Name, h.Run, h.Dataset), "")
	}
	return r, in.close, nil
}

// of says which manifest an error is about.
func of(name string, err error) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		return err
	}
	named := *e
	named.Text = name + ": " + e.Text
	return &named
}

const suffix = ".jsonl"

func folderName(name string) string   { return "manifests/" + name + "/" }
func runName(name, run string) string { return folderName(name) + run + suffix }
func latestName(name string) string   { return folderName(name) + "latest" }

// plain says that a name is one part of a path anywhere.
func plain(name string) bool {
	const first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	return name != "" && len(name) <= 128 && strings.Trim(name, first+"._-") == "" && strings.Contains(first, name[:1])
}

// named refuses names of datasets and runs that are not plain.
func named(names ...string) error {
	for _, n := range names {
		if !plain(n) {
			return &bridge.Error{
				Kind: bridge.Usage, Code: "name_refused", Text: fmt.Sprintf("manifest: %q is no name of a dataset or a run", n),
				Hint: "use letters, digits, dots, dashes and underscores",
			}
		}
	}
	return nil
}
