package gateway

import (
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Action is what the guard does with what it finds.
type Action string

// The actions. The empty one is Off.
const (
	Off        Action = "off"
	Flag       Action = "flag"
	Block      Action = "block"
	Ask        Action = "ask"        // the screener decides
	Neutralise Action = "neutralise" // links are shown as text
)

// Guard is a profile of protections. The zero value protects nothing. It is shared by many calls and read-only.
type Guard struct {
	// Masker takes personal data out of prompts, and out of answers where its options say so; nil: it stays.
	Masker *mask.Masker
	// Finder is a second opinion on personal data; nil: none is asked. FinderTimeout bounds it; FinderOpen lets the call
	// pass when it does not answer.
	Finder        prompt.Finder
	FinderTimeout time.Duration
	FinderOpen    bool

	// Injection is done with what the Inspector, which it needs, calls an attack.
	Injection Action
	Inspector Inspector
	// Screener is a second opinion on prompts; nil: none is asked. ScreenAnswers asks it about answers too.
	// ScreenTimeout bounds each; ScreenOpen lets the call pass when it does not answer, or has seen a part only.
	Screener      prompt.Screener
	ScreenAnswers bool
	ScreenTimeout time.Duration
	ScreenOpen    bool
	// Canary puts a word into the system instruction, and cuts an answer that repeats it.
	Canary bool

	// Safety is the laxest threshold of safety settings that a caller may have; empty or OFF: any, and none is added.
	Safety string
	// Toxicity is done with answers that score HarmThreshold or more (0.8 when zero), of models that rate nothing themselves.
	Toxicity      Action
	HarmThreshold float32
	// Links is done with links and images that could carry data away, but to LinkHosts.
	Links     Action
	LinkHosts []string
	// EnforceSchema refuses whole answers that do not hold the request's own JSON schema.
	EnforceSchema bool
	// HoldBack is how many bytes of a stream may be held back for inspection; 512 when zero.
	HoldBack int

	// BlockAsError answers 400 where the guard blocks; else the model's own words for it are used.
	BlockAsError bool
	// PredictPaths are where the text of a predict request stands, as splice.Pattern reads them.
	PredictPaths [][]string
}

// Inspector scores texts for prompt injection; it may be called from many goroutines.
type Inspector interface {
	Prompt(text string, o inspect.Origin) prompt.Verdict
}

// reads says whether the guard must see the texts of a request.
func (g *Guard) reads() bool {
	return g.Masker != nil || g.Finder != nil || g.inspects() || g.Screener != nil
}

func (g *Guard) inspects() bool { return g.Inspector != nil && g.Injection != Off && g.Injection != "" }

func (g *Guard) holdBack() int { return orElse(g.HoldBack, 512) }

// blocked is what the guard has stopped: an answer to the caller in the model's words, and an error to everyone else.
type blocked struct {
	code    string // ours: prompt_injection, personal_data_blocked, ...
	reason  string // as promptFeedback.blockReason, for a prompt
	finish  string // as finishReason, for an answer
	message string // for the caller
}

func (b *blocked) Error() string { return b.message }

// asError is the block as a refusal.
func (b *blocked) asError() error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: b.code, Status: http.StatusBadRequest, Text: b.message,
		Hint: "see docs/guard.md; the audit record of the call has what was found",
	}
}
