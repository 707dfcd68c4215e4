package trust

import "strings"

// extract is the "extract" that Google adds to CEL: the template holds one identifier in braces, and the answer is the
// part of s that stands in its place. No identifier, or a prefix or suffix that s does not have, gives "". An empty
// prefix means from the start, an empty suffix to the end.
func extract(s, template string) string {
	prefix, rest, ok := strings.Cut(template, "{")
	if !ok {
		return ""
	}
	name, suffix, ok := strings.Cut(rest, "}")
	if !ok || !identifier(name) {
		return ""
	}
	at := strings.Index(s, prefix)
	if at < 0 {
		return ""
	}
	found := s[at+len(prefix):]
	if suffix == "" {
		return found
	}
	end := strings.Index(found, suffix)
	if end < 0 {
		return ""
	}
	return found[:end]
}

// identifier says whether s may stand between the braces: letters, digits, "_" and "-".
func identifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && c != '-' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return s != ""
}
