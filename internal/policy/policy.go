// Package policy decides which workload may ask what of which model, and counts what it uses.
//
// Rules enter once and are compiled whole; then a caller and what it asks enter, and a decision with the rule's name
// leaves, or a refusal that says what did not match. It does no I/O, reads no clock and sees no content: names, numbers and
// MIME types only. It must never widen what a rule says: what a caller named is taken as it is or refused.
//
// It keeps two things: which rules a kind of call comes to (by caller and target, at most 4096, none of them ever stale
// because rules do not change), and the counters of quotas (by key, until their minute and their day have ended).
package policy

import (
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/prompt"
)

// Options are the rules and the prices, in the order of the file.
type Options struct {
	Rules  []Rule
	Prices []Price
}

// Effect is what a rule does with a call that matches it.
type Effect string

// The effects. The empty one is Allow.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Rule allows or denies some calls of some workloads. In Workloads, Methods, Models, Tools and Media a * stands for any
// characters; nothing else is a pattern.
type Rule struct {
	Name      string // letters, digits, "-", "_" and "."
	Workloads []string
	Effect    Effect
	// Methods as in prompt.Target.Method, or RESOURCE.VERB for a collection (batchPredictionJobs.create). A pattern without
	// a dot is never about a collection. None: generateContent, streamGenerateContent and countTokens for Allow, all for Deny.
	Methods []string
	// Models as PUBLISHER/MODEL or endpoints/ID; required by Allow, all for Deny when there is none. A call of a collection
	// is held to Methods, and to Models where its body names one: batchPredictionJobs, tuningJobs and cachedContents, create.
	Models  []string
	Project string // required by Allow, unused by Deny
	// Locations that may be called; the first is filled in. Required by Allow. Deny takes them out of what later rules
	// allow; none denies all.
	Locations []string
	// Tools are functions by name, and built-in tools by field: these must be named by more than a bare *. None: every
	// function and no built-in tool. This and what follows is unused by Deny, but for When.
	Tools           []string
	Media           []string // MIME types
	CachedContent   bool
	MaxOutputTokens int // 0: no limit
	// When is a CEL condition that must hold too. Variables: see condition.go.
	When           string
	ServiceAccount string
	QuotaProject   string
	Guard          string
	Quota          Quota
}

// Ask is one call that wants to be decided.
type Ask struct {
	Caller prompt.Caller
	Target prompt.Target
	Stream bool
	// Tools are the names of the functions that are declared. A name that is one of Google's own tools counts as BuiltIn.
	Tools []string
	// BuiltIns are all other tools, by the field that declares them (googleSearch or google_search), or by their type.
	BuiltIns []string
	Media    []string // MIME types of inline data and files; "" where the caller gave none
	Cached   bool     // a cachedContent is named
	// MaxOutput is how many tokens the caller allows the answer; 0 when it said nothing.
	MaxOutput int
	Labels    map[string]string
	Now       time.Time // for conditions
}

// Decision is what may be called, and how. Its slices are the policy's own: read-only.
type Decision struct {
	Rule   string
	Target prompt.Target // with project and location
	// Locations that may be tried, Target.Location first. It alone for what lives in one location: an endpoint, a
	// collection, a cached content.
	Locations      []string
	MaxOutput      int // what is to be sent; 0: nothing
	Profile        string
	ServiceAccount string
	QuotaProject   string
	Quota          Quota
}

// Policy is a set of rules, compiled. It never changes and is safe for use from many goroutines.
type Policy struct {
	rules    []*rule
	named    map[string][]*rule // rules for a workload that some rule names without a pattern
	patterns []*rule            // rules for every other workload
	prices   []price

	mu    sync.RWMutex
	lines map[kind][]*rule
}
