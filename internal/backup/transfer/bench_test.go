package transfer_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// even is a source of so many objects of one size, whose bytes are made while they are read, and a target that hashes and forgets: what
// is measured is the copier.
type even struct {
	dataset.Writer
	count int
	size  int64
	block []byte
}

func (e *even) Place() dataset.Place { return dataset.Place{Store: dataset.Bucket, Name: "even"} }

func (e *even) List(context.Context, dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		for n := range e.count {
			if !yield(dataset.Object{Name: fmt.Sprintf("o/%08d", n), Size: e.size, ETag: "e", Modified: time.Unix(1, 0)}, nil) {
				return
			}
		}
	}
}

func (e *even) Open(_ context.Context, _ dataset.Object, _, length int64) (io.ReadCloser, error) {
	return io.NopCloser(io.LimitReader(blocks(e.block), length)), nil
}

type blocks []byte

func (b blocks) Read(p []byte) (int, error) { return copy(p, b), nil }

func (e *even) Layout(size, chunk int64) dataset.Layout {
	return newMemory("").Layout(size, chunk)
}

// hashed reads a body as an HTTP client would: by 32 KiB.
func hashed(body io.Reader) (checksum.CRC, error) {
	var sum uint32
	b := make([]byte, 32<<10)
	for {
		n, err := body.Read(b)
		sum = checksum.Update(sum, b[:n])
		if err == io.EOF {
			return checksum.Of(sum), nil
		}
		if err != nil {
			return checksum.CRC{}, err
		}
	}
}

type forgetting struct{ even }

func (f *forgetting) List(context.Context, dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(func(dataset.Object, error) bool) {}
}

func (f *forgetting) Put(_ context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	crc, err := hashed(body)
	return dataset.Object{Name: w.Name, Size: w.Size, Version: "1", CRC32C: crc}, err
}

func (f *forgetting) Begin(_ context.Context, w dataset.Write, _ dataset.Layout) (dataset.Upload, error) {
	return forgettingUpload{w}, nil
}

type forgettingUpload struct{ w dataset.Write }

func (forgettingUpload) Done() []dataset.Chunk { return nil }

func (forgettingUpload) Write(_ context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	var err error
	c.CRC32C, err = hashed(body)
	return c, err
}

func (u forgettingUpload) Finish(_ context.Context, _ []dataset.Chunk, crc checksum.CRC, _ []byte) (dataset.Object, error) {
	return dataset.Object{Name: u.w.Name, Size: u.w.Size, Version: "1", CRC32C: crc}, nil
}

func (forgettingUpload) Abort(context.Context) error { return nil }

// copying copies what a source holds, and tells rate and the highest heap beside what was there before.
func copying(b *testing.B, from dataset.Reader, target func() dataset.Writer, objects int, bytes int64) {
	b.Helper()
	b.SetBytes(bytes)
	for b.Loop() {
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var peak atomic.Uint64
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
					var now runtime.MemStats
					runtime.ReadMemStats(&now)
					peak.Store(max(peak.Load(), now.HeapInuse))
				}
			}
		}()
		c := transfer.New(transfer.Options{Source: from, Target: target(), Run: "r", Clock: time.Now})
		failed := 0
		err := c.Copy(b.Context(), transfer.Plan(b.Context(), transfer.PlanOptions{Source: from, Target: c.Target}), func(r transfer.Result) error {
			if r.Err != nil {
				failed++
			}
			return nil
		})
		close(stop)
		if err != nil || failed > 0 {
			b.Fatal(err, failed)
		}
		b.ReportMetric(max(0, float64(int64(peak.Load()-before.HeapInuse))/(1<<20)), "peak-MiB")
	}
	b.ReportMetric(float64(objects*b.N)/b.Elapsed().Seconds(), "objects/s")
}

func BenchmarkCopySmall(b *testing.B) {
	const n, size = 20_000, 64 << 10
	from := &even{count: n, size: size, block: text("block", 256<<10)}
	b.Run("nowhere", func(b *testing.B) { copying(b, from, func() dataset.Writer { return &forgetting{*from} }, n, n*size) })
	few := &even{count: 500, size: size, block: from.block}
	b.Run("folder", func(b *testing.B) { copying(b, few, func() dataset.Writer { return newFolder(b) }, 500, 500*size) })
}

func BenchmarkCopyLarge(b *testing.B) {
	const n, size = 4, 512 << 20
	from := &even{count: n, size: size, block: text("block", 256<<10)}
	b.Run("nowhere", func(b *testing.B) { copying(b, from, func() dataset.Writer { return &forgetting{*from} }, n, n*size) })
	one := &even{count: 1, size: size, block: from.block}
	b.Run("folder", func(b *testing.B) { copying(b, one, func() dataset.Writer { return newFolder(b) }, 1, size) })
}
