// Package prompt is the vocabulary of a prompt's journey: who asks, what of which model, what was found in the text, and
// the ports that lead out of the house.
//
// What enters and what leaves are plain values; it does no I/O and reads no clock. It must never know a dialect, and
// nothing in it prints content: a Finding holds places, never the text that stands there.
package prompt

import (
	"context"
	"io"
	"net/http"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Caller is the workload that asks, after it has proved who it is.
type Caller struct {
	// Name that policy knows it by: ISSUER/SUBJECT, where ISSUER is the name of one of the door's callers
	// ("aks-prod/system:serviceaccount:demo:chat").
	Name string
	// Issuer and Subject as its assertion says, verified; empty for a loopback or mTLS caller.
	Issuer, Subject string
	// Claims of its assertion, verified; nil for a loopback or mTLS caller. Read-only.
	Claims map[string]any
	// Assertion is what crosses when the caller's own identity is used; its Token is empty when there is none.
	Assertion bridge.Assertion
}

// Target is what a call is about, taken apart; its path is made anew from the parts, so that what was decided is what is
// called.
type Target struct {
	Version   string // v1 or v1beta1
	Project   string // id or number; empty until policy has filled it in
	Location  string // region, multi-region us or eu, or global; empty until policy has filled it in
	Publisher string // google, anthropic, ...; empty for an endpoint and for a collection
	Model     string // publisher model id, decoded ("claude-sonnet-4@20250514")
	Endpoint  string // endpoint id, or "openapi"; empty for a publisher model
	// Collection is the rest of the path of a call that is not about a model: "batchPredictionJobs",
	// "tuningJobs/123", "cachedContents". Empty for a model call.
	Collection string
	// Method after the colon ("generateContent"), "chat/completions" for the OpenAI form of an endpoint, and for a
	// collection the verb of HTTP in Google's words: "create", "get", "list", "delete", or the custom method.
	Method string
}

// Usage is what a call has used, in tokens; zero where the model did not say.
type Usage struct {
	Input, Output, Thoughts, Cached int
}

// Total is what counts against a quota of tokens.
func (u Usage) Total() int { return u.Input + u.Output + u.Thoughts }

// Call is one call to Vertex AI, decided and guarded.
type Call struct {
	Target Target
	// Locations are tried in this order when Target.Location is out of quota or down; all are allowed by policy.
	// Target.Location is the first of them.
	Locations []string
	Verb      string      // of HTTP
	Query     string      // encoded, without "?"; what policy lets through
	Header    http.Header // content headers only: never the caller's credentials
	Body      []byte      // whole, nil for none
	Lease     bridge.Lease
	// Stream says that the answer is read as it comes: no time limit on the whole.
	Stream bool
	// Retry says that the call may be sent again when it was refused before the model began.
	Retry bool
}

// Answer is what came back. Whoever holds it closes Body.
type Answer struct {
	Status   int
	Header   http.Header
	Body     io.ReadCloser
	Location string // that answered
	Attempts int
}

// Upstream makes calls to Vertex AI.
//
// Any HTTP status is an Answer; an error is a *bridge.Error and means that there is none. It may be called from many
// goroutines. It never changes Body, never follows a redirect, and cancels the call when ctx ends, in the middle of an
// answer too.
type Upstream interface {
	Call(ctx context.Context, c Call) (*Answer, error)
}

// Finding is a place in a text where something was found. It never holds the text.
type Finding struct {
	Start, End int     // bytes
	Type       string  // PERSON, EMAIL_ADDRESS, ... (docs/guard.md lists them)
	Score      float32 // 0 to 1
}

// Verdict is what an inspection says of a text.
type Verdict struct {
	Score   float32  // 0 to 1
	Blocked bool     // the score has passed the limit
	Reasons []string // names of rules and features, never content
	// Incomplete says that the inspection did not see everything: the caller decides whether that is a refusal.
	Incomplete bool
}

// Screener is a second opinion on prompts and answers that is asked over the network (Model Armor).
//
// An error means that nothing was screened. A service that screened a part only says so in Verdict.Incomplete.
type Screener interface {
	ScreenPrompt(ctx context.Context, lease bridge.Lease, text string) (Verdict, error)
	ScreenAnswer(ctx context.Context, lease bridge.Lease, answer, prompt string) (Verdict, error)
}

// Finder is a second opinion on personal data that is asked over the network (Sensitive Data Protection). Findings are
// in order and do not overlap.
type Finder interface {
	Find(ctx context.Context, lease bridge.Lease, text string) ([]Finding, error)
}
