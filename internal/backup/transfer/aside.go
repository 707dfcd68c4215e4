package transfer

import (
	"hash"
	"io"
	"sync"
)

// aside hashes bytes beside their way, in a goroutine of its own, as a hash is slower than what it hashes. A nil one does nothing.
type aside struct {
	fresh  func() hash.Hash
	now    hash.Hash
	saved  hash.Hash // as it was at the last mark
	blocks chan []byte
	free   chan []byte
	busy   sync.WaitGroup // blocks on their way
	ended  chan struct{}
}

// asideBlocks of asideBlock bytes may be on their way to the hash.
const (
	asideBlocks = 8
	asideBlock  = 64 << 10
)

func newAside(fresh func() hash.Hash) *aside {
	a := &aside{
		fresh: fresh, now: fresh(), saved: fresh(), ended: make(chan struct{}),
		blocks: make(chan []byte, asideBlocks), free: make(chan []byte, asideBlocks),
	}
	for range asideBlocks {
		a.free <- nil
	}
	go func() {
		defer close(a.ended)
		for b := range a.blocks {
			a.now.Write(b)
			a.free <- b
			a.busy.Done()
		}
	}()
	return a
}

// Write hands bytes over, and waits when the hash is far behind.
func (a *aside) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		b := <-a.free
		if b == nil {
			b = make([]byte, 0, asideBlock)
		}
		b = append(b[:0], p[:min(len(p), asideBlock)]...)
		p = p[len(b):]
		a.busy.Add(1)
		a.blocks <- b
	}
	return n, nil
}

// writer is where bytes go; nil for a nil one.
func (a *aside) writer() io.Writer {
	if a == nil {
		return nil
	}
	return a
}

// mark remembers the hash as it is; rewind goes back there, when the bytes since then come again.
func (a *aside) mark() {
	if a == nil {
		return
	}
	a.busy.Wait()
	if c, ok := a.now.(hash.Cloner); ok {
		a.saved, _ = c.Clone() // fails for hashes with keys only
	}
}

func (a *aside) rewind() {
	if a == nil {
		return
	}
	a.busy.Wait()
	a.now = a.saved
	a.mark()
}

// sum is the hash of what was written; nil for a nil one.
func (a *aside) sum() []byte {
	if a == nil {
		return nil
	}
	a.busy.Wait()
	return a.now.Sum(nil)
}

func (a *aside) stop() {
	if a != nil {
		close(a.blocks)
		<-a.ended
	}
}
