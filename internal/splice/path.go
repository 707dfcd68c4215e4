package splice

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Path is where a value stands: the names and indexes that lead to it from the root, whose path is empty.
type Path struct{ steps []step }

type step struct {
	name  []byte // unescaped; nil for an element
	index int    // of an element; -1 for a member
}

// Depth is the number of steps; 0 is the root.
func (p *Path) Depth() int { return len(p.steps) }

// Name is the i-th step's name, "" for an element of an array.
func (p *Path) Name(i int) string { return string(p.steps[i].name) }

// Index is the i-th step's index, -1 for a member of an object.
func (p *Path) Index(i int) int { return p.steps[i].index }

// Last is the last step's name, "" for an element and for the root.
func (p *Path) Last() string {
	if len(p.steps) == 0 {
		return ""
	}
	return string(p.steps[len(p.steps)-1].name)
}

// Find is what m has for the last step's name, which no string is made of; the zero value for an element and for the root.
func Find[V any](p *Path, m map[string]V) (v V) {
	if len(p.steps) > 0 {
		v = m[string(p.steps[len(p.steps)-1].name)]
	}
	return v
}

// Match says whether the path has exactly these steps. "*" is any one step; nothing else matches an element.
func (p *Path) Match(pattern ...string) bool {
	return len(pattern) == len(p.steps) && p.Under(pattern...)
}

// Under says whether the path begins with these steps, as in Match.
func (p *Path) Under(pattern ...string) bool {
	if len(pattern) > len(p.steps) {
		return false
	}
	for i, want := range pattern {
		if s := &p.steps[i]; want != "*" && (s.index >= 0 || string(s.name) != want) {
			return false
		}
	}
	return true
}

// String is the path as JSON paths are written: contents[0].parts[1].text. The names are the sender's own words: not for
// logs.
func (p *Path) String() string {
	var b strings.Builder
	for i, s := range p.steps {
		switch {
		case s.index >= 0:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		case i > 0:
			b.WriteByte('.')
			fallthrough
		default:
			b.Write(s.name)
		}
	}
	return b.String()
}

// Pattern reads a JSON path such as instances[*].content into what Match takes.
func Pattern(text string) ([]string, error) {
	var steps []string
	for _, part := range strings.Split(text, ".") {
		name, rest, _ := strings.Cut(part, "[*]")
		if name == "" && (len(steps) > 0 || rest != "" || part == "") || strings.ContainsAny(name, "[]") {
			return nil, badPattern(text)
		}
		if name != "" {
			steps = append(steps, name)
		}
		for range strings.Count(part, "[*]") {
			steps = append(steps, "*")
		}
		if strings.ReplaceAll(rest, "[*]", "") != "" {
			return nil, badPattern(text)
		}
	}
	return steps, nil
}

func badPattern(text string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Code: "json_path_invalid",
		Text: fmt.Sprintf("%q is not a JSON path that is understood", text),
		Hint: "write names with dots between them, and [*] for every element of an array: instances[*].content",
	}
}

func (p *Path) push(s step) { p.steps = append(p.steps, s) }
func (p *Path) pop()        { p.steps = p.steps[:len(p.steps)-1] }
