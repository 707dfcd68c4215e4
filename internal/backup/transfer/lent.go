package transfer

import (
	"bytes"
	"errors"
	"sync"
)

// lent is a buffer that a target reads for as long as its Put lasts: an HTTP client may go on reading when its call has failed, and the
// buffer is another's by then.
type lent struct {
	mu   sync.Mutex
	text *bytes.Reader
}

var errTakenBack = errors.New("the call that this body was of is over")

func lend(text []byte) *lent { return &lent{text: bytes.NewReader(text)} }

func (l *lent) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text == nil {
		return 0, errTakenBack
	}
	return l.text.Read(p)
}

func (l *lent) takeBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = nil
}
