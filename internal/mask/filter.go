package mask

import (
	"strings"
	"unicode/utf8"
)

// contextSize is how much of what has left a Filter is still shown to the detectors before what has not.
const contextSize = 128

// Filter is Answer's first half for one stream of text: it takes out personal data that the prompt did not hold. Its
// output still has the tokens in it, and goes through a Restorer.
//
// Text leaves at the end of a line or a sentence, or when half of the limit is held back; never in the middle of what
// detectors have found, and with what left before it in their sight.
type Filter struct {
	s     *Session
	limit int
	text  string // context, then what is held back
	out   int    // where that begins
}

// Filter begins a stream, of which at most holdBack bytes are held back.
func (s *Session) Filter(holdBack int) *Filter { return &Filter{s: s, limit: max(holdBack, 16)} }

// Write takes the next piece of text, cut at any byte, and returns what is safe to send on. A *bridge.Error of kind
// Refused is as Mask's: the stream must end.
func (f *Filter) Write(text string) (string, error) {
	if f.s.m.o.AnswersAction == "" {
		return text, nil
	}
	f.text += text
	cut := f.out + sentenceEnd(f.text[f.out:])
	if cut == f.out && f.held() > f.limit/2 {
		cut = f.wordEnd()
	}
	if cut == f.out {
		return "", nil
	}
	return f.release(min(cut, f.openToken()), false)
}

// Flush returns what was held back. The stream is over, or something else than text comes next.
func (f *Filter) Flush() (string, error) { return f.release(len(f.text), true) }

func (f *Filter) held() int { return len(f.text) - f.out }

// release lets out what stands before cut, or a little more or less, so that no finding is cut.
func (f *Filter) release(cut int, end bool) (string, error) {
	found := f.s.strange(f.text)
	first := 0
	for first < len(found) && found[first].End <= f.out {
		first++
	}
	found = found[first:]
	last := 0
	for ; last < len(found) && found[last].Start < cut; last++ {
		it := &found[last]
		it.Start = max(it.Start, f.out)
		grows := it.End == len(f.text) && !end && f.held() <= f.limit
		if it.End > cut && it.Start > f.out || grows {
			cut = it.Start
			break
		}
		cut = max(cut, it.End)
	}
	for i := range last {
		found[i].Start -= f.out
		found[i].End -= f.out
	}
	text, err := splice(f.text[f.out:cut], found[:last], f.s.hide)
	base := max(cut-contextSize, 0)
	for base < cut && !utf8.RuneStart(f.text[base]) {
		base++
	}
	f.text, f.out = f.text[base:], cut-base
	return text, err
}

// openToken is where a token begins that is not whole yet, or the end of the text.
func (f *Filter) openToken() int {
	for i := f.out; i < len(f.text); i++ {
		if _, _, open := f.s.token(f.text, i); open {
			return i
		}
	}
	return len(f.text)
}

// wordEnd is the last end of a word that leaves a quarter of the limit behind it.
func (f *Filter) wordEnd() int {
	end := max(len(f.text)-f.limit/4, f.out)
	if space := strings.LastIndexByte(f.text[f.out:end], ' '); space >= 0 {
		return f.out + space + 1
	}
	for end > f.out && !utf8.RuneStart(f.text[end]) {
		end--
	}
	return end
}

// sentenceEnd is where the last line or sentence of text ends, 0 when none does. Short words before a full stop are
// taken for abbreviations: St., Dr., Inc.
func sentenceEnd(text string) int {
	for i := len(text) - 1; i >= 0; i-- {
		switch {
		case text[i] == '\n':
			return i + 1
		case text[i] == ' ' && i > 3 && strings.IndexByte(".!?", text[i-1]) >= 0 && lower(text[i-2]) && lower(text[i-3]) && lower(text[i-4]):
			return i + 1
		}
	}
	return 0
}

func lower(c byte) bool { return 'a' <= c && c <= 'z' }
