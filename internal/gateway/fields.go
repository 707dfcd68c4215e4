package gateway

import (
	"strings"

	"github.com/landbridge/landbridge/internal/splice"
)

// field is what a value of a body is to the gateway.
type field uint8

// The fields of requests, then those of answers.
const (
	unknown     field = iota // copied, unseen
	opaque                   // known to be no text: ids, base64, signatures
	userText                 // what a person wrote, or an earlier answer, by the role of its turn
	systemText               // instructions of the program
	toolText                 // data: results of functions, documents
	saidText                 // what a model said or called with, in an earlier turn
	wordsOfTool              // a schema: its descriptions and titles are text
	sourceData               // base64, or text where facts say so
	roleName
	functionName
	builtInTool // a member by whose name a tool is known
	toolType    // a string by which a tool is known
	mediaType
	mediaURL   // a data URL, or another address, of media
	mediaBody  // of media that should have a type
	sourceKind // how media come: as text, as base64, by address
	cachedName
	modelName
	streamFlag
	maxOutput
	answersWanted // how many
	safety
	label
	schemaText // of the answer

	answerText    // of one candidate, in pieces
	answerThought // the same, of what it thinks
	answerJSON    // the same, JSON that is cut into pieces: a tool call's arguments
	answerValue   // a string that comes whole
	answerPlaces  // places in the text, which are wrong once it is another
	thoughtFlag
	answerIndex // a candidate's or a tool call's own number
	answerFinish
	answerBlock
	usageInput
	usageOfOne // of several inputs: the input is the sum
	usageOutput
	usageThoughts
	usageCached
	errorCode
	eventType
)

// text says that a field of a request holds text that the guard looks at.
func (f field) text() bool { return f >= userText && f <= sourceData }

// node is one step of the paths of a shape.
type node struct {
	names   map[string]*node
	element *node // of an array
	other   field // of a member that names does not have
	below   field // of every string below that has no field of its own
	is      field
}

// fields reads a table of paths: steps with dots between them, * for an element of an array, ? for a member of any name,
// and ** at the end for every string below. Names are written as in JSON; Google's also have a form with underscores,
// which is added (the two forms of protocol buffers' JSON).
func fields(table map[string]field) *node {
	root := &node{}
	for path, is := range table {
		root.add(strings.Split(path, "."), is)
	}
	return root
}

func (n *node) add(steps []string, is field) {
	if len(steps) == 0 {
		n.is = is
		return
	}
	switch steps[0] {
	case "**":
		n.below = is
	case "?":
		n.other = is
	case "*":
		if n.element == nil {
			n.element = &node{}
		}
		n.element.add(steps[1:], is)
	default:
		n.child(steps[0]).add(steps[1:], is)
	}
}

// child is the node of a name, in both of its forms.
func (n *node) child(name string) *node {
	if n.names == nil {
		n.names = map[string]*node{}
	}
	if n.names[name] == nil {
		n.names[name] = &node{}
		n.names[underscored(name)] = n.names[name]
	}
	return n.names[name]
}

func underscored(name string) string {
	var b strings.Builder
	b.Grow(len(name) + 4)
	for i := range len(name) {
		if c := name[i]; 'A' <= c && c <= 'Z' {
			b.WriteByte('_')
			b.WriteByte(c + 'a' - 'A')
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// trail follows a pass over a body: the nodes that lead to where it is. A pass sees every object and array that it goes
// into before what lies in it, so that each value costs one step from what is around it.
type trail struct {
	root *node
	open []stretch // by depth
	room [10]stretch
}

// stretch is where a path has come to in the fields: nil where they do not lead, and what strings below are then.
type stretch struct {
	n     *node
	below field
}

// find says what the value at a path is, and whether there may be more below it. form says that an array or an object must
// stand there, 0 for any value, so that what is looked for in the one cannot hide in the other: Google's reader takes an
// object for a list of one, and a list in a list.
func (t *trail) find(at *splice.Path) (is field, more bool, form byte) {
	d := at.Depth()
	if d == 0 {
		t.open = append(t.room[:0], stretch{t.root, t.root.below})
		return t.root.what(t.root.below, true)
	}
	t.open = t.open[:d]
	in := t.open[d-1]
	var next *node
	switch {
	case in.n == nil:
	case at.Index(d-1) >= 0:
		next = in.n.element
	default:
		if next = splice.Find(at, in.n.names); next == nil && in.n.other != unknown {
			t.open = append(t.open, stretch{nil, in.below})
			return in.n.other, false, 0
		}
	}
	if next == nil {
		t.open = append(t.open, stretch{nil, in.below})
		return in.below, in.below != unknown, 0
	}
	below := in.below
	if next.below != unknown {
		below = next.below
	}
	t.open = append(t.open, stretch{next, below})
	return next.what(below, false)
}

// what is what find says of a node.
func (n *node) what(below field, root bool) (is field, more bool, form byte) {
	if n.is != unknown {
		return n.is, n.is != opaque, 0
	}
	return below, true, n.form(root)
}

// form is what must stand at a node.
func (n *node) form(root bool) byte {
	switch {
	case n.element != nil && n.names == nil && n.below == unknown:
		return splice.Array
	case n.names != nil && n.element == nil && (!root || n.below == unknown): // a free body may be anything
		return splice.Object
	}
	return 0
}
