package transfer

import (
	"context"
	"fmt"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// sums are what is known of the bytes that were copied.
type sums struct {
	crc    checksum.CRC
	md5    []byte // nil when it was not computed
	layout dataset.Layout
	chunks []dataset.Chunk // of a layout of many
}

// copy brings an object over. When the source changes meanwhile, its new state is brought, once.
func (c *Copier) copy(ctx context.Context, i Item) (*dataset.Entry, error) {
	e, err := c.once(ctx, i)
	if codeOf(err) != dataset.CodeChanged || i.Past {
		return e, err
	}
	now, again := c.stat(ctx, c.Source, i.Name)
	if again != nil || now.ETag == i.Source.ETag && now.Version == i.Source.Version {
		return nil, err
	}
	i.Source = now
	return c.once(ctx, i)
}

// once brings over exactly the bytes that the item names.
func (c *Copier) once(ctx context.Context, i Item) (*dataset.Entry, error) {
	var s sums
	var o dataset.Object
	var err error
	switch layout := c.Layout(i.Source); {
	case layout.Chunks > 1:
		s, o, err = c.large(ctx, i, layout)
	case i.Source.Size <= c.Whole:
		s, o, err = c.small(ctx, i)
	default:
		s, o, err = c.medium(ctx, i)
	}
	if err != nil {
		return nil, err
	}
	return c.entry(i.Source, o, s), nil
}

// write is what is asked of the target.
func (c *Copier) write(i Item) dataset.Write {
	w := dataset.Write{
		Name: i.Name, Size: i.Source.Size, Origin: dataset.MarkOf(c.Source.Place(), i.Source),
		Headers: i.Source.Headers, Metadata: i.Source.Metadata, KeepParts: c.KeepParts,
	}
	if i.Target.Name == "" {
		w.If.Absent = true
	} else {
		w.If = dataset.Replaces(i.Target)
	}
	return w
}

// landed is for a write that found another object than it may replace: an attempt whose answer was lost may have written it, or another
// worker. Then it bears our mark. Anything else is somebody else's, and err stands.
func (c *Copier) landed(ctx context.Context, w dataset.Write, crc checksum.CRC, err error) (dataset.Object, error) {
	switch codeOf(err) {
	case dataset.CodeExists, dataset.CodeChanged, dataset.CodeNotFound:
	default:
		return dataset.Object{}, err
	}
	o, unknown := c.stat(ctx, c.Target, w.Name)
	if unknown == nil && o.Metadata[dataset.Mark] == w.Origin && o.Size == w.Size && o.CRC32C.Agree(crc) {
		return o, nil
	}
	if codeOf(err) == dataset.CodeExists {
		return o, &bridge.Error{
			Kind: bridge.Refused, Hop: hopTo(c.Target), Code: dataset.CodeExists, Cause: err,
			Text: fmt.Sprintf("%q was written by somebody else meanwhile, and is left as it is", w.Name),
			Hint: "move it away, or exclude it, and run again",
		}
	}
	return o, err
}

func (c *Copier) stat(ctx context.Context, r dataset.Reader, name string) (dataset.Object, error) {
	var o dataset.Object
	err := c.retry.Do(ctx, func(ctx context.Context) (err error) {
		o, err = r.Stat(ctx, name)
		return err
	})
	return o, err
}

// entry is what the manifest says of a copy.
func (c *Copier) entry(from, to dataset.Object, s sums) *dataset.Entry {
	e := &dataset.Entry{
		Name: from.Name, Size: from.Size, CRC32C: s.crc, MD5: s.md5, Source: dataset.OriginOf(from), Target: dataset.HeldOf(to),
		Copied: c.Clock().UTC(), Run: c.Run, Proof: c.proof(from, s),
	}
	if e.MD5 == nil {
		e.MD5 = to.MD5
	}
	if len(s.chunks) < 2 {
		return e
	}
	e.ChunkSize = s.layout.Size
	e.Chunks = make([]checksum.CRC, len(s.chunks))
	for i, ch := range s.chunks {
		e.Chunks[i] = ch.CRC32C
	}
	if s.chunks[0].Ref != "" {
		e.Refs = make([]string, len(s.chunks))
		for i, ch := range s.chunks {
			e.Refs[i] = ch.Ref
		}
	}
	return e
}

// proof is how the copy was proven. A directory keeps no sum, so folder.Folder reads again what it wrote.
func (c *Copier) proof(from dataset.Object, s sums) dataset.Proof {
	md5 := s.md5 != nil && len(from.MD5) > 0
	switch reread := c.Target.Place().Store == dataset.Folder; {
	case md5 && reread:
		return dataset.ProofRereadMD5
	case reread:
		return dataset.ProofReread
	case md5:
		return dataset.ProofMD5
	}
	return dataset.ProofCRC32C
}
