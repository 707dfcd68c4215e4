package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// chaos decides which calls go wrong. With a life it also dies: after so many calls nothing has an effect any more.
type chaos struct {
	mu    sync.Mutex
	rand  *rand.Rand
	rate  float64
	life  int
	died  context.CancelFunc
	calls int
	kinds map[string]int // of faults that were made
	// stored counts each object and chunk that the store took: how often anything was sent twice.
	stored map[string]int
}

func (c *chaos) took(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stored != nil {
		c.stored[what]++
	}
}

func newChaos(seed uint64, rate float64) *chaos {
	return &chaos{rand: rand.New(rand.NewPCG(seed, 1)), rate: rate, kinds: map[string]int{}}
}

// strikes says whether this call goes wrong in this way.
func (c *chaos) strikes(kind string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rand.Float64() >= c.rate {
		return false
	}
	c.kinds[kind]++
	return true
}

func (c *chaos) mask() byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return byte(1 + c.rand.IntN(255))
}

// enter fails a call before it has an effect.
func (c *chaos) enter(ctx context.Context, kind string) error {
	c.mu.Lock()
	c.calls++
	if c.life > 0 && c.calls == c.life {
		c.died()
	}
	c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.strikes(kind) {
		return unavailable(kind)
	}
	return nil
}

func unavailable(kind string) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "backendError", Text: kind + " answered 503", Retry: true, RetryAfter: 3 * time.Second, Status: 503,
	}
}

// faulty is a store, some of whose calls go wrong.
type faulty struct {
	dataset.Writer
	*chaos
	wrong bool // gives out wrong bytes: only for a source that keeps sums
}

func (f *faulty) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		for o, err := range f.Writer.List(ctx, q) {
			if struck := f.enter(ctx, "list"); struck != nil {
				yield(dataset.Object{}, struck)
				return
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

func (f *faulty) Stat(ctx context.Context, name string) (dataset.Object, error) {
	if err := f.enter(ctx, "stat"); err != nil {
		return dataset.Object{}, err
	}
	return f.Writer.Stat(ctx, name)
}

func (f *faulty) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	if err := f.enter(ctx, "open"); err != nil {
		return nil, err
	}
	r, err := f.Writer.Open(ctx, o, offset, length)
	if err != nil || length == 0 {
		return r, err
	}
	if f.strikes("truncated body") {
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(r, length/2), broken{}), r}, nil
	}
	if f.wrong && length <= chunk/2 && f.strikes("wrong bytes") { // an object of many chunks would hardly ever be right

		return struct {
			io.Reader
			io.Closer
		}{flipped{r, f.mask()}, r}, nil
	}
	return r, nil
}

// broken is a connection that was reset.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// flipped is a way on which bits turn, other ones each time.
type flipped struct {
	io.Reader
	mask byte
}

func (f flipped) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if n > 0 {
		p[0] ^= f.mask
	}
	return n, err
}

func (f *faulty) spoil(body io.Reader) io.Reader {
	if f.strikes("wrong bytes sent") {
		text, _ := io.ReadAll(body)
		return io.MultiReader(flipped{bytes.NewReader(text), f.mask()}, body)
	}
	return body
}

func (f *faulty) Put(ctx context.Context, w dataset.Write, body io.Reader) (dataset.Object, error) {
	if err := f.enter(ctx, "put"); err != nil {
		return dataset.Object{}, err
	}
	o, err := f.Writer.Put(ctx, w, f.spoil(body))
	if err == nil {
		f.took(w.Name)
	}
	if err == nil && f.strikes("answer to put lost") {
		return dataset.Object{}, unavailable("put")
	}
	return o, err
}

func (f *faulty) Delete(ctx context.Context, o dataset.Object) error {
	if err := f.enter(ctx, "delete"); err != nil {
		return err
	}
	return f.Writer.Delete(ctx, o)
}

func (f *faulty) Begin(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if err := f.enter(ctx, "begin"); err != nil {
		return nil, err
	}
	up, err := f.Writer.Begin(ctx, w, l)
	return &faultyUpload{up, f, w.Name}, err
}

type faultyUpload struct {
	dataset.Upload
	f    *faulty
	name string
}

func (u *faultyUpload) Write(ctx context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	if err := u.f.enter(ctx, "write"); err != nil {
		return c, err
	}
	got, err := u.Upload.Write(ctx, c, u.f.spoil(body))
	if err == nil {
		u.f.took(fmt.Sprint(u.name, " ", c.Index))
	}
	if err == nil && u.f.strikes("answer to write lost") {
		return c, unavailable("write")
	}
	return got, err
}

func (u *faultyUpload) Finish(ctx context.Context, chunks []dataset.Chunk, crc checksum.CRC, md5 []byte) (dataset.Object, error) {
	if err := u.f.enter(ctx, "finish"); err != nil {
		return dataset.Object{}, err
	}
	o, err := u.Upload.Finish(ctx, chunks, crc, md5)
	if err == nil && u.f.strikes("answer to finish lost") {
		return dataset.Object{}, unavailable("finish")
	}
	return o, err
}

// A fifth of all calls go wrong, on both sides and in every way; nothing is lost and nothing is wrong.
func TestFaults(t *testing.T) {
	t.Parallel()
	kinds := map[string]int{}
	unseen := func() bool {
		return slices.ContainsFunc([]string{
			"list", "open", "put", "begin", "write", "finish", "truncated body", "wrong bytes", "wrong bytes sent",
			"answer to put lost", "answer to write lost", "answer to finish lost",
		}, func(kind string) bool { return kinds[kind] == 0 })
	}
	for seeded := uint64(0); seeded < 8 || seeded < 100 && unseen(); seeded++ { // which call a seed strikes is the scheduler's
		synctest.Test(t, func(t *testing.T) {
			from, to := newMemory("a"), newMemory("b")
			seed(t, from, mixed())
			source := &faulty{Writer: from, chaos: newChaos(seeded, 0.2), wrong: true}
			target := &faulty{Writer: to, chaos: newChaos(seeded+100, 0.2)}
			o := options(source, target, "r")
			o.Retry.Attempts = 40
			got, err := run(t.Context(), t, o, transfer.PlanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range got.Results {
				t.Errorf("%s: %v", r.Item.Name, r.Err)
			}
			sound(t, got, from, to)
			for _, c := range []*chaos{source.chaos, target.chaos} {
				for kind, n := range c.kinds {
					kinds[kind] += n
				}
			}
		})
	}
	if unseen() {
		t.Errorf("not every kind of fault was made: %v", kinds)
	}
}

// Killed at any moment, a copy goes on from there: the end is the same, and no chunk that was stored is stored again.
func TestKilled(t *testing.T) {
	t.Parallel()
	points := rand.New(rand.NewPCG(50, 1))
	for range 50 {
		lives := make([]int, 1+points.IntN(3))
		for n := range lives {
			lives[n] = 1 + points.IntN(120)
		}
		killed(t, newMemory("b"), lives)
	}
}

// The same with files, their journals and their marks.
func TestKilledFolder(t *testing.T) {
	t.Parallel()
	for _, life := range []int{20, 40, 55, 70} {
		killed(t, newFolder(t), []int{life})
	}
}

// killed runs a copy that dies after so many calls of its stores, each time; and then one that does not.
func killed(t *testing.T, to dataset.Writer, lives []int) {
	t.Helper()
	from := newMemory("a")
	seed(t, from, mixed())
	stored := map[string]int{}
	for _, life := range append(lives, 0) {
		ctx, cancel := context.WithCancel(t.Context())
		c := newChaos(0, 0)
		c.life, c.died, c.stored = life, cancel, stored
		got, err := run(ctx, t, options(&faulty{Writer: from, chaos: c}, &faulty{Writer: to, chaos: c}, "r"), transfer.PlanOptions{})
		cancel()
		if life > 0 {
			continue
		}
		if err != nil || got.Failed.Objects > 0 {
			t.Fatal(err, got.Results)
		}
		sound(t, got, from, to)
		for _, e := range got.entries {
			if e.Size > chunk && len(e.Chunks) < 2 {
				t.Errorf("%s: the sums of its chunks are lost", e.Name)
			}
		}
	}
	if len(stored) < len(mixed()) {
		t.Errorf("only %d writes were counted", len(stored))
	}
	for what, n := range stored {
		if n > 1 {
			t.Errorf("%s was stored %d times", what, n)
		}
	}
}
