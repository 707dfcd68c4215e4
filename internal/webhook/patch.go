package webhook

import (
	"encoding/json"
	"strconv"
)

// patch is a JSON patch (RFC 6902) under construction. It only ever adds: a value that the pod has already is never
// replaced, because what was added earlier, by hand or by an earlier call, has its reasons.
type patch struct {
	b []byte
}

// add appends one operation. Value is JSON.
func (p *patch) add(path string, value []byte) {
	if len(p.b) == 0 {
		p.b = append(make([]byte, 0, 4096), '[')
	} else {
		p.b = append(p.b, ',')
	}
	p.b = append(p.b, `{"op":"add","path":`...)
	p.b = appendString(p.b, path)
	p.b = append(p.b, `,"value":`...)
	p.b = append(p.b, value...)
	p.b = append(p.b, '}')
}

// grow adds items at the end of a list. A list that the pod does not have is made first: "add /spec/volumes/-" to a pod
// without volumes makes the API server fail.
func (p *patch) grow(path string, exists bool, items ...[]byte) {
	if len(items) == 0 {
		return
	}
	if exists {
		for _, item := range items {
			p.add(path+"/-", item)
		}
		return
	}
	p.add(path, list(items...))
}

// done returns the patch; nil when there is nothing to do.
func (p *patch) done() []byte {
	if len(p.b) == 0 {
		return nil
	}
	return append(p.b, ']')
}

func list(items ...[]byte) []byte {
	out := []byte{'['}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, item...)
	}
	return append(out, ']')
}

// envJSON is a container's variable.
func envJSON(name, value string) []byte {
	b := append(make([]byte, 0, 24+len(name)+len(value)), `{"name":`...)
	b = appendString(b, name)
	b = append(b, `,"value":`...)
	b = appendString(b, value)
	return append(b, '}')
}

// appendString appends s as a JSON string. Nearly all of ours need no escape.
func appendString(b []byte, s string) []byte {
	start := len(b)
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ' || c > '~':
			escaped, err := json.Marshal(s)
			if err != nil { // a string always encodes
				panic(err)
			}
			return append(b[:start], escaped...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

func decimal(n int) string { return strconv.Itoa(n) }
