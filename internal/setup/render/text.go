package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// checkText refuses what no argument of a program and no text file can carry.
func checkText(r setup.Resource) error {
	var bad string
	for _, s := range estate.Texts(r.Spec) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			bad = s
		}
	}
	if bad == "" {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Code: "not_text", Text: fmt.Sprintf("%s holds a value that is not text: %q", r.Address, bad),
		Hint: "write it in UTF-8, without NUL",
	}
}

// pairs is a map as "key=value", in the order of the keys.
func pairs(m map[string]string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, key+"="+m[key])
	}
	return out
}

// oneLine makes a text fit into a comment: no line break of any kind, nothing that moves the cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

func quoted(s string) string { return strconv.Quote(s) }

// identifier is a name that every language here takes: letters, digits and "_", not beginning with a digit.
func identifier(s string) string {
	out := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, s)
	if out == "" || out[0] >= '0' && out[0] <= '9' {
		out = "_" + out
	}
	return out
}

// names gives each thing an identifier of its own: the first keeps the plain one, which is stable as long as the order is.
type names struct {
	of    map[string]string
	taken map[string]bool
}

func (n *names) name(key, wanted string) string {
	if name, ok := n.of[key]; ok {
		return name
	}
	if n.of == nil {
		n.of, n.taken = map[string]string{}, map[string]bool{}
	}
	name := identifier(wanted)
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", identifier(wanted), i)
	}
	n.of[key], n.taken[name] = name, true
	return name
}
