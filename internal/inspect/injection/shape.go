package injection

import "strings"

// Shape is what a line looks like.
type Shape uint8

// The shapes.
const (
	Prose   Shape = iota
	Blank         // nothing
	Rule          // signs only: ----, ====, ```
	Table         // cells between bars or tabs
	Code          // a program's line, a trace, a log
	Comment       // of code
	JSON          // a name and a value in quotes
	Header        // Name: value
	Markup        // HTML or XML
	List          // an item of a list, a heading
	Quote         // > of mail and Markdown
	Hidden        // not a line: a view that was decoded or hidden
	shapes  = iota
)

// shapeOf looks at a folded line.
func shapeOf(line string) Shape {
	indented := len(line) > 0 && (line[0] == '\t' || strings.HasPrefix(line, "    "))
	line = strings.TrimSpace(line)
	if line == "" {
		return Blank
	}
	if len(line) >= maxPart { // long lines are text, whatever signs it has
		if strings.Count(line, "|") > 8 {
			return Table
		}
		if line[0] == '{' || line[0] == '[' && strings.Count(line, `"`) > 8 {
			return JSON
		}
		if strings.Count(line, "</") > 1 {
			return Markup
		}
		return Prose
	}
	c, words := countSigns(line), comment(line)
	switch {
	case c.letters == 0:
		return Rule
	case strings.Count(line, "|") >= 2 || strings.Count(line, "\t") >= 2 && !indented:
		return Table
	case line[0] == '>' && !strings.HasPrefix(line, ">>>"):
		return Quote
	case line[0] == '<' && strings.IndexByte(line, '>') > 0 || strings.Contains(line, "</") && strings.IndexByte(line, '>') > 0:
		return Markup
	case strings.Count(line, `"`) >= 2 && (strings.Contains(line, `":`) || strings.Contains(line, `" :`)):
		return JSON
	case words >= 0 && words < 8 && !heading(line):
		return Code
	case strings.HasSuffix(line, "?"):
		return Prose
	case codeStart(line) || 12*c.code >= len(line) && c.code >= 2 || indented && c.code >= 1 || strings.HasSuffix(line, ";") || strings.HasSuffix(line, "{"):
		return Code
	case heading(line) || item(line):
		return List
	case header(line):
		return Header
	}
	return Prose
}

type signs struct{ letters, code int }

func countSigns(line string) (c signs) {
	for i := range len(line) {
		s := &signsOf[line[i]]
		c.letters += int(s.letters)
		c.code += int(s.code)
	}
	return c
}

// signsOf tells for each byte whether it is of a letter, and whether it is a sign of code.
var signsOf = func() (t [256]struct{ letters, code uint8 }) {
	for c := range t {
		if 'a' <= c && c <= 'z' || c >= 0x80 {
			t[c].letters = 1
		}
	}
	for _, c := range []byte("{}[]()=;<>_\\&*+") {
		t[c].code = 1
	}
	return t
}()

// comment returns where the words of a comment begin, or -1.
func comment(line string) int {
	trimmed := strings.TrimLeft(line, " \t")
	lead := len(line) - len(trimmed)
	for _, mark := range [...]string{"//", "#", "--", "/*", "*", "rem ", ";;", `"""`, "'''"} {
		if strings.HasPrefix(trimmed, mark) {
			return lead + len(mark)
		}
	}
	if strings.IndexByte(line, '#') < 0 && strings.IndexByte(line, '/') < 0 {
		return -1
	}
	for _, mark := range [...]string{" # ", " // ", " /* ", "\t# ", "\t// "} {
		if at := strings.Index(line, mark); at >= 0 {
			return at + len(mark)
		}
	}
	return -1
}

func heading(line string) bool {
	rest := strings.TrimLeft(line, "#")
	return len(rest) < len(line) && len(line)-len(rest) >= 2 && strings.HasPrefix(rest, " ")
}

func item(line string) bool {
	if len(line) > 2 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ' || strings.HasPrefix(line, "•") {
		return true
	}
	n := 0
	for n < len(line) && n < 3 && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	return n > 0 && n+1 < len(line) && (line[n] == '.' || line[n] == ')') && line[n+1] == ' '
}

// header says whether a line is a short name, a colon and a value.
func header(line string) bool {
	name, value, ok := strings.Cut(line, ":")
	return ok && len(name) <= 24 && strings.Count(name, " ") <= 2 && value != "" && (value[0] == ' ' || value[0] == '|')
}

// codeStarts are what statements begin with, by their first byte.
var codeStarts = func() (by [256][]string) {
	for _, s := range [...]string{
		"import ", "from ", "def ", "class ", "return ", "#include", "public ", "private ", "func ", "function ", "const ", "let ", "var ", ">>>", "$ ", "select ",
		"at ", "file \"", "in [", "out[", "for ", "if ", "else:", "try:", "except", "with ", "while ", "elif ", "print(", "@", "package ", "using ", "}", "{", "<?php",
	} {
		by[s[0]] = append(by[s[0]], s)
	}
	return by
}()

// codeStart says whether a line that is not empty begins like a statement.
func codeStart(line string) bool {
	for _, s := range codeStarts[line[0]] {
		if strings.HasPrefix(line, s) {
			switch s {
			case "from ", "for ", "if ", "with ", "while ", "let ", "at ", "using ", "select ", "return ", "import ", "class ", "public ", "private ", "function ", "package ":
				return strings.ContainsAny(line, "()=:;{}*._") && !strings.HasSuffix(line, ".") && !strings.HasSuffix(line, "?")
			}
			return true
		}
	}
	return false
}
