package transfer_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/dataset"
)

// clinging is a target whose first calls fail while something of theirs goes on reading the body, as an HTTP client may.
type clinging struct {
	*memory
	readers sync.WaitGroup
	once    sync.Map
}

func (c *clinging) cling(name string, body io.Reader) bool {
	if _, before := c.once.LoadOrStore(name, true); before {
		return false
	}
	c.readers.Go(func() { _, _ = io.Copy(io.Discard, body) })
	return true
}

func (c *clinging) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	if c.cling(w.Name, body) {
		return dataset.Object{}, unavailable("put")
	}
	return c.memory.Put(ctx, w, body)
}

// What goes on reading after its call is over gets no bytes of another object, and spoils no sum.
func TestBodiesAreTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		from, to := newMemory("a"), &clinging{memory: newMemory("b")}
		seed(t, from, mixed())
		o := options(from, to, "r")
		o.Chunk = 1 << 20 // every object goes by Put, most of them streaming
		got, err := run(t.Context(), t, o, transfer.PlanOptions{})
		if err != nil || got.Failed.Objects > 0 {
			t.Fatal(err, got.Results)
		}
		to.readers.Wait()
		sound(t, got, from, to)
	})
}
