package inspect

import "strings"

// Links returns an answer without the links and images that carry data out, and how many there were. Hosts of allowed
// pass, with every host below them ("example.com" lets docs.example.com pass).
//
// What is replaced is the destination alone, so that Markdown, HTML and plain text stay what they were.
func Links(text string, allowed []string) (out string, found int) {
	f := NewLinkFilter(allowed)
	out = f.Write(text)
	out += f.Flush()
	return out, f.Found()
}

// removed is written where a destination was: it opens an empty page and asks nobody.
const removed = "about:blank#link-removed"

// maxDestination is how long a destination may be, in bytes, and so how much a LinkFilter holds back at most. A longer
// one is data whatever it says.
const maxDestination = 4096

// LinkFilter is Links for a stream: however the text is cut, the same text comes out.
type LinkFilter struct {
	judge judge
	page  page   // where in the page the held text begins
	held  string // not yet decided: the beginning of what may be a destination
	over  ending // the end of a destination that was too long to hold; what comes before it is dropped
	found int
}

// NewLinkFilter returns a filter for one answer. Hosts of allowed pass, with those below them.
func NewLinkFilter(allowed []string) *LinkFilter { return &LinkFilter{judge: newJudge(allowed)} }

// Found is how many destinations were replaced so far.
func (f *LinkFilter) Found() int { return f.found }

// Write takes the next piece of the answer and returns what may be shown.
func (f *LinkFilter) Write(text string) string { return f.run(f.held+text, false) }

// Flush returns what was held back; the answer has ended.
func (f *LinkFilter) Flush() string { return f.run(f.held, true) }

func (f *LinkFilter) run(text string, last bool) string {
	var out strings.Builder
	out.Grow(len(text))
	for again := len(text); text != ""; { // again is how much is left when the next calm stretch may begin
		if f.over.open() {
			n, ended := f.over.find(text)
			text = text[n:]
			if !ended {
				break
			}
			f.over = ending{}
			continue
		}
		if len(text) <= again && f.page.rests() {
			n, stop := calm(text)
			again = len(text) - stop - 1
			f.page.skip(text[:n])
			out.WriteString(text[:n])
			if text = text[n:]; text == "" {
				break
			}
		}
		n, what := f.page.next(text, last)
		if what == undecided {
			break
		}
		if what == plainText {
			out.WriteString(text[:n])
			text = text[n:]
			continue
		}
		rest, ok := f.destination(&out, text, what, last)
		if !ok {
			break
		}
		text = rest
	}
	f.held = text
	return out.String()
}

// destination judges the destination that begins text; not ok when its end has not come yet.
func (f *LinkFilter) destination(out *strings.Builder, text string, what token, last bool) (rest string, ok bool) {
	end := f.page.ends(what)
	n, ended := end.find(text[:min(len(text), maxDestination)])
	switch {
	case !ended && len(text) >= maxDestination:
		f.over = end
	case !ended && !last:
		return text, false
	default:
		if !f.judge.refuses(text[:n], what == image) {
			out.WriteString(text[:n])
			f.page.leave()
			return text[n:], true
		}
	}
	f.found++
	out.WriteString(removed)
	f.page.leave()
	if f.over.open() {
		n = maxDestination
		f.over.depth = 0
	}
	return text[n:], true
}
