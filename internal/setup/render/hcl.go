package render

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/estate"
)

// block is a block of HCL as "terraform fmt" lays it out: attributes of neighbouring lines have their "=" below one another.
type block struct {
	head  string // resource "google_project_service" "x"
	lines []line
}

// line is an attribute, a nested block, or an empty line.
type line struct {
	name  string
	value string // an expression, which may be of several lines
	block *block
}

func (b *block) attribute(name, expression string) {
	b.lines = append(b.lines, line{name: name, value: expression})
}
func (b *block) gap() { b.lines = append(b.lines, line{}) }

func (b *block) nest(head string) *block {
	inner := &block{head: head}
	b.gap()
	b.lines = append(b.lines, line{block: inner})
	return inner
}

func (b *block) write(out *bytes.Buffer, indent string) {
	if len(b.lines) == 0 {
		fmt.Fprintf(out, "%s%s {}\n", indent, b.head)
		return
	}
	fmt.Fprintf(out, "%s%s {\n", indent, b.head)
	writeLines(out, b.lines, indent+"  ")
	fmt.Fprintf(out, "%s}\n", indent)
}

func writeLines(out *bytes.Buffer, lines []line, indent string) {
	for len(lines) > 0 && lines[0] == (line{}) {
		lines = lines[1:]
	}
	for i, l := range lines {
		switch {
		case l.block != nil:
			l.block.write(out, indent)
		case l.name == "":
			out.WriteString("\n")
		default:
			fmt.Fprintf(out, "%s%-*s = %s\n", indent, width(lines, i), l.name, strings.ReplaceAll(l.value, "\n", "\n"+indent))
		}
	}
}

// width is how wide the names are of the run of lines that line i is in. One with a value of several lines stands alone.
func width(lines []line, i int) int {
	runs := func(j int) bool {
		return lines[j].name != "" && lines[j].block == nil && !strings.Contains(lines[j].value, "\n")
	}
	if !runs(i) {
		return utf8.RuneCountInString(lines[i].name)
	}
	first, last := i, i
	for first > 0 && runs(first-1) {
		first--
	}
	for last+1 < len(lines) && runs(last+1) {
		last++
	}
	wide := 0
	for _, l := range lines[first : last+1] {
		wide = max(wide, utf8.RuneCountInString(l.name))
	}
	return wide
}

// list is an expression for a list, one element a line when there are several.
func list(expressions []string) string {
	if len(expressions) < 2 {
		return "[" + strings.Join(expressions, "") + "]"
	}
	return "[\n  " + strings.Join(expressions, ",\n  ") + ",\n]"
}

// object is an expression for a map, in the order of its keys.
func (t *terraform) object(m map[string]string) string {
	if len(m) == 0 {
		return "{}"
	}
	var lines []line
	for _, key := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, line{name: hclString(key), value: t.text(m[key])})
	}
	var out bytes.Buffer
	writeLines(&out, lines, "  ")
	return "{\n" + out.String() + "}"
}

// hclString is a text as a quoted template without any expression in it.
func hclString(s string) string { return `"` + hclEscape(s) + `"` }

func hclEscape(s string) string {
	var out strings.Builder
	var before rune
	for i, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{") && before != r:
			out.WriteRune(r) // "${" and "%{" are written with their first character twice
			out.WriteRune(r)
		case r == '{' && (strings.HasSuffix(s[:i], "$$") || strings.HasSuffix(s[:i], "%%")):
			out.WriteString(`\u007b`) // the doubled form could be read in two ways here
		case !unicode.IsPrint(r) && r > 0xffff:
			fmt.Fprintf(&out, `\U%08x`, r)
		case !unicode.IsPrint(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
		before = r
	}
	return out.String()
}

// text is an expression for a text whose references become expressions.
func (t *terraform) text(s string) string {
	refs := estate.References(s)
	if len(refs) == 0 {
		return hclString(s)
	}
	if s == estate.Ref(refs[0].Address, refs[0].Output) {
		return t.output(refs[0])
	}
	var out strings.Builder
	rest := s
	for _, ref := range refs {
		before, after, _ := strings.Cut(rest, estate.Ref(ref.Address, ref.Output))
		rest = after
		// A "$" right before "${" would make it the escape of itself.
		if end := strings.TrimRight(before, "$%"); end != before {
			out.WriteString(hclEscape(end))
			for _, r := range before[len(end):] {
				fmt.Fprintf(&out, `\u%04x`, r)
			}
		} else {
			out.WriteString(hclEscape(before))
		}
		out.WriteString("${" + t.output(ref) + "}")
	}
	out.WriteString(hclEscape(rest))
	return `"` + out.String() + `"`
}
