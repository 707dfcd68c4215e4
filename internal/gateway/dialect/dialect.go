// Package dialect turns what OpenAI and Anthropic clients say into Vertex AI's own words, and its answers back.
//
// JSON bodies and single stream events enter and leave. A request is mapped before the guard sees it and an answer after
// the guard has seen it, so the guard knows native shapes only. It does no I/O, keeps nothing between requests, and must
// never drop what would change the meaning of a request: what has no word on the other side is a refusal that names it.
package dialect

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Dialect is whose words a caller speaks; the same words as in bridge.Call.
type Dialect string

// The dialects.
const (
	Vertex    Dialect = "vertex"
	OpenAI    Dialect = "openai"
	Anthropic Dialect = "anthropic"
)

// Options are what a mapping needs from outside.
type Options struct {
	// Clock gives "created" to answers.
	Clock bridge.Clock
	// ID gives a new unguessable name ([A-Za-z0-9]) to an answer or a tool call whose model gave it none.
	ID func() string
	// Beta is the caller's anthropic-beta header, its values joined by commas; empty for none.
	Beta string
}

// Request is a caller's request in Vertex's words.
type Request struct {
	// Target has its project and location empty: policy fills them in.
	Target prompt.Target
	Query  string      // of the call: "alt=sse" for a stream of Gemini's
	Header http.Header // content headers that the call needs besides Content-Type; nil for none
	Body   []byte
	// More are further bodies for the same target, one call each: several inputs of an embedding model that takes one
	// at a time. nil for all else.
	More   [][]byte
	Stream bool
	Answer Answerer
}

// Answerer turns the answers of one request into its caller's dialect. Answers of a status other than 2xx go to
// Dialect.Error instead.
type Answerer interface {
	// Whole maps a whole answer; more are the answers to Request.More, in order. An error is a *bridge.Error and means
	// that Vertex has not answered in its own words.
	Whole(body []byte, more ...[]byte) ([]byte, error)
	// Stream begins the translation of one stream.
	Stream() Translator
}

// Translator turns the events of one native stream into the caller's, framed for text/event-stream and appended to dst.
// It is for one goroutine.
type Translator interface {
	// Event maps one event to any number of events. name is that of its "event:" line, often empty; data its payload.
	// An error is a *bridge.Error and means that the event is none of Vertex's; the stream is then to be ended by Fail.
	Event(dst []byte, name string, data []byte) ([]byte, error)
	// End closes the stream as the dialect wants it ([DONE], message_stop). Once, after the last event.
	End(dst []byte) []byte
	// Fail closes the stream with an error instead of End.
	Fail(dst []byte, err error, callID string) []byte
}
