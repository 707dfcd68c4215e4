// Package doctor says what is wrong with a crossing: from an error's text, or by walking the road hop by hop.
//
// An error's text, or a subject and the ports of each hop, enter; a finding leaves: the hop, the claim against the
// expectation, the cause, and one command that mends it. It calls no cloud by itself, and must never repeat a secret.
package doctor

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Producer says who utters a failure.
type Producer string

// The producers.
const (
	Server     Producer = "server"     // a cloud's API: the sandbox can provoke it
	Client     Producer = "client"     // an SDK or program, before anything travels
	Kubernetes Producer = "kubernetes" // the cluster: a symptom of a pod, or an admission webhook's refusal
)

// Row is one known failure. Cause, Check and Fix are templates: {audience|AUDIENCE} is the part of that name, or the
// word behind the bar when it is not known.
type Row struct {
	// Code is stable: LB1nnn Kubernetes and AKS, LB2nnn Entra, LB3nnn managed-identity endpoints, LB4nnn Google STS and
	// providers, LB5nnn impersonation, LB6nnn Vertex AI and clients; the rest is Number.
	Code     string     `json:"code"`
	Number   int        `json:"row"`
	Hop      bridge.Hop `json:"hop"`
	Producer Producer   `json:"producer"`
	Title    string     `json:"title"`
	Messages []string   `json:"messages"` // as they are uttered, without what an SDK puts around them
	Match    []Pattern  `json:"match"`
	Cause    string     `json:"cause"`
	Check    string     `json:"check"`
	Fix      string     `json:"fix"`
	Sources  []string   `json:"sources"`
}

// Pattern recognises a message. Every condition that is given must hold.
type Pattern struct {
	// Pattern is an RE2 expression with named parts, held against the text on one line with single blanks.
	Pattern string `json:"pattern"`
	// Shape of the answer that the message must come in: sts, rpc, entra, identity.
	Shape string `json:"shape,omitempty"`
	// Status is the HTTP status that must be said, one of these.
	Status []int `json:"status,omitempty"`
	// Codes are bridge.Error codes that mean this row whatever the text.
	Codes []string `json:"codes,omitempty"`

	plain, squeezed compiled
	weight          int
}

// compiled is an expression, and a literal without which it cannot match: looking for that first is much faster.
type compiled struct {
	re      *regexp.Regexp
	literal string
}

func (c *compiled) find(text string) []int {
	if c.literal != "" && !strings.Contains(text, c.literal) {
		return nil
	}
	return c.re.FindStringSubmatchIndex(text)
}

//go:embed catalogue.json
var catalogueJSON []byte

// catalogue is decoded and compiled when it is first asked for: 250 expressions take longer than most commands.
var catalogue = sync.OnceValue(func() []Row {
	rows, err := parseCatalogue(catalogueJSON)
	if err != nil { // the file is part of the program, and a test reads it
		panic(err)
	}
	return rows
})

func parseCatalogue(data []byte) ([]Row, error) {
	var rows []Row
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&rows); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	for i := range rows {
		for j := range rows[i].Match {
			if err := rows[i].Match[j].compile(); err != nil {
				return nil, fmt.Errorf("catalogue: %s: %w", rows[i].Code, err)
			}
		}
	}
	return rows, nil
}

// Rows is the whole catalogue in the order of codes. It is shared: treat it as read-only.
func Rows() []Row { return catalogue() }

// Find returns the row with a code.
func Find(code string) (Row, bool) {
	rows := catalogue()
	i := slices.IndexFunc(rows, func(r Row) bool { return strings.EqualFold(r.Code, code) })
	if i < 0 {
		return Row{}, false
	}
	return rows[i], true
}

// byNumber returns the row with a number of the catalogue; package trust names rows so.
func byNumber(number int) (*Row, bool) {
	rows := catalogue()
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Number == number })
	if number == 0 || i < 0 {
		return nil, false
	}
	return &rows[i], true
}
