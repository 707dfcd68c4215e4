package manifest

import (
	"context"
	"io"

	"github.com/landbridge/landbridge/internal/dataset"
)

// stream reads an object from begin to end, and goes on where it was when a connection breaks.
type stream struct {
	ctx  context.Context
	s    *Store
	o    dataset.Object
	at   int64
	body io.ReadCloser
}

func (r *stream) Read(p []byte) (n int, err error) {
	if r.at == r.o.Size {
		return 0, io.EOF
	}
	err = r.s.Retry(r.ctx, func(ctx context.Context) (err error) {
		if r.body == nil {
			// The body outlives the attempt, so it is opened under the context of the whole.
			if r.body, err = r.s.Place.Open(r.ctx, r.o, r.at, r.o.Size-r.at); err != nil {
				r.body = nil
				return err
			}
		}
		if n, err = r.body.Read(p); n > 0 || err == nil {
			return nil
		}
		r.close()
		if err == io.EOF { //nolint:errorlint // io.Reader's contract is this very value
			err = io.ErrUnexpectedEOF
		}
		return err
	})
	r.at += int64(n)
	return n, err
}

func (r *stream) close() {
	if r.body != nil {
		_ = r.body.Close()
		r.body = nil
	}
}
