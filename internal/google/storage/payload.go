package storage

import (
	"errors"
	"io"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
)

// payload is the bytes of a request on their way from the caller's reader. The transport may still read when a call is over; after
// shut nobody does, and the caller has its reader back.
type payload struct {
	mu   sync.Mutex
	from io.Reader
	left int64
	sum  uint32 // of what was read
	err  error  // of from
	over bool
}

func newPayload(from io.Reader, size int64) *payload { return &payload{from: from, left: size} }

var errShut = errors.New("the call is over")

// Read implements io.Reader. It gives exactly the bytes that were announced, or an error.
func (p *payload) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.over:
		return 0, errShut
	case p.err != nil:
		return 0, p.err
	case p.left == 0:
		return 0, io.EOF
	}
	return p.read(b)
}

func (p *payload) read(b []byte) (int, error) {
	if int64(len(b)) > p.left {
		b = b[:p.left]
	}
	n, err := p.from.Read(b)
	p.left -= int64(n)
	p.sum = checksum.Update(p.sum, b[:n])
	switch {
	case p.left == 0:
		err = io.EOF // what follows is not ours
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	if err != nil && p.left > 0 {
		p.err = err
	}
	return n, err
}

// shut ends all reading by the transport.
func (p *payload) shut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}

// rest reads what the transport left, so that the sum is that of all bytes. It comes after shut.
func (p *payload) rest() error {
	buffer := make([]byte, 32<<10)
	for p.left > 0 && p.err == nil {
		_, _ = p.read(buffer)
	}
	return p.blame(nil)
}

// blame is err, unless it was the caller's reader that failed.
func (p *payload) blame(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		return err
	}
	if _, ours := errors.AsType[*bridge.Error](p.err); ours {
		return p.err
	}
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopBucket, Code: "source_broken", Retry: true, Cause: p.err,
		Text: "the bytes to write ended early", Hint: "the source broke off: it is read again",
	}
}
