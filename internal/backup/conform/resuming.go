package conform

import (
	"context"
	"fmt"

	"github.com/landbridge/landbridge/internal/dataset"
)

func resuming() []Case {
	return []Case{
		{"go on where another process stopped", []Need{NeedChunks}, goOn},
		{"another mark finds nothing", []Need{NeedChunks}, otherMark},
		{"two uploads share their chunks", []Need{NeedParallel}, sharedUpload},
	}
}

// goOn is what makes a copy survive kill -9: the store itself remembers.
func goOn(ctx context.Context, s *scratch) error {
	p := s.piece(40)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	for i := range 2 {
		if _, err := p.send(ctx, up, i); err != nil {
			return err
		}
	}
	w, err := s.Reopen(ctx)
	if err != nil {
		return wrong("the store to be opened again", err)
	}
	if up, err = p.begin(ctx, w); err != nil {
		return err
	}
	chunks, err := p.rest(ctx, up, 2)
	if err != nil {
		return err
	}
	_, err = p.finish(ctx, up, chunks)
	return err
}

// rest wants some chunks to be done, with their sums, and sends the others.
func (p *piece) rest(ctx context.Context, up dataset.Upload, wantDone int) ([]dataset.Chunk, error) {
	done := up.Done()
	if len(done) != wantDone {
		return nil, wrong(fmt.Sprintf("%d chunks to be found again", wantDone), done)
	}
	chunks := make([]dataset.Chunk, p.layout.Chunks)
	there := make([]bool, p.layout.Chunks)
	for _, d := range done {
		c, body := p.chunk(d.Index)
		if d.Offset != c.Offset || d.Size != c.Size || d.CRC32C != crcOf(body) {
			return nil, wrong(fmt.Sprintf("chunk %d to be found with its size and the CRC32C %s", d.Index, crcOf(body)), d)
		}
		chunks[d.Index], there[d.Index] = d, true
	}
	for i := range chunks {
		if there[i] {
			continue
		}
		var err error
		if chunks[i], err = p.send(ctx, up, i); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

func otherMark(ctx context.Context, s *scratch) error {
	p := s.piece(41)
	up, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	if _, err := p.send(ctx, up, 0); err != nil {
		return err
	}
	other := s.piece(42)
	w, err := s.Reopen(ctx)
	if err != nil {
		return wrong("the store to be opened again", err)
	}
	second, err := other.begin(ctx, w)
	if err != nil {
		return err
	}
	chunks, err := other.rest(ctx, second, 0)
	if err != nil {
		return err
	}
	if _, err := other.finish(ctx, second, chunks); err != nil {
		return err
	}
	return up.Abort(ctx)
}

// sharedUpload is one huge object that two workers write.
func sharedUpload(ctx context.Context, s *scratch) error {
	p := s.piece(43)
	one, err := p.begin(ctx, s.Writer)
	if err != nil {
		return err
	}
	w, err := s.Reopen(ctx)
	if err != nil {
		return wrong("the store to be opened again", err)
	}
	two, err := p.begin(ctx, w)
	if err != nil {
		return err
	}
	for i := range p.layout.Chunks {
		up := one
		if i%2 == 1 {
			up = two
		}
		if _, err := p.send(ctx, up, i); err != nil {
			return err
		}
	}
	last, err := p.begin(ctx, w)
	if err != nil {
		return err
	}
	chunks, err := p.rest(ctx, last, p.layout.Chunks)
	if err != nil {
		return err
	}
	_, err = p.finish(ctx, last, chunks)
	return err
}
