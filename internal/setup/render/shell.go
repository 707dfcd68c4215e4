package render

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// plainWord needs no quotes in bash. "=" is fine anywhere but in the first word of a command, where no value stands.
var plainWord = bridge.FormOf(`^[A-Za-z0-9_@%+=:,./-]+$`)

// word is a text as one word of bash. References become variables.
func (s *script) word(text string) string {
	if len(estate.References(text)) == 0 {
		return literal(text)
	}
	// Pieces between references go into double quotes as they are, or into single quotes when they hold what bash reads
	// inside double ones.
	var pieces []string
	rest := text
	for _, ref := range estate.References(text) {
		before, after, _ := strings.Cut(rest, estate.Ref(ref.Address, ref.Output))
		pieces, rest = append(pieces, before), after
		pieces = append(pieces, "${"+s.variable(ref)+"}")
	}
	pieces = append(pieces, rest)
	inDouble := true
	for i := 0; i < len(pieces); i += 2 {
		inDouble = inDouble && !strings.ContainsAny(pieces[i], special)
	}
	if inDouble {
		return `"` + strings.Join(pieces, "") + `"`
	}
	var out strings.Builder
	for i, piece := range pieces {
		switch {
		case i%2 == 1:
			out.WriteString(`"` + piece + `"`)
		case piece != "":
			out.WriteString(literal(piece))
		}
	}
	return out.String()
}

func literal(text string) string {
	if plainWord().MatchString(text) {
		return text
	}
	if strings.Contains(text, "'") && !strings.ContainsAny(text, special) {
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// special is what bash reads inside double quotes.
const special = "$`\"\\!"

func (s *script) words(texts ...string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = s.word(t)
	}
	return strings.Join(out, " ")
}

// variable is the name of the shell variable that an output is read into.
func (s *script) variable(ref estate.Reference) string {
	return s.variables.name(ref.Address+"."+ref.Output, strings.ToUpper(identifier(ref.Address+"_"+ref.Output)))
}

// separator is what gcloud's lists have between their elements: the first of these that no element holds. What a reference
// stands for is a GUID, a number, an e-mail or a URL, and holds none of them.
func separator(elements []string) string {
	all := strings.Join(elements, "\x00")
	for _, candidate := range []string{";", "|", "~", "#", "<;>"} {
		if !strings.Contains(all, candidate) {
			return candidate
		}
	}
	between := "<;;>"
	for strings.Contains(all, between) {
		between = "<;" + between[1:]
	}
	return between
}
