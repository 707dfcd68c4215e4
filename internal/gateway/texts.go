package gateway

import (
	"errors"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// flowKey names one flow of text in an answer: of one candidate, or of one block or tool call, of one kind.
type flowKey struct {
	candidate, tool int
	kind            field
}

// texts are the flows of text of one answer, and what stands beside them.
type texts struct {
	// What every flow passes, in this order; set by the steps inspectAnswer and unmask.
	canary    *inspect.Canary
	links     Action // off: no link is looked at
	linkHosts []string
	note      func(action, reason string, score float32) // of what is found, for the record
	gates     func() []*gate                             // of one flow
	strange   bool                                       // personal data that the prompt did not hold is taken out
	holdBack  int
	session   *mask.Session // nil: nothing was masked

	schema *jsonschema.Resolved // that the text shall hold; nil for none

	flows    []*flow
	said     map[int]string // the text of each candidate, where there is a schema
	altered  bool           // a text is not as the model has written it
	usage    prompt.Usage
	finish   string // the first candidate's
	finished []int  // candidates
	failed   int    // code of an error in the answer, 0 for none
}

// active says whether the texts of an answer are to be read at all.
func (t *texts) active() bool {
	return t.session != nil || t.canary != nil || t.links != Off || t.gates != nil || t.schema != nil
}

// keep adds to what a candidate has said, where it will be held against a schema.
func (t *texts) keep(key flowKey, text string) {
	if t.schema == nil || key.kind != answerText {
		return
	}
	if t.said == nil {
		t.said = map[int]string{}
	}
	t.said[key.candidate] += text
}

// flow is the way of one flow of text from the model to the caller.
type flow struct {
	t       *texts
	key     flowKey
	watch   *inspect.Watch
	links   *inspect.LinkFilter
	gates   []*gate
	filter  *mask.Filter
	restore *mask.Restorer
	begun   bool
	written bool // since the last flush
}

// flow finds a flow, or begins it.
func (t *texts) flow(key flowKey) *flow {
	for _, f := range t.flows {
		if f.key == key {
			return f
		}
	}
	f := &flow{t: t, key: key}
	prose := key.kind != answerJSON
	if t.canary != nil {
		f.watch = t.canary.Watch()
	}
	if t.links != Off && prose {
		f.links = inspect.NewLinkFilter(t.linkHosts)
	}
	if t.gates != nil && prose {
		f.gates = t.gates()
	}
	if t.session != nil {
		if t.strange {
			f.filter = t.session.Filter(t.holdBack)
		}
		form := mask.Plain
		if !prose {
			form = mask.JSON
		}
		f.restore = t.session.RestorerIn(form)
	}
	t.flows = append(t.flows, f)
	return f
}

// write takes the next piece of text, and returns what may go on. A *blocked ends the answer.
func (f *flow) write(text string) (string, error) {
	f.begun, f.written = true, true
	return f.pass(text, false)
}

// end takes the last piece. A text that comes in one piece is looked at once.
func (f *flow) end(text string) (string, error) {
	if f.begun || len(f.gates) > 0 {
		f.written = false
		return f.pass(text, true)
	}
	t := f.t
	if f.links != nil {
		var err error
		if text, err = f.link(text, true); err != nil {
			return "", err
		}
	}
	form := mask.Plain
	if f.key.kind == answerJSON {
		form = mask.JSON
	}
	return t.value(text, form)
}

// flush returns what was held back.
func (f *flow) flush() (string, error) {
	f.written = false
	return f.pass("", true)
}

func (f *flow) pass(text string, end bool) (string, error) {
	var err error
	if f.watch != nil {
		if text, err = f.leaks(text, end); err != nil {
			return "", err
		}
	}
	if f.links != nil {
		if text, err = f.link(text, end); err != nil {
			return "", err
		}
	}
	for _, g := range f.gates {
		if text, err = g.pass(text, end); err != nil {
			return "", err
		}
	}
	if f.filter != nil {
		if text, err = f.personal(text, end); err != nil {
			return "", err
		}
	}
	if f.restore != nil {
		text = f.restore.Write(text)
		if end {
			text += f.restore.Flush()
		}
	}
	return text, nil
}

// leaks looks for the canary.
func (f *flow) leaks(text string, end bool) (string, error) {
	text, leaked := f.watch.Write(text)
	if leaked {
		return "", leak()
	}
	if end {
		text += f.watch.Flush()
	}
	return text, nil
}

func leak() error {
	return &blocked{code: "instruction_leaked", finish: "PROHIBITED_CONTENT", message: "The answer was cut: it repeats the program's own instructions."}
}

// link takes out links that carry data away, or says that they are there.
func (f *flow) link(text string, end bool) (string, error) {
	before := f.links.Found()
	out := f.links.Write(text)
	if end {
		out += f.links.Flush()
	}
	if f.links.Found() == before {
		if f.t.links == Flag {
			return text, nil
		}
		return out, nil
	}
	switch f.t.links {
	case Block:
		return "", &blocked{code: "link_blocked", finish: "PROHIBITED_CONTENT", message: "The answer was cut: it has a link or an image that could carry data away."}
	case Flag:
		out = text
	}
	f.t.note(string(Flag), "link", 0)
	return out, nil
}

// personal takes out personal data that the prompt did not hold.
func (f *flow) personal(text string, end bool) (string, error) {
	out, err := f.filter.Write(text)
	if err == nil && end {
		var rest string
		rest, err = f.filter.Flush()
		out += rest
	}
	return out, personalBlock(err)
}

func personalBlock(err error) error {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return &blocked{code: e.Code, finish: "SPII", message: "The answer was cut: it has personal data that may not be shown."}
	}
	return err
}

// value is a string of the answer that comes whole.
func (t *texts) value(text string, form mask.Form) (string, error) {
	if t.canary != nil && t.canary.Seen(text) {
		return "", leak()
	}
	if t.session == nil {
		return text, nil
	}
	if !t.strange {
		return t.session.UnmaskIn(form, text), nil
	}
	text, err := t.session.AnswerIn(form, text)
	return text, personalBlock(err)
}

// gate holds text back until it has been checked, together with what stood before it.
type gate struct {
	size         int // bytes that are held back at most
	check        func(text string) error
	before, held string
}

func (g *gate) pass(text string, end bool) (string, error) {
	g.held += text
	if g.held == "" || len(g.held) < g.size && !end {
		return "", nil
	}
	if err := g.check(g.before + g.held); err != nil {
		return "", err
	}
	out := g.held
	g.before, g.held = out[max(0, len(out)-g.size):], ""
	return out, nil
}

// open are the candidates that have begun and not finished; the first one where none has begun.
func (t *texts) open() []int {
	var out []int
	for _, f := range t.flows {
		if c := f.key.candidate; !slices.Contains(t.finished, c) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		out = append(out, 0)
	}
	return out
}

// closed says whether a candidate has finished.
func (t *texts) closed(candidate int) bool { return slices.Contains(t.finished, candidate) }
