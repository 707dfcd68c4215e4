package inspect

// maxApart is how many bytes may stand between two characters of a canary (spaces, dashes, Markdown) for it to be seen,
// and minHeld how many characters of it are no coincidence: from there on a Watch holds back.
const (
	maxApart = 8
	minHeld  = 3
)

// Watch looks for a canary in a stream. It holds back the beginning of what may become one: at most maxApart+1 bytes for each of
// its characters.
type Watch struct {
	tracker
	held    string  // not yet shown
	read    int     // bytes of the answer
	counted int     // of them, letters and digits
	places  [64]int // of the last of those, in the answer; as many as a form may have
}

// Watch starts to watch an answer.
func (c *Canary) Watch() *Watch { return &Watch{tracker: tracker{canary: c}} }

// Leaked says whether the canary was seen. Nothing is shown from then on.
func (w *Watch) Leaked() bool { return w.whole }

// Write takes the next piece of the answer and returns what may be shown; nothing any more once the canary was seen.
func (w *Watch) Write(text string) (safe string, leaked bool) {
	for i := 0; i < len(text) && !w.whole; i++ {
		w.read++
		if w.take(text[i]) {
			w.places[w.counted%len(w.places)] = w.read - 1
			w.counted++
		}
	}
	if w.whole {
		w.held = ""
		return "", true
	}
	return w.release(text, w.canary.begun(w.at)), false
}

// Flush returns what was held back; the answer has ended.
func (w *Watch) Flush() string { return w.release("", 0) }

// release gives out what is held and the text after it, but for the last keep characters that counted and what stands
// around them. Those before minHeld are out already.
func (w *Watch) release(text string, keep int) string {
	if w.held != "" {
		text = w.held + text
	}
	show := len(text)
	if keep > 0 {
		begin := w.places[(w.counted-keep)%len(w.places)]
		show = max(0, len(text)-(w.read-begin))
	}
	w.held = text[show:]
	return text[:show]
}
