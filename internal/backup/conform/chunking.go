package conform

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

func chunking() []Case {
	c, p := []Need{NeedChunks}, []Need{NeedParallel}
	return []Case{
		{"chunks in order", c, chunksInOrder},
		{"chunks in reverse", p, chunksInReverse},
		{"chunks in parallel", p, chunksInParallel},
		{"a chunk sent again", p, chunkAgain},
		{"parts are not listed", c, partsHidden},
		{"a chunk that ends early", c, shortChunk},
		{"finish with a wrong CRC32C", c, finishWrong},
		{"finish over another's object", c, finishOver},
		{"replace by chunks", c, replaceByChunks},
		{"abort", c, abort},
	}
}

// layout is how the store cuts an object of a few chunks, as small as it makes them.
func (s *scratch) layout() dataset.Layout {
	chunk := int64(256 << 10) // what a resumable session of Cloud Storage is a multiple of
	for ; chunk <= 64<<20; chunk *= 2 {
		if l := s.Writer.Layout(3*chunk+1234, chunk); l.Chunks > 2 {
			return l
		}
	}
	return dataset.Layout{Size: chunk, Chunks: 1}
}

// piece is an object to be written in chunks.
type piece struct {
	s      *scratch
	write  dataset.Write
	layout dataset.Layout
	body   []byte
}

func (s *scratch) piece(seed byte) *piece {
	l := s.layout()
	size := l.Size*int64(l.Chunks-1) + 1234
	return &piece{
		s: s, layout: l, body: sample(seed, size),
		write: dataset.Write{
			Name: s.dir + "large", Size: size, Origin: fmt.Sprintf("%032x", seed), If: dataset.If{Absent: true}, KeepParts: true,
			Headers: dataset.Headers{ContentType: "application/octet-stream"},
		},
	}
}

func (p *piece) chunk(i int) (dataset.Chunk, []byte) {
	c := p.layout.Chunk(i, p.write.Size)
	return c, p.body[c.Offset : c.Offset+c.Size]
}

func (p *piece) begin(ctx context.Context, w dataset.Writer) (dataset.Upload, error) {
	up, err := w.Begin(ctx, p.write, p.layout)
	if err != nil {
		return nil, wrong("an object of many chunks to be begun", err)
	}
	return up, nil
}

// send writes one chunk and wants its sum back.
func (p *piece) send(ctx context.Context, up dataset.Upload, i int) (dataset.Chunk, error) {
	c, body := p.chunk(i)
	got, err := up.Write(ctx, c, bytes.NewReader(body))
	if err != nil {
		return got, wrong(fmt.Sprintf("chunk %d to be written", i), err)
	}
	if got.Index != i || got.Offset != c.Offset || got.Size != c.Size || got.CRC32C != crcOf(body) {
		return got, wrong(fmt.Sprintf("chunk %d to come back with %d bytes and the CRC32C %s", i, c.Size, crcOf(body)), got)
	}
	return got, nil
}

// finish makes the object and wants it to hold the bytes.
func (p *piece) finish(ctx context.Context, up dataset.Upload, chunks []dataset.Chunk) (dataset.Object, error) {
	o, err := up.Finish(ctx, chunks, crcOf(p.body), nil)
	if err != nil {
		return o, wrong("the object to be finished", err)
	}
	if err := p.s.holds(ctx, o, p.body); err != nil {
		return o, err
	}
	now, err := p.s.Reader.Stat(ctx, p.write.Name)
	if err != nil {
		return o, wrong("the object to be there", err)
	}
	if now.Metadata[dataset.Mark] != p.write.Origin || now.Headers.ContentType != p.write.Headers.ContentType {
		return o, wrong("mark and headers on an object of many chunks", fmt.Sprint(now.Metadata, now.Headers))
	}
	if now.ETag != o.ETag || now.Version != o.Version {
		return o, wrong("Finish to return what Stat tells: "+fmt.Sprint(now), o)
	}
	return o, p.s.holds(ctx, now, p.body)
}

// all writes the object from begin to end, in this order.
func (p *piece) all(ctx context.Context, order []int) (dataset.Object, []dataset.Chunk, error) {
	up, err := p.begin(ctx, p.s.Writer)
	if err != nil {
		return dataset.Object{}, nil, err
	}
	chunks := make([]dataset.Chunk, p.layout.Chunks)
	for _, i := range order {
		if chunks[i], err = p.send(ctx, up, i); err != nil {
			return dataset.Object{}, nil, err
		}
	}
	o, err := p.finish(ctx, up, chunks)
	return o, chunks, err
}

func (p *piece) inOrder() []int {
	order := make([]int, p.layout.Chunks)
	for i := range order {
		order[i] = i
	}
	return order
}

func chunksInOrder(ctx context.Context, s *scratch) error {
	p := s.piece(30)
	_, _, err := p.all(ctx, p.inOrder())
	return err
}

func chunksInReverse(ctx context.Context, s *scratch) error {
	p := s.piece(31)
	order := p.inOrder()
	for i := range order {
		order[i] = len(order) - 1 - i
	}
	_, _, err := p.all(ctx, order)
	return err
}

func chunksInParallel(ctx context.Context, s *scratch) error {
	p := s.piece(32)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	chunks, errs := make([]dataset.Chunk, p.layout.Chunks), make([]error, p.layout.Chunks)
	var group sync.WaitGroup
	for i := range chunks {
		group.Go(func() { chunks[i], errs[i] = p.send(ctx, up, i) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	_, err = p.finish(ctx, up, chunks)
	return err
}

// chunkAgain sends a chunk twice with other bytes: the last one counts.
func chunkAgain(ctx context.Context, s *scratch) error {
	p := s.piece(33)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	c, _ := p.chunk(1)
	if _, err := up.Write(ctx, c, bytes.NewReader(sample(99, c.Size))); err != nil {
		return wrong("a chunk to be written", err)
	}
	chunks := make([]dataset.Chunk, p.layout.Chunks)
	for i := range chunks {
		if chunks[i], err = p.send(ctx, up, i); err != nil {
			return err
		}
	}
	_, err = p.finish(ctx, up, chunks)
	return err
}

func partsHidden(ctx context.Context, s *scratch) error {
	p := s.piece(34)
	if _, _, err := p.all(ctx, p.inOrder()); err != nil {
		return err
	}
	for o, err := range s.Reader.List(ctx, dataset.Query{}) {
		if err != nil {
			return wrong("a list", err)
		}
		if len(o.Name) > 12 && o.Name[:12] == ".landbridge/" {
			return wrong("what lies below .landbridge/ not to be listed", o.Name)
		}
	}
	return nil
}

func shortChunk(ctx context.Context, s *scratch) error {
	p := s.piece(35)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	c, body := p.chunk(0)
	if _, err := up.Write(ctx, c, bytes.NewReader(body[:len(body)-1])); err == nil {
		return wrong("an error for a chunk that ends early", "none")
	}
	if done := up.Done(); len(done) != 0 {
		return wrong("a chunk that ended early not to be done", done)
	}
	return up.Abort(ctx)
}

func finishWrong(ctx context.Context, s *scratch) error {
	p := s.piece(36)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	chunks := make([]dataset.Chunk, p.layout.Chunks)
	for i := range chunks {
		if chunks[i], err = p.send(ctx, up, i); err != nil {
			return err
		}
	}
	_, err = up.Finish(ctx, chunks, checksum.Of(crcOf(p.body).Sum^1), nil)
	if err := refused("finishing with another CRC32C", err, dataset.CodeMismatch); err != nil {
		return err
	}
	return s.isGone(ctx, p.write.Name)
}

// finishOver creates by chunks while another creates at once: the other's object stays.
func finishOver(ctx context.Context, s *scratch) error {
	p := s.piece(37)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	chunks := make([]dataset.Chunk, p.layout.Chunks)
	for i := range chunks {
		if chunks[i], err = p.send(ctx, up, i); err != nil {
			return err
		}
	}
	others := []byte("another's")
	if _, err := put(ctx, s.Writer, dataset.Write{Name: p.write.Name, If: dataset.If{Absent: true}}, others); err != nil {
		return wrong("another to write the same name meanwhile", err)
	}
	_, err = up.Finish(ctx, chunks, crcOf(p.body), nil)
	if err := refused("finishing over another's object", err, dataset.CodeExists); err != nil {
		return err
	}
	return s.isNow(ctx, p.write.Name, others)
}

func replaceByChunks(ctx context.Context, s *scratch) error {
	p := s.piece(38)
	o, err := put(ctx, s.Writer, dataset.Write{Name: p.write.Name}, []byte("small"))
	if err != nil {
		return wrong("an object to be written", err)
	}
	p.write.If = dataset.Replaces(o)
	_, _, err = p.all(ctx, p.inOrder())
	return err
}

// abort leaves nothing: no object, and no chunk that the next upload under the same mark would find.
func abort(ctx context.Context, s *scratch) error {
	p := s.piece(39)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	if _, err := p.send(ctx, up, 0); err != nil {
		return err
	}
	if err := up.Abort(ctx); err != nil {
		return wrong("an upload to be aborted", err)
	}
	if err := s.isGone(ctx, p.write.Name); err != nil {
		return err
	}
	w, err := s.Reopen(ctx)
	if err != nil {
		return wrong("the store to be opened again", err)
	}
	if up, err = p.begin(ctx, w); err != nil {
		return err
	}
	if done := up.Done(); len(done) != 0 {
		return wrong("no chunk of an aborted upload", done)
	}
	return up.Abort(ctx)
}
