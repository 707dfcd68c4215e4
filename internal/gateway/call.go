package gateway

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

// call is one call on its way through the flow. Each step reads what the steps before it have left.
type call struct {
	g     *Gateway
	w     http.ResponseWriter
	r     *http.Request
	began time.Time
	watch Watch
	log   bridge.Call // what the records say of it

	// listen
	route  route
	target prompt.Target // as asked
	query  string

	// authenticate
	caller prompt.Caller
	asked  bool // the asking is in the log

	// decide
	body     []byte
	mapped   dialect.Request // of another dialect
	bodies   [][]byte        // the request in Vertex's words; more than one where a model takes one input at a time
	guessed  int             // about how many tokens the request has, four bytes each
	shape    *shape
	facts    facts
	policy   *policy.Policy
	decision policy.Decision
	guard    *Guard
	lease    bridge.Lease
	quota    *policy.Reservation
	stream   bool

	// mask, and inspect the prompt
	session  *mask.Session   // nil: nothing is masked
	canary   *inspect.Canary // nil: there is none
	passages []passage
	screened string  // the prompt as the screener has seen it
	score    float32 // the highest

	// inspect the answer, unmask, deliver
	texts  texts
	heard  int    // about how many tokens of a stream there were, where nobody says
	served bool   // the far side has answered, and not with a refusal
	sent   bool   // the first byte of the answer has left
	closed bool   // the record of the end is written
	code   string // of the error in it
}

func newCall(g *Gateway, w http.ResponseWriter, r *http.Request) *call {
	c := &call{g: g, w: w, r: r, began: g.o.Clock()}
	c.log.ID = rand.Text()
	return c
}
