package fault

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// breaking lets an answer begin, and then falls silent, breaks the connection, or writes an error into the stream. Silence
// and breaks come at the very byte; an error between two writes, which are whole events.
type breaking struct {
	http.ResponseWriter
	fault   world.Fault
	request *http.Request
	written int
	over    bool
}

// Write implements http.ResponseWriter.
func (b *breaking) Write(p []byte) (int, error) {
	left := b.fault.After - b.written
	first := b.written == 0 && b.fault.After == 0 // without After, the first event is whole
	if first || left > len(p) || left > 0 && b.fault.Late != 0 {
		n, err := b.ResponseWriter.Write(p)
		b.written += n
		return n, err
	}
	if left > 0 {
		_, _ = b.ResponseWriter.Write(p[:left])
	}
	b.end()
	return 0, http.ErrHandlerTimeout // what is left of the answer has nowhere to go
}

// Unwrap lets http.ResponseController reach Flush.
func (b *breaking) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// finish breaks an answer that was over before its break. A JSON array that is closed takes no more errors.
func (b *breaking) finish() {
	if !b.over && (b.fault.Late == 0 || strings.HasPrefix(b.Header().Get("Content-Type"), "text/event-stream")) {
		b.end()
	}
}

// end is the break itself.
func (b *breaking) end() {
	if b.over {
		return
	}
	b.over = true
	if b.fault.Late != 0 {
		_, _ = b.ResponseWriter.Write(lateError(b.Header().Get("Content-Type"), b.request, b.fault.Late))
		return
	}
	_ = http.NewResponseController(b.ResponseWriter).Flush()
	if b.fault.Stall {
		<-b.request.Context().Done()
	}
	panic(http.ErrAbortHandler)
}

// lateError is an error inside a stream, framed as the stream is.
func lateError(contentType string, r *http.Request, status int) []byte {
	body := string(googleBody(status))
	switch {
	case !strings.HasPrefix(contentType, "text/event-stream"):
		return []byte(",\r\n" + body + "\r\n]")
	case strings.Contains(r.URL.Path, "/publishers/anthropic/"):
		return []byte("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n")
	case strings.HasSuffix(r.URL.Path, "/chat/completions"):
		return []byte("data: " + body + "\n\n")
	}
	return []byte("data: " + body + "\r\n\r\n")
}

// flipping changes one bit of an answer's body on its way.
type flipping struct {
	http.ResponseWriter
	left int // bytes that come before it; -1 when it is done
}

// Write implements http.ResponseWriter.
func (f *flipping) Write(p []byte) (int, error) {
	if f.left >= len(p) {
		f.left -= len(p)
	} else if f.left >= 0 {
		p = bytes.Clone(p) // they are the API's own
		p[f.left] ^= 1
		f.left = -1
	}
	return f.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach Flush.
func (f *flipping) Unwrap() http.ResponseWriter { return f.ResponseWriter }
