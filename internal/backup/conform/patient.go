package conform

import (
	"bytes"
	"context"
	"io"
	"iter"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// patient is a writer that tries again by Target.Retry: a real bucket takes one write a second of the same name, and is busy at times.
type patient struct {
	dataset.Writer
	retry func(ctx context.Context, call func(context.Context) error) error
}

// patientMender is a patient writer whose store is a mender too.
type patientMender struct {
	patient
	mender dataset.Mender
}

// patiently wraps a writer, so that what it can do beside writing can still be found.
func patiently(w dataset.Writer, retry func(ctx context.Context, call func(context.Context) error) error) dataset.Writer {
	p := patient{w, retry}
	if m, ok := w.(dataset.Mender); ok {
		return patientMender{p, m}
	}
	return p
}

// again makes a call until it goes well, and returns what it returned last.
func again[T any](ctx context.Context, p patient, call func(context.Context) (T, error)) (out T, err error) {
	err = p.retry(ctx, func(ctx context.Context) (err error) {
		out, err = call(ctx)
		return err
	})
	return out, err
}

// held reads a body, so that it can be sent again, up to where it breaks.
func held(body io.Reader) func() io.Reader {
	text, err := io.ReadAll(body)
	return func() io.Reader {
		if err != nil {
			return io.MultiReader(bytes.NewReader(text), failing{})
		}
		return bytes.NewReader(text)
	}
}

func (p patient) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		err := p.retry(ctx, func(ctx context.Context) error {
			for o, err := range p.Writer.List(ctx, q) {
				if err != nil {
					return err
				}
				if q.After = o.Name; !yield(o, nil) {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(dataset.Object{}, err)
		}
	}
}

func (p patient) Stat(ctx context.Context, name string) (dataset.Object, error) {
	return again(ctx, p, func(ctx context.Context) (dataset.Object, error) { return p.Writer.Stat(ctx, name) })
}

func (p patient) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	return again(ctx, p, func(context.Context) (io.ReadCloser, error) { return p.Writer.Open(ctx, o, offset, length) })
}

func (p patient) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	fresh := held(body)
	return again(ctx, p, func(ctx context.Context) (dataset.Object, error) { return p.Writer.Put(ctx, w, fresh()) })
}

func (p patient) Delete(ctx context.Context, o dataset.Object) error {
	return p.retry(ctx, func(ctx context.Context) error { return p.Writer.Delete(ctx, o) })
}

func (p patient) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	up, err := again(ctx, p, func(ctx context.Context) (dataset.Upload, error) { return p.Writer.Begin(ctx, w, l) })
	return patientUpload{up, p}, err
}

func (p patientMender) Mend(ctx context.Context, o dataset.Object, w dataset.Write, l dataset.Layout, good []dataset.Chunk) (up dataset.Upload, kept string, err error) {
	err = p.retry(ctx, func(ctx context.Context) (err error) {
		up, kept, err = p.mender.Mend(ctx, o, w, l, good)
		return err
	})
	return patientUpload{up, p.patient}, kept, err
}

type patientUpload struct {
	dataset.Upload
	p patient
}

func (u patientUpload) Write(ctx context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	fresh := held(body)
	return again(ctx, u.p, func(ctx context.Context) (dataset.Chunk, error) { return u.Upload.Write(ctx, c, fresh()) })
}

func (u patientUpload) Finish(ctx context.Context, chunks []dataset.Chunk, crc checksum.CRC, md5 []byte) (dataset.Object, error) {
	return again(ctx, u.p, func(ctx context.Context) (dataset.Object, error) { return u.Upload.Finish(ctx, chunks, crc, md5) })
}

func (u patientUpload) Abort(ctx context.Context) error { return u.p.retry(ctx, u.Upload.Abort) }
