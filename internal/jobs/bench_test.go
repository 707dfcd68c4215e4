//go:build unix

package jobs

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/landbridge/landbridge/testkit/postgres"
)

// How long a fresh database takes, and one that is there.
func BenchmarkOpen(b *testing.B) {
	for _, fresh := range []string{"fresh", "again"} {
		b.Run(fresh, func(b *testing.B) {
			dir := b.TempDir()
			for i := 0; b.Loop(); i++ {
				a := at{dir: dir}
				if fresh == "fresh" {
					a.dir = filepath.Join(dir, fmt.Sprint(i))
				}
				e, err := Open(b.Context(), a.options())
				if err != nil {
					b.Fatal(err)
				}
				_ = e.Close()
			}
		})
	}
}

// Pages per second: enqueued 1,000 in a transaction, and worked on to the end.
func BenchmarkPages(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkPages(b, func() at { return at{dir: b.TempDir()} }) })
	b.Run("postgres", func(b *testing.B) {
		url := newDatabase(b, postgres.Start(b))
		benchmarkPages(b, func() at { return at{url: url} })
	})
}

func benchmarkPages(b *testing.B, fresh func() at) {
	const n = 2000
	o := fresh().options()
	var planned, began time.Time
	o.Kinds = map[string]Kind{
		"plan": {Handle: func(ctx context.Context, j *Job) error {
			began = time.Now()
			for range n / 1000 {
				pages := make([]NewPage, 1000)
				for i := range pages {
					pages[i] = NewPage{Kind: "copy", Body: make([]byte, 200)}
				}
				if err := j.Tx(ctx, func(tx *Tx) error { return tx.Add(pages...) }); err != nil {
					return err
				}
			}
			planned = time.Now()
			return nil
		}},
		"copy": {Workers: 64, Handle: func(ctx context.Context, j *Job) error {
			return j.Tx(ctx, func(tx *Tx) error { return tx.Complete(j.Page.Body, Totals{Objects: 1}) })
		}},
	}
	e := open(b, o)
	work(b, e)
	var enqueue, complete time.Duration
	for b.Loop() {
		id, err := e.Start(b.Context(), NewRun{Act: "sync", Dataset: "bench", First: NewPage{Kind: "plan"}})
		if err != nil {
			b.Fatal(err)
		}
		run := await(b, e, id)
		if run.State != Done {
			b.Fatalf("%+v", run)
		}
		enqueue += planned.Sub(began)
		complete += run.Ended.Sub(planned)
	}
	b.ReportMetric(float64(n*b.N)/enqueue.Seconds(), "enqueued/s")
	b.ReportMetric(float64(n*b.N)/complete.Seconds(), "completed/s")
}
