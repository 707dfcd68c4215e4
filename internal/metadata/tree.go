package metadata

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// node is one name in the tree of values: a directory, or a leaf with a text, a number or a list.
type node struct {
	name     string
	kind     kind
	text     string   // of a text or a number
	list     []string // of a list
	children []*node  // of a directory, in the order of listings
	// verbatim directories keep their children's names in JSON: attributes and accounts are named by users.
	verbatim bool
	// hidden names answer when asked for and are in no listing; minted ones are listed, and left out of recursion.
	hidden, minted bool
}

type kind uint8

const (
	isDirectory kind = iota
	isText
	isNumber
	isList
)

func directory(name string) *node { return &node{name: name} }

func names(name string, values map[string]string) *node {
	n := directory(name)
	n.verbatim = true
	for _, key := range slices.Sorted(maps.Keys(values)) {
		n.add(&node{name: key, kind: isText, text: values[key]})
	}
	return n
}

func (n *node) add(child *node) { n.children = append(n.children, child) }

// addText adds a value that the identity has; addNumber one that JSON shows without quotes.
func (n *node) addText(name, text string) {
	if text != "" {
		n.add(&node{name: name, kind: isText, text: text})
	}
}

func (n *node) addNumber(name, text string) {
	if text != "" {
		n.add(&node{name: name, kind: isNumber, text: text})
	}
}

func (n *node) addHidden(name, text string) {
	n.add(&node{name: name, kind: isText, text: text, hidden: true})
}

func (n *node) addList(name string, list []string) {
	n.add(&node{name: name, kind: isList, list: list})
}

func (n *node) addMinted(name string) { n.add(&node{name: name, kind: isText, minted: true}) }

// find walks a path without leading or trailing slash. An account is looked for by its whole name first, because the
// principal of direct mode has slashes in it.
func (n *node) find(path string) *node {
	if path == "" {
		return n
	}
	for _, child := range n.children {
		if rest, ok := strings.CutPrefix(path, child.name); ok && (rest == "" || rest[0] == '/') {
			if found := child.find(strings.TrimPrefix(rest, "/")); found != nil {
				return found
			}
		}
	}
	return nil
}

// listing is a directory's answer without recursion: a name a line, directories with a slash.
func (n *node) listing() string {
	var b strings.Builder
	for _, child := range n.children {
		if child.hidden {
			continue
		}
		b.WriteString(child.name)
		if child.kind == isDirectory {
			b.WriteByte('/')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// plain is a leaf's answer as text.
func (n *node) plain() string {
	if n.kind != isList {
		return n.text
	}
	var b strings.Builder
	for _, item := range n.list {
		b.WriteString(item)
		b.WriteByte('\n')
	}
	return b.String()
}

// lines is the recursive answer as text: "path value", a line each.
func (n *node) lines(b *strings.Builder, prefix string) {
	switch n.kind {
	case isDirectory:
		for _, child := range n.children {
			if !child.hidden && !child.minted {
				child.lines(b, strings.TrimPrefix(prefix+"/"+child.name, "/"))
			}
		}
	case isList:
		for _, item := range n.list {
			b.WriteString(prefix + " " + item + "\n")
		}
	default:
		b.WriteString(prefix + " " + n.text + "\n")
	}
}

// appendJSON is the recursive answer as JSON, and a leaf's own JSON.
func (n *node) appendJSON(b []byte) []byte {
	switch n.kind {
	case isNumber:
		if json.Valid([]byte(n.text)) {
			return append(b, n.text...)
		}
		return appendQuoted(b, n.text)
	case isText:
		return appendQuoted(b, n.text)
	case isList:
		b = append(b, '[')
		for i, item := range n.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendQuoted(b, item)
		}
		return append(b, ']')
	}
	b = append(b, '{')
	first := true
	for _, child := range n.children {
		if child.hidden || child.minted {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		name := child.name
		if !n.verbatim {
			name = camel(name)
		}
		b = append(appendQuoted(b, name), ':')
		b = child.appendJSON(b)
	}
	return append(b, '}')
}

func appendQuoted(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // a string always has a JSON form
		return append(b, `""`...)
	}
	return append(b, quoted...)
}
