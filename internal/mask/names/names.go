// Package names finds people, addresses, places and organisations in free text.
//
// A text enters; findings leave: PERSON, STREET_ADDRESS, LOCATION, ORGANIZATION, NRP (nationality, religion, politics)
// and TITLE, in order and not overlapping, scored from 0.5 to 1; people whom everybody knows, and those of a riddle, are
// scored below that. The words and weights are in the binary and are read where they lie. It must never keep a text, nor
// write one anywhere.
package names

import (
	_ "embed" // the lexicon and the weights
	"sync"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
	"github.com/landbridge/landbridge/internal/prompt"
)

// How model/MODEL.md says they were made.
var (
	//go:embed model/lexicon.bin
	lexicon string
	//go:embed model/weights.bin
	weights string
)

// Finder finds names. It may be used from many goroutines.
type Finder struct {
	lexicon tag.Lexicon
	tagger  *tag.Tagger
	pages   sync.Pool // of *page
}

// New makes a Finder of the lexicon and the weights in the binary. It costs little: both are read where they lie.
func New() *Finder { return With(tag.Lexicon(lexicon), tag.Model(weights)) }

// With makes a Finder of a lexicon and a model, for those who train one.
func With(lexicon tag.Lexicon, model tag.Model) *Finder {
	return &Finder{lexicon: lexicon, tagger: tag.NewTagger(model), pages: sync.Pool{New: func() any { return new(page) }}}
}

// stretch is how many bytes are looked at together; a name that stands across its end may be lost.
const stretch = 16 << 10

// page is what a stretch of text is read into.
type page struct {
	tokens []tag.Token
	tagged []tag.Tagged
	mode   tag.Case
	scene  scene    // of the stretch
	famous []uint32 // words of the public names in the text so far
}

// Find appends what it finds in text to into: byte offsets, in order, not overlapping.
func (f *Finder) Find(text string, into []prompt.Finding) []prompt.Finding {
	p := f.pages.Get().(*page)
	defer f.pages.Put(p)
	p.famous = p.famous[:0]
	for from := 0; from < len(text); {
		p.tokens, from = tag.Scan(text, from, from+stretch, p.tokens[:0])
		f.lexicon.Look(text, p.tokens)
		view := tag.NewPage(p.tokens)
		p.tagged = f.tagger.Tag(text, &view, p.tagged[:0])
		p.mode, p.scene = view.Case, unread
		into = f.spans(text, p, into)
	}
	return into
}
