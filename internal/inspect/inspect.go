// Package inspect says whether a text is an attack on the model that is about to read it, and keeps what a model answers
// from carrying data away.
//
// A text and where it comes from enter; a prompt.Verdict leaves: a score and the names of what was seen. Answers enter
// whole or as a stream; they leave without links that carry data out, and a canary says when the system instruction
// leaks. Nothing here keeps, logs or returns the text that it read, asks a network, or panics on any input.
package inspect

import (
	"github.com/landbridge/landbridge/internal/inspect/injection"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Origin says who wrote a text; the same words are a wish in one place and an attack in another.
type Origin uint8

// The origins.
const (
	User   Origin = iota // what the caller typed: may hold instructions, and data that was pasted below them
	System               // the caller's system instruction: is made of instructions, so only disguise counts
	Tool                 // a function's result, a document, a file: holds data, so an instruction in it is foreign
)

// calibrated is the score from which a text is blocked when Options says nothing.
const calibrated = 0.5

// Options of an Inspector; the zero value is the calibrated one.
type Options struct {
	// Threshold of the score, 0 to 1, from which a User or System text is blocked; 0 means 0.5.
	Threshold float32
	// DataThreshold is the same for a Tool text; 0 means 0.5.
	DataThreshold float32
}

// Inspector scores texts. It holds no state of a request and is used by any number of goroutines at once.
type Inspector struct {
	threshold [3]float32
}

// New returns an Inspector. The weights are loaded by the first text.
func New(o Options) *Inspector {
	in := &Inspector{threshold: [3]float32{User: o.Threshold, System: o.Threshold, Tool: o.DataThreshold}}
	for i, t := range in.threshold {
		if t == 0 {
			in.threshold[i] = calibrated
		}
	}
	return in
}

// Prompt scores one text for prompt injection and jailbreak. Its cost grows linearly with the text.
func (in *Inspector) Prompt(text string, o Origin) prompt.Verdict {
	trust := injection.Prompt
	switch o {
	case System:
		trust = injection.Trusted
	case Tool:
		trust = injection.Data
	case User:
	}
	limit := in.threshold[o]
	score, reasons := injection.Score(text, trust, limit)
	return prompt.Verdict{Score: score, Blocked: score >= limit, Reasons: reasons}
}
