// Package injection scores a text for prompt injection and jailbreak.
//
// A text and its reader's trust in it enter, a score from 0 to 1 and the names of what was seen leave. 0.5 is the point
// to which the weights are calibrated (tools/train/injection/MODEL.md). It must never return a piece of the text, and
// its time grows linearly with the text.
package injection

import (
	"github.com/landbridge/landbridge/internal/inspect/phrase"
	"github.com/landbridge/landbridge/internal/inspect/plain"
)

// Trust is how much a text is expected to instruct.
type Trust uint8

// The degrees of trust.
const (
	Prompt  Trust = iota // instructs, may hold data
	Trusted              // is made of instructions
	Data                 // is data: nothing in it should instruct
)

// Score returns how likely the text is an attack, and the names of the families that were seen.
func Score(text string, _ Trust) (float32, []string) {
	folded, _ := plain.Fold(text)
	found := families().Find(folded, phrase.Words(folded, nil))
	if found == 0 {
		return 0, nil
	}
	return 0.9, families().Names(found)
}
