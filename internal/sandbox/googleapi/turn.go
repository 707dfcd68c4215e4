package googleapi

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

// turn is what the model is asked, whatever dialect it was asked in.
type turn struct {
	prompt, system string
	results        []string // of functions: "NAME answered: JSON"
	functions      []answer.Function
	force          bool           // one of the functions must be called
	json           bool           // the answer must be JSON
	schema         map[string]any // of this form, if not nil
	caller         string
}

// calls are the functions that the model wants; none when it has just been told results.
func (t *turn) calls() []answer.Call {
	if len(t.results) > 0 && !t.force {
		return nil
	}
	return answer.Calls(t.prompt, t.functions, t.force)
}

// text is what the model says: what functions answered, what it was asked to repeat, or its extract, signed with who asked.
func (t *turn) text() string {
	said, echo := answer.Echo(t.prompt, t.system)
	if !echo {
		said = answer.To(t.prompt)
	}
	switch {
	case len(t.results) > 0:
		return strings.Join(t.results, "\n")
	case t.schema != nil:
		return encode(answer.Fill(t.schema, t.prompt))
	case t.json:
		return encode(map[string]string{"answer": said, "caller": t.caller})
	case echo:
		return said
	}
	return said + "\n\n[sandbox: called by " + t.caller + "]"
}

// limited cuts a text at the first stop sequence and at a number of tokens (0 is no limit); stop is the sequence that was
// met, short says that it had to be shortened.
func limited(text string, stops []string, tokens int) (out, stop string, short bool) {
	for _, s := range stops {
		if before, _, found := strings.Cut(text, s); found && s != "" {
			text, stop = before, s
		}
	}
	if tokens > 0 {
		text, short = answer.Cut(text, tokens)
	}
	return text, stop, short
}

// encode writes JSON on one line, with < > & as they are.
func encode(v any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil { // our own structs and maps always encode
		panic(err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// result is one function's answer, as the model repeats it.
func result(name string, response map[string]any) string {
	return name + " answered: " + encode(response)
}
