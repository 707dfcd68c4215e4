package render_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// hclBlock is a block as a reader of our own sees it: the native syntax (github.com/hashicorp/hcl, spec.md) without
// operators, functions and heredocs, of which the renderer writes none.
type hclBlock struct {
	kind   string
	labels []string
	values map[string]any // string, bool, traversal, template, []any, map[string]any
	blocks []*hclBlock
}

type traversal string

type template []any // strings and traversals

func (b *hclBlock) inner(kind string) *hclBlock {
	for _, x := range b.blocks {
		if x.kind == kind {
			return x
		}
	}
	return &hclBlock{values: map[string]any{}}
}

type hclReader struct {
	t    *testing.T
	text string
	at   int
}

func readHCL(t *testing.T, text string) []*hclBlock {
	t.Helper()
	r := &hclReader{t: t, text: text}
	top := r.body()
	if r.skip(); r.at < len(r.text) {
		r.fail("the end")
	}
	return top.blocks
}

func (r *hclReader) fail(wanted string) {
	r.t.Helper()
	end := min(len(r.text), r.at+60)
	r.t.Fatalf("at %d, wanted %s: %q", r.at, wanted, r.text[r.at:end])
}

func (r *hclReader) skip() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case '#':
			if i := strings.IndexByte(r.text[r.at:], '\n'); i >= 0 {
				r.at += i
			} else {
				r.at = len(r.text)
			}
		case ' ', '\n':
			r.at++
		default:
			return
		}
	}
}

func (r *hclReader) take(s string) bool {
	r.skip()
	if strings.HasPrefix(r.text[r.at:], s) {
		r.at += len(s)
		return true
	}
	return false
}

func (r *hclReader) word() string {
	r.skip()
	start := r.at
	for r.at < len(r.text) && (r.text[r.at] == '_' || r.text[r.at] == '.' || r.text[r.at] == '-' ||
		unicode.IsLetter(rune(r.text[r.at])) || unicode.IsDigit(rune(r.text[r.at]))) {
		r.at++
	}
	return r.text[start:r.at]
}

func (r *hclReader) body() *hclBlock {
	b := &hclBlock{values: map[string]any{}}
	for {
		name := r.word()
		if name == "" {
			return b
		}
		if r.take("=") {
			if _, twice := b.values[name]; twice {
				r.fail("no second " + name)
			}
			b.values[name] = r.expression()
			continue
		}
		var labels []string
		for !r.take("{") {
			label, ok := r.expression().(string)
			if !ok {
				r.fail("a label")
			}
			labels = append(labels, label)
		}
		inner := r.body()
		inner.kind, inner.labels = name, labels
		b.blocks = append(b.blocks, inner)
		if !r.take("}") {
			r.fail("}")
		}
	}
}

func (r *hclReader) expression() any {
	switch {
	case r.take(`"`):
		return r.template()
	case r.take("["):
		out := []any{}
		for !r.take("]") {
			out = append(out, r.expression())
			r.take(",")
		}
		return out
	case r.take("{"):
		out := map[string]any{}
		for !r.take("}") {
			var key string
			if r.take(`"`) {
				key, _ = r.template().(string)
			} else {
				key = r.word()
			}
			if !r.take("=") {
				r.fail("=")
			}
			out[key] = r.expression()
		}
		return out
	}
	switch w := r.word(); w {
	case "true", "false":
		return w == "true"
	case "":
		r.fail("an expression")
		return nil
	default:
		return traversal(w)
	}
}

// template reads a quoted template behind its first quote.
func (r *hclReader) template() any {
	var parts template
	var lit strings.Builder
	for {
		if r.at >= len(r.text) || r.text[r.at] == '\n' {
			r.fail(`"`)
		}
		rest := r.text[r.at:]
		switch {
		case strings.HasPrefix(rest, "$${") || strings.HasPrefix(rest, "%%{"):
			lit.WriteString(rest[1:3])
			r.at += 3
		case strings.HasPrefix(rest, "%{"):
			r.fail("no directive")
		case strings.HasPrefix(rest, "${"):
			end := strings.IndexByte(rest, '}')
			parts = append(parts, lit.String(), traversal(rest[2:end]))
			lit.Reset()
			r.at += end + 1
		case rest[0] == '\\':
			r.escape(&lit)
		case rest[0] == '"':
			r.at++
			if parts == nil {
				return lit.String()
			}
			return append(parts, lit.String())
		default:
			lit.WriteByte(rest[0])
			r.at++
		}
	}
}

func (r *hclReader) escape(lit *strings.Builder) {
	digits := map[byte]int{'u': 4, 'U': 8}[r.text[r.at+1]]
	if digits > 0 {
		n, err := strconv.ParseUint(r.text[r.at+2:r.at+2+digits], 16, 32)
		if err != nil {
			r.fail("hexadecimal digits")
		}
		lit.WriteRune(rune(n))
		r.at += 2 + digits
		return
	}
	c, ok := map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\'}[r.text[r.at+1]]
	if !ok {
		r.fail("an escape")
	}
	lit.WriteByte(c)
	r.at += 2
}

// value evaluates an expression; of says what a traversal gives.
func value(v any, of func(string) string) any {
	switch v := v.(type) {
	case traversal:
		return of(string(v))
	case template:
		var out strings.Builder
		for _, p := range v {
			fmt.Fprint(&out, value(p, of))
		}
		return out.String()
	case []any:
		out := []string{}
		for _, e := range v {
			out = append(out, fmt.Sprint(value(e, of)))
		}
		return out
	case map[string]any:
		out := map[string]string{}
		for k, e := range v {
			out[k] = fmt.Sprint(value(e, of))
		}
		return out
	}
	return v
}
