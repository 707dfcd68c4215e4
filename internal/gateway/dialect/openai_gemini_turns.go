package dialect

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// turns gathers messages into Gemini's contents.
type turns struct {
	model    string // as the target names it
	tag      string // thought_tag_marker, "" for none
	system   []part
	contents []content
	calls    []string          // ids of the last turn of calls, in its order
	names    map[string]string // of functions, by the id of their call
	results  []part            // of the calls, in their order
	places   []int             // of the results among the calls
}

// add takes one message; its errors name it by its place.
func (t *turns) add(i int, m *message) error {
	at := index("messages", i)
	switch m.Role {
	case "system", "developer":
		parts, err := t.parts(at, m)
		t.system = append(t.system, parts...)
		return err
	case "user":
		parts, err := t.parts(at, m)
		if err == nil && len(parts) == 0 {
			err = invalid(at+".content", "the message is empty", "")
		}
		t.push("user", parts)
		return err
	case "assistant":
		return t.assistant(at, m)
	case "tool":
		return t.result(at, m)
	case "function":
		return t.respond(at, m.Name, m, len(t.calls))
	case "":
		return invalid(at+".role", "the role is missing", "")
	default:
		return invalid(at+".role", "this role is not known here", "use system, developer, user, assistant or tool")
	}
}

// push begins a turn; calls of earlier turns can still be answered, but no longer side by side.
func (t *turns) push(role string, parts []part) {
	t.contents = append(t.contents, content{role, parts})
	t.results, t.places = nil, nil
}

func (t *turns) assistant(at string, m *message) error {
	parts, err := t.parts(at, m)
	if err != nil {
		return err
	}
	if m.Refusal != "" {
		parts = append(parts, part{Text: &m.Refusal})
	}
	if n := len(parts); n > 0 {
		parts[n-1].ThoughtSignature = m.Extra.signature()
	}
	calls := m.ToolCalls
	if m.FunctionCall != nil {
		calls = []toolCall{{Function: *m.FunctionCall}}
	}
	t.calls = t.calls[:0]
	bare := len(calls) > 0
	for i, call := range calls {
		args, err := object(at+"."+index("tool_calls", i)+".function.arguments", call.Function.Arguments)
		if err != nil {
			return err
		}
		t.call(call.ID, call.Function.Name)
		signature := call.Extra.signature()
		if signature == "" {
			_, signature = callID(call.ID)
		}
		bare = bare && signature == ""
		parts = append(parts, part{FunctionCall: &functionCall{Name: call.Function.Name, Args: args}, ThoughtSignature: signature})
	}
	if bare && m.Extra.signature() == "" {
		t.sign(&parts[len(parts)-len(calls)])
	}
	if len(parts) > 0 {
		t.push("model", parts)
	}
	return nil
}

// unsigned stands for the signature of a call that came without: Gemini 3 refuses a history of calls with none, and
// names this word for calls of other models' making (ai.google.dev/gemini-api/docs/thought-signatures).
const unsigned = "skip_thought_signature_validator"

// sign marks the first call of a turn that has no signature, where the model wants one.
func (t *turns) sign(p *part) {
	if strings.HasPrefix(t.model, "gemini-3") {
		p.ThoughtSignature = unsigned
	}
}

// result is a message with role tool: the answer to one of the calls before.
func (t *turns) result(at string, m *message) error {
	name, place, ok := t.called(m.ToolCallID)
	if !ok {
		return invalid(at+".tool_call_id", "no earlier assistant message has a call with this id", "send the message with tool_calls before its results")
	}
	return t.respond(at, name, m, place)
}

// called finds a call by its id: the function's name, and the call's place among those of the last turn.
func (t *turns) called(id string) (name string, place int, ok bool) {
	name, ok = t.names[id]
	if place = slices.Index(t.calls, id); place < 0 {
		place = len(t.calls)
	}
	return name, place, ok
}

// call notes a call of the turn that is in the making.
func (t *turns) call(id, name string) {
	if t.names == nil {
		t.names = map[string]string{}
	}
	t.names[id] = name
	t.calls = append(t.calls, id)
}

func (t *turns) respond(at, name string, m *message, place int) error {
	if name == "" {
		return invalid(at+".name", "the function is not named", "")
	}
	parts, err := t.parts(at, m)
	if err != nil {
		return err
	}
	text, others := split(parts)
	t.answer(functionResponse{Name: name, Response: response("output", text), Parts: others}, place)
	return nil
}

// split takes a result's text from its other parts.
func split(parts []part) (text string, others []part) {
	var b strings.Builder
	for _, p := range parts {
		if p.Text != nil {
			b.WriteString(*p.Text)
		} else {
			others = append(others, p)
		}
	}
	return b.String(), others
}

// answer puts a result where its call stood among its turn's calls: Gemini matches them by order.
func (t *turns) answer(r functionResponse, place int) {
	if t.results == nil {
		t.contents = append(t.contents, content{Role: "user"})
	}
	i := len(t.places)
	for i > 0 && t.places[i-1] > place {
		i--
	}
	t.places = slices.Insert(t.places, i, place)
	t.results = slices.Insert(t.results, i, part{FunctionResponse: &r})
	t.contents[len(t.contents)-1].Parts = t.results
}

// response is a function's answer as an object: itself where it is one, else its text under the name that Gemini's
// reference gives it: output or error.
func response(name, text string) jsontext.Value {
	if isObject(text) {
		return jsontext.Value(text)
	}
	return marshal(map[string]string{name: text})
}

// object reads a call's arguments; clients write "" for none.
func object(at, arguments string) (jsontext.Value, error) {
	if strings.TrimSpace(arguments) == "" {
		return jsontext.Value("{}"), nil
	}
	if !isObject(arguments) {
		return nil, invalid(at, "this is no JSON object", "")
	}
	return jsontext.Value(arguments), nil
}
