package storage

import (
	"context"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

const (
	// fan is how many objects one compose takes (https://cloud.google.com/storage/docs/composite-objects).
	fan = 32
	// calls is how many small calls are under way at once for one object.
	calls = 8
)

// Finish implements dataset.Upload. MD5 plays no part: a composite has none.
func (a *assembly) Finish(ctx context.Context, chunks []dataset.Chunk, crc32c checksum.CRC, _ []byte) (dataset.Object, error) {
	parts, err := a.inOrder(chunks)
	if err != nil {
		return dataset.Object{}, err
	}
	if whole := sumOf(parts); !crc32c.Agree(checksum.Of(whole)) {
		return dataset.Object{}, mismatch("the parts of the object are not the bytes that it shall have")
	}
	spent := parts
	if a.write.KeepParts {
		spent = nil
	}
	top := parts
	for level := 1; len(top) > fan; level++ {
		if top, err = a.fold(ctx, level, top); err != nil {
			return dataset.Object{}, err
		}
		spent = append(spent[:len(spent):len(spent)], top...)
	}
	o, err := a.top(ctx, top, sumOf(parts))
	if err != nil {
		return dataset.Object{}, err
	}
	_ = a.store.remove(ctx, spent) // the object is whole; what stays behind is hidden, and harms nobody
	return o, nil
}

// inOrder are the parts of the chunks, which must be all of them.
func (a *assembly) inOrder(chunks []dataset.Chunk) ([]part, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]part, 0, a.layout.Chunks)
	for i, c := range chunks {
		p, ok := a.parts[c.Index]
		if !ok || c.Index != i {
			break
		}
		out = append(out, p)
	}
	if len(out) != a.layout.Chunks || len(chunks) != len(out) {
		return nil, &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopBucket, Code: "chunks_missing",
			Text: fmt.Sprintf("%d of %d chunks were written, in order", len(out), a.layout.Chunks),
		}
	}
	return out, nil
}

func sumOf(parts []part) (sum uint32) {
	for _, p := range parts {
		sum = checksum.Combine(sum, p.sum, p.size)
	}
	return sum
}

func sizeOf(parts []part) (size int64) {
	for _, p := range parts {
		size += p.size
	}
	return size
}

// fold composes the parts of one level of the tree, fan by fan.
func (a *assembly) fold(ctx context.Context, level int, parts []part) ([]part, error) {
	out := make([]part, (len(parts)+fan-1)/fan)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(calls)
	for i := range out {
		some := parts[i*fan : min(len(parts), (i+1)*fan)]
		group.Go(func() error {
			o, err := a.branch(ctx, fmt.Sprintf("%slevel-%d-%06d", a.room, level, i), some)
			out[i] = partOf(o)
			return err
		})
	}
	return out, group.Wait()
}

// branch composes a node of the tree. One that an earlier attempt has made is as good, if it is the same bytes.
func (a *assembly) branch(ctx context.Context, name string, parts []part) (dataset.Object, error) {
	o, err := a.store.compose(ctx, name, metadata{ContentType: bytesType}, parts, dataset.If{Absent: true})
	if hasCode(err, dataset.CodeExists) {
		o, err = a.store.Stat(ctx, name)
	}
	if err != nil {
		return o, err
	}
	return o, a.store.check(ctx, o, parts)
}

// top composes the object itself. When the answer to an earlier attempt was lost, the object is there already: its mark says so.
func (a *assembly) top(ctx context.Context, parts []part, sum uint32) (dataset.Object, error) {
	o, err := a.store.compose(ctx, a.write.Name, metadataOf(a.write), parts, a.write.If)
	if hasCode(err, dataset.CodeExists) || hasCode(err, dataset.CodeChanged) {
		there, statErr := a.store.Stat(ctx, a.write.Name)
		if statErr == nil && there.Parts > 0 && there.Metadata[dataset.Mark] == a.write.Origin && there.Version != a.write.If.Version &&
			there.Size == a.write.Size && there.CRC32C == checksum.Of(sum) {
			return there, nil
		}
	}
	if err != nil {
		return o, err
	}
	return o, a.store.check(ctx, o, parts)
}

// check holds a composite against what it was made of, and deletes a wrong one.
func (s *Store) check(ctx context.Context, o dataset.Object, parts []part) error {
	if o.Size == sizeOf(parts) && o.CRC32C.Agree(checksum.Of(sumOf(parts))) {
		return nil
	}
	_ = s.Delete(ctx, o) // if it cannot be deleted, it is still refused here
	return mismatch("the object that was composed holds other bytes than its parts")
}

// source is one object of a compose.
type source struct {
	Name         string `json:"name"`
	Generation   string `json:"generation"`
	Precondition struct {
		Generation string `json:"ifGenerationMatch"`
	} `json:"objectPreconditions"`
}

// compose makes an object of parts, of exactly these generations.
func (s *Store) compose(ctx context.Context, name string, about metadata, parts []part, i dataset.If) (dataset.Object, error) {
	body := struct {
		Sources     []source `json:"sourceObjects"`
		Destination metadata `json:"destination"`
	}{make([]source, len(parts)), about}
	for i, p := range parts {
		one := &body.Sources[i]
		one.Name, one.Generation, one.Precondition.Generation = s.options.Prefix+p.name, p.generation, p.generation
	}
	return s.resource(ctx, request{
		method: http.MethodPost, path: s.object(name) + "/compose", query: conditions(i), about: name, exists: i.Absent,
	}, body)
}

// remove deletes parts, exactly these generations. One that is gone already is no error.
func (s *Store) remove(ctx context.Context, parts []part) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(calls)
	for _, p := range parts {
		group.Go(func() error {
			err := s.Delete(ctx, dataset.Object{Name: p.name, Version: p.generation})
			if hasCode(err, dataset.CodeNotFound) {
				return nil
			}
			return err
		})
	}
	return group.Wait()
}
