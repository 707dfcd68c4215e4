package storageapi

import "strings"

// mask is which fields of an answer are wanted, as the parameter fields says it; nil wants all.
type mask map[string]mask

// has says whether a field is wanted.
func (m mask) has(name string) bool {
	_, named := m[name]
	return m == nil || named
}

// of is the mask of what is below a field.
func (m mask) of(name string) mask {
	if m == nil {
		return nil
	}
	return m[name]
}

// parseMask reads "items(name,size),nextPageToken" or "items/name,nextPageToken"; "" and "*" want all.
func parseMask(text string) (mask, *refusal) {
	if text == "" || text == "*" {
		return nil, nil
	}
	m, rest, ok := parseFields(text)
	if !ok || rest != "" {
		return nil, &refusal{400, "invalidParameter", "Invalid field selection " + text, "parameter", "fields"}
	}
	return m, nil
}

// parseFields reads fields with commas between them.
func parseFields(text string) (m mask, rest string, ok bool) {
	m = mask{}
	for {
		name, below, rest, ok := parseField(text)
		if !ok {
			return nil, "", false
		}
		if name != "*" {
			m[name] = below
		}
		if !strings.HasPrefix(rest, ",") {
			return m, rest, true
		}
		text = rest[1:]
	}
}

// parseField reads NAME, NAME/FIELD or NAME(FIELDS).
func parseField(text string) (name string, below mask, rest string, ok bool) {
	end := strings.IndexAny(text, ",()/")
	if end < 0 {
		end = len(text)
	}
	name, rest = text[:end], text[end:]
	switch {
	case name == "":
		return "", nil, "", false
	case strings.HasPrefix(rest, "/"):
		inner, innerBelow, after, ok := parseField(rest[1:])
		return name, mask{inner: innerBelow}, after, ok
	case strings.HasPrefix(rest, "("):
		below, after, ok := parseFields(rest[1:])
		if !ok || !strings.HasPrefix(after, ")") {
			return "", nil, "", false
		}
		return name, below, after[1:], true
	}
	return name, nil, rest, true
}
