package gateway

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
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
	decision policy.Decision
	policy   *policy.Policy
	lease    bridge.Lease
	quota    *policy.Reservation
	stream   bool
	shape    *shape

	// deliver
	usage  prompt.Usage
	sent   bool // the first byte of the answer has left
	closed bool // the record of the end is written
}

func newCall(g *Gateway, w http.ResponseWriter, r *http.Request) *call {
	c := &call{g: g, w: w, r: r, began: g.o.Clock()}
	c.log.ID = rand.Text()
	return c
}
