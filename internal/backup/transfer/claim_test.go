package transfer_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"io"
	"testing"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/dataset"
)

// An MD5 that only the source keeps is the target's to refuse. What does not agree is read again: once more of a source that is damaged.
func TestMD5Refused(t *testing.T) {
	t.Parallel()
	for way, size := range sizes() {
		if way == "large" {
			continue // a composite has none
		}
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			reads := 0
			from, to := &hooked{memory: newMemory("a")}, newMemory("b")
			from.noSums = true
			from.open = func(context.Context, string) error { reads++; return nil }
			seed(t, from.memory, map[string][]byte{way: text("good", size)})
			from.held[way].text[size/2] ^= 1
			got, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
			if err != nil || got.Failed.Objects != 1 || codeOf(got.Results[0].Err) != transfer.CodeSource {
				t.Fatalf("%+v, %v", got.Report, err)
			}
			if reads > 3 || len(held(t, to)) > 0 {
				t.Errorf("read %d times, %d objects copied", reads, len(held(t, to)))
			}
		})
	}
}

// A byte that is damaged on the way, with an MD5 at the source alone, is found by the target, and read again.
func TestMD5FindsDamageOnTheWay(t *testing.T) {
	t.Parallel()
	for way, size := range sizes() {
		if way == "large" {
			continue
		}
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			good := text("good", size)
			from, to := &flipping{memory: newMemory("a"), times: 1}, newMemory("b")
			from.noSums = true
			seed(t, from.memory, map[string][]byte{way: good})
			got, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
			if err != nil || got.Failed.Objects != 0 || len(got.entries) != 1 || got.entries[0].Proof != dataset.ProofMD5 {
				t.Fatalf("%+v, %v", got, err)
			}
			if !bytes.Equal(held(t, to)[way], good) {
				t.Error("damaged bytes were copied")
			}
		})
	}
}

// flipping damages the first bytes that it gives out, a number of times.
type flipping struct {
	*memory
	times int
}

func (f *flipping) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	r, err := f.memory.Open(ctx, o, offset, length)
	if err != nil || f.times == 0 {
		return r, err
	}
	f.times--
	b, err := io.ReadAll(r)
	b[0] ^= 1
	return io.NopCloser(bytes.NewReader(b)), err
}

// A target that does not say which MD5 it computed has confirmed none.
func TestMD5Unconfirmed(t *testing.T) {
	t.Parallel()
	for way, size := range sizes() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			from, to := newMemory("a"), silent{newMemory("b")}
			seed(t, from, map[string][]byte{way: text("good", size)})
			sum := md5.Sum(text("good", size))
			if o, err := from.Stat(t.Context(), way); err != nil || !bytes.Equal(o.MD5, sum[:]) {
				t.Fatal(o, err)
			}
			got, err := run(t.Context(), t, options(from, to, "r"), transfer.PlanOptions{})
			if err != nil || len(got.entries) != 1 || got.entries[0].Proof != dataset.ProofCRC32C || got.entries[0].MD5 != nil {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

type silent struct{ *memory }

func (s silent) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	o, err := s.memory.Put(ctx, w, body)
	o.MD5 = nil
	return o, err
}
