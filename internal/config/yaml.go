package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile bounds a configuration file, because the parser takes quadratic time on some; maxNesting bounds what it recurses
// into.
const (
	maxFile    = 64 << 10
	maxNesting = 32
)

// yaml reads the file's text into the Config. The parser stops at the first thing that is not YAML; everything else is
// found in one walk.
func (l *loader) yaml(data []byte) {
	if len(data) > maxFile {
		l.broken(nil, fmt.Sprintf("is larger than %d KiB", maxFile>>10), "is this the right file?")
		return
	}
	file, wrong, tk := parseYAML(string(data))
	if wrong != "" {
		l.broken(tk, "this is not YAML: "+wrong, "compare the indentation and the quotes with the line above")
		return
	}
	l.cfg.origins[""] = Origin{File: l.file, Line: 1, Column: 1}
	var docs []*ast.DocumentNode
	for _, d := range file.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		l.broken(nil, "says nothing", "begin with: version: 1")
		return
	}
	if len(docs) > 1 {
		l.at(Mistake, l.where(start(docs[1].Body)), "", "a second document begins here", "keep one document, without ---, in the file")
	}
	l.section(l.root, docs[0].Body)
}

// broken reports a file that cannot be walked.
func (l *loader) broken(tk *token.Token, text, fix string) {
	l.unreadable = true
	l.at(Mistake, l.where(tk), "", text, fix)
}

// parseYAML wraps the parser, which has been seen to panic on hostile input.
func parseYAML(text string) (file *ast.File, wrong string, tk *token.Token) {
	defer func() {
		if recover() != nil {
			file, wrong = nil, "the parser gave up"
		}
	}()
	tokens := lexer.Tokenize(text)
	if deep := tooDeep(tokens); deep != nil {
		return nil, "nested too deeply", deep
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err == nil {
		return file, "", nil
	}
	wrong = "cannot be parsed"
	// The parser's error is of an internal type, and comes unwrapped.
	if e, ok := err.(interface {
		GetToken() *token.Token
		GetMessage() string
	}); ok {
		tk, wrong = e.GetToken(), e.GetMessage()
		switch {
		case strings.Contains(wrong, "'\t'"):
			wrong = "a tab indents this line, and only spaces may"
		case mentionsSecret(wrong):
			wrong = "cannot be parsed"
		}
		wrong = printable(wrong)
	}
	return nil, wrong, tk
}

// tooDeep finds the token at which brackets, or the entries begun on one line, pass maxNesting.
func tooDeep(tokens token.Tokens) *token.Token {
	depth, line, begun := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position != nil && tk.Position.Line != line {
			line, begun = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType, token.AliasType:
			begun++
		}
		if depth > maxNesting || begun > maxNesting {
			return tk
		}
	}
	return nil
}

// section reads a mapping into the fields of f.
func (l *loader) section(f *field, n ast.Node) {
	pairs, ok := mapping(n)
	if !ok {
		l.at(Mistake, l.where(start(n)), f.path, "expected a section, found "+kindOf(n), l.sectionFix(f))
		return
	}
	if l.refuseKeyMapping(f.path, pairs) {
		return
	}
	seen := map[string]int{}
	for _, pair := range pairs {
		tk := pair.Key.GetToken()
		key, where := tk.Value, l.where(tk)
		if _, ok := pair.Key.(*ast.StringNode); !ok {
			l.at(Mistake, where, f.path, "a key is plain text; anchors, merges and other keys are not read", "write the keys out")
			continue
		}
		path := safeKey(key)
		if f.path != "" {
			path = f.path + "." + path
		}
		if first, twice := seen[key]; twice {
			l.at(Mistake, where, path, fmt.Sprintf("is written twice; first on line %d", first), "keep one of the two")
			continue
		}
		seen[key] = where.Line
		child := f.child(key)
		switch {
		case l.refuseKey(path, key, where), child == nil && l.refuseWithin(path, pair.Value):
		case child == nil:
			l.unknown(f, path, key, where)
		default:
			l.cfg.origins[child.path] = where
			l.value(child, pair.Value)
		}
	}
}

// value reads what stands after a known key.
func (l *loader) value(f *field, n ast.Node) {
	where := l.where(start(n))
	switch n.(type) {
	case *ast.NullNode:
		fix := "write a value, or remove the line"
		if f.shape == section {
			fix = "write " + f.key + ": {} for its defaults, or remove the line"
		}
		l.at(Mistake, l.cfg.origins[f.path], f.path, "has no value", fix)
		return
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		l.at(Mistake, where, f.path, "anchors, aliases and tags are not read", "write the value itself")
		return
	}
	switch f.shape {
	case section:
		f.in(l.cfg, true)
		l.section(f, n)
		return
	case sections:
		l.sections(f, n)
		return
	}
	l.cfg.origins[f.path] = where
	var items []string
	if f.shape == texts || f.shape == numbers {
		seq, ok := n.(*ast.SequenceNode)
		if !ok {
			l.at(Mistake, where, f.path, "expected "+string(f.shape)+", found "+kindOf(n), "write "+f.key+": [ITEM, ITEM]")
			return
		}
		for i, item := range seq.Values {
			path := fmt.Sprintf("%s[%d]", f.path, i)
			l.cfg.origins[path] = l.where(start(item))
			s, ok := l.scalar(f, path, item)
			if !ok {
				l.spoiled[f.path] = true
				return
			}
			items = append(items, s)
		}
	} else {
		s, ok := l.scalar(f, f.path, n)
		if !ok {
			return
		}
		items = []string{s}
	}
	holder, _ := f.parent.in(l.cfg, true)
	if i, wrong, fix := l.set(holder.Field(f.index), f, items); wrong != "" {
		if len(items) > 0 && (f.shape == texts || f.shape == numbers) {
			where = l.cfg.origins[fmt.Sprintf("%s[%d]", f.path, i)]
		}
		l.at(Mistake, where, f.path, wrong, fix)
	}
}

// sections reads a list of sections into the fields of its elements.
func (l *loader) sections(f *field, n ast.Node) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		l.at(Mistake, l.where(start(n)), f.path, "expected "+string(f.shape)+", found "+kindOf(n), "write - before each, such as - "+f.children[0].key+": ...")
		return
	}
	holder, _ := f.parent.in(l.cfg, true)
	list := holder.Field(f.index)
	list.Set(reflect.MakeSlice(list.Type(), len(seq.Values), len(seq.Values)))
	for i, one := range seq.Values {
		e := f.element(i)
		l.cfg.origins[e.path] = l.where(start(one))
		l.section(e, one)
	}
}

// scalar returns the text of a single value, having refused what no value may be.
func (l *loader) scalar(f *field, path string, n ast.Node) (string, bool) {
	where := l.where(start(n))
	var s string
	switch x := n.(type) {
	case *ast.StringNode:
		s = x.Value
		if f.shape == boolean || f.shape == number || f.shape == numbers {
			fix := "write " + string(one(f.shape))
			if _, wrong, _ := f.parse(s); wrong == "" {
				fix = "take the quotes away"
			}
			l.at(Mistake, where, path, "expected "+string(one(f.shape))+", found text", fix)
			return "", false
		}
	case *ast.LiteralNode:
		s = strings.TrimSpace(x.Value.Value)
	case *ast.IntegerNode:
		s = x.Token.Value
	case *ast.BoolNode:
		s = x.Token.Value
		if f.shape != boolean {
			l.at(Mistake, where, path, "expected "+string(one(f.shape))+", found "+kindOf(n), "write "+string(one(f.shape)))
			return "", false
		}
	default:
		l.at(Mistake, where, path, "expected "+string(one(f.shape))+", found "+kindOf(n), "write "+string(one(f.shape)))
		return "", false
	}
	if l.refuseValue(path, s, where) {
		return "", false
	}
	if s == "" {
		l.at(Mistake, where, path, "is empty", "write a value, or remove the line")
		return "", false
	}
	if strings.Contains(s, "${") {
		fix := "set " + f.variable() + " in the environment instead"
		if f.listed() {
			fix = "write the value itself"
		}
		l.at(Mistake, where, path, "variables are not expanded in this file", fix)
		return "", false
	}
	return s, true
}

// where is a token's place in the file; without one, the file's first character.
func (l *loader) where(tk *token.Token) Origin {
	o := Origin{File: l.file, Line: 1, Column: 1}
	if tk != nil && tk.Position != nil {
		o.Line, o.Column = max(tk.Position.Line, 1), max(tk.Position.Column, 1)
	}
	return o
}

// start is the first token of a node; a block mapping's own is its first colon.
func start(n ast.Node) *token.Token {
	if pairs, ok := mapping(n); ok && len(pairs) > 0 && n.GetToken().Type != token.MappingStartType {
		return pairs[0].Key.GetToken()
	}
	return n.GetToken()
}

func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch x := n.(type) {
	case *ast.MappingNode:
		return x.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{x}, true
	}
	return nil, false
}

// kindOf names a node in the words of a problem.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a section"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode:
		return "a number"
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a decimal number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode:
		return "nothing"
	}
	return "something else"
}

// one is the shape of a single item.
func one(s shape) shape {
	switch s {
	case texts:
		return text
	case numbers:
		return number
	}
	return s
}
