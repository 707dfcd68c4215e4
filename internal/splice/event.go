package splice

import (
	"bytes"
	"fmt"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Event is one piece of a stream: the payload, and the bytes in which it came.
type Event struct {
	Name string // of a server-sent event; "" for none
	Data []byte // payload; nil for a piece without one: a comment, a keep-alive, the end of an array
	Raw  []byte // every byte of it as it came: the Raws of all events, in order, are the stream

	at, to int  // where the payload, or its first line, stands in Raw
	lines  bool // the payload has more than one line
}

// Splitter takes a stream apart. It is for one stream and one goroutine.
type Splitter interface {
	// Feed takes the next bytes, cut anywhere, and returns the events that are now whole, at once. They are good until the
	// next call. An event over the limit, or what is no stream of this kind, is a *bridge.Error of hop vertex.
	Feed(chunk []byte) ([]Event, error)
	// End takes the end of the stream, and returns what was still open.
	End() ([]Event, error)
}

// Framer writes events in the upstream's own framing. It is for one stream and one goroutine.
type Framer interface {
	// Append writes e with data as its payload; with e.Data it writes e.Raw. Events without payload are written too, by
	// the same call; an event may be left out.
	Append(dst []byte, e Event, data []byte) []byte
	// Insert writes an event that the upstream did not send. In an array, name is not written.
	Insert(dst []byte, name string, data []byte) []byte
	// Close ends the stream early, when events that are still to come are not wanted.
	Close(dst []byte) []byte
}

// Stream is both sides of one stream: *SSE and *JSONArray.
type Stream interface {
	Splitter
	Framer
}

// keptPiece is the longest buffer that a stream keeps when its events are through: thousands wait at the same time.
const keptPiece = 4 << 10

// keep returns what of buf lies behind begin, at its front.
func keep(buf []byte, begin int) []byte {
	rest := buf[begin:]
	if cap(buf) > keptPiece && len(rest) <= keptPiece {
		return bytes.Clone(rest)
	}
	return append(buf[:0], rest...)
}

func tooLarge(limit int) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "stream_event_too_large",
		Text: fmt.Sprintf("an event of the answer is larger than %d bytes", limit),
	}
}
