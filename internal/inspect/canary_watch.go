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
	canary *Canary
	at     []int  // of each form: how many of its characters stand at the end of what was read
	held   []byte // not yet shown
	places []int  // in held: of the last characters that counted, oldest first
	apart  int    // bytes since the last of them
	leaked bool
}

// Watch starts to watch an answer.
func (c *Canary) Watch() *Watch { return &Watch{canary: c, at: make([]int, len(c.forms))} }

// Leaked says whether the canary was seen. Nothing is shown from then on.
func (w *Watch) Leaked() bool { return w.leaked }

// Write takes the next piece of the answer and returns what may be shown; nothing any more once the canary was seen.
func (w *Watch) Write(text string) (safe string, leaked bool) {
	for i := range len(text) {
		if w.leaked {
			return "", true
		}
		w.take(text[i])
	}
	if w.leaked {
		return "", true
	}
	return w.release(w.open()), false
}

// Flush returns what was held back; the answer has ended.
func (w *Watch) Flush() string {
	if w.leaked {
		return ""
	}
	return w.release(0)
}

func (w *Watch) take(b byte) {
	w.held = append(w.held, b)
	c, ok := fold(b)
	if !ok {
		if w.apart++; w.apart > maxApart {
			clear(w.at)
			w.places = w.places[:0]
		}
		return
	}
	w.apart = 0
	w.places = append(w.places, len(w.held)-1)
	for i, f := range w.canary.forms {
		if w.at[i] = f.step(w.at[i], c); w.at[i] == len(f.text) {
			w.leaked = true
		}
	}
}

// open is how many of the last characters may be the beginning of a canary.
func (w *Watch) open() int {
	most := 0
	for _, n := range w.at {
		if n >= minHeld {
			most = max(most, n)
		}
	}
	return most
}

// release gives out what is held but for the last keep characters that counted and what stands around them. Those
// before minHeld are out already.
func (w *Watch) release(keep int) string {
	keep = min(keep, len(w.places))
	from := len(w.held)
	if keep > 0 {
		from = w.places[len(w.places)-keep]
	}
	safe := string(w.held[:from])
	w.held = append(w.held[:0], w.held[from:]...)
	w.places = append(w.places[:0], w.places[len(w.places)-keep:]...)
	for i := range w.places {
		w.places[i] -= from
	}
	return safe
}

// form is one spelling, with the table of Knuth, Morris and Pratt: where to go on when a character does not fit.
type form struct {
	text string
	fail []int
}

func newForm(text string) form {
	f := form{text: text, fail: make([]int, len(text)+1)}
	for i := 1; i < len(text); i++ {
		f.fail[i+1] = f.step(f.fail[i], text[i])
	}
	return f
}

// step returns how much of the form stands at the end after c, when n of it stood there before.
func (f form) step(n int, c byte) int {
	for n > 0 && (n == len(f.text) || f.text[n] != c) {
		n = f.fail[n]
	}
	if f.text[n] == c {
		n++
	}
	return n
}
