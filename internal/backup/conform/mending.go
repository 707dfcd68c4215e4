package conform

import (
	"bytes"
	"context"
	"fmt"

	"github.com/landbridge/landbridge/internal/dataset"
)

func mending() []Case {
	m := []Need{NeedMender}
	return []Case{
		{"mend one chunk", m, mendOne},
		{"mend what was changed meanwhile", m, mendChanged},
	}
}

// mendable is an object of chunks, and a mending of its chunk 1 that is begun: as if that chunk had been wrong.
func (s *scratch) mendable(ctx context.Context, seed byte) (*piece, dataset.Object, []dataset.Chunk, dataset.Upload, error) {
	p := s.piece(seed)
	o, chunks, err := p.all(ctx, p.inOrder())
	if err != nil {
		return nil, o, nil, nil, err
	}
	good := append([]dataset.Chunk{chunks[0]}, chunks[2:]...)
	c, _ := p.chunk(1)
	copy(p.body[c.Offset:], sample(seed+100, c.Size)) // what it shall be
	p.write.If = dataset.Replaces(o)
	up, kept, err := s.Writer.(dataset.Mender).Mend(ctx, o, p.write, p.layout, good)
	if err != nil {
		return nil, o, nil, nil, wrong("a mending to be begun", err)
	}
	if kept == "" {
		return nil, o, nil, nil, wrong("Mend to say where the damaged bytes are kept", "nothing")
	}
	if done := up.Done(); len(done) != len(good) {
		return nil, o, nil, nil, wrong(fmt.Sprintf("the %d good chunks to be done", len(good)), done)
	}
	return p, o, chunks, up, nil
}

func mendOne(ctx context.Context, s *scratch) error {
	p, before, _, up, err := s.mendable(ctx, 50)
	if err != nil {
		return err
	}
	chunks, err := p.rest(ctx, up, p.layout.Chunks-1)
	if err != nil {
		return err
	}
	after, err := p.finish(ctx, up, chunks)
	if err != nil {
		return err
	}
	if after.ETag == before.ETag && after.Version == before.Version {
		return wrong("another ETag or version after a mending", after)
	}
	return nil
}

func mendChanged(ctx context.Context, s *scratch) error {
	p, before, chunks, up, err := s.mendable(ctx, 51)
	if err != nil {
		return err
	}
	others := []byte("another's")
	if _, err := put(ctx, s.Writer, dataset.Write{Name: p.write.Name, If: dataset.Replaces(before)}, others); err != nil {
		return wrong("another to write the same name meanwhile", err)
	}
	c, body := p.chunk(1)
	if chunks[1], err = up.Write(ctx, c, bytes.NewReader(body)); err == nil {
		_, err = up.Finish(ctx, chunks, crcOf(p.body), nil)
	}
	if err := refused("mending what another changed", err, dataset.CodeExists, dataset.CodeChanged); err != nil {
		return err
	}
	return s.isNow(ctx, p.write.Name, others)
}
