package lineage

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Deny holds tags back: they can name owners and cost centres. A pattern is a tag's name, letter case aside, with * for any run of
// characters.
type Deny []string

// Denies says whether a tag is held back.
func (d Deny) Denies(key string) bool {
	return slices.ContainsFunc(d, func(pattern string) bool { return match(strings.ToLower(pattern), strings.ToLower(key)) })
}

func match(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(s, part)
		if !ok {
			return false
		}
		s = after
	}
	return true
}

// Mark is what the keys of our labels begin with where nothing else is configured.
const Mark = "azure-"

// GroupTag is under which name a resource group is folded into a label.
const GroupTag = "resource-group"

// Folding says how tags become labels.
type Folding struct {
	// Mark begins every key, and says that a label is ours to change. It is of a label's characters and begins with a letter. Without
	// one, a label that is there is never changed.
	Mark string
	Deny Deny
}

// Label is a label of Google's and the tag that it was folded from.
type Label struct {
	Key, Value string // lower case, digits, _ and -; at most 63 characters; the key begins with a letter
	Tag, Text  string // as Azure has them
}

// maxLabel is the length of a label's key and value on Cloud Storage; on Vertex AI it is one more
// (https://cloud.google.com/storage/docs/tags-and-labels).
const maxLabel = 63

// Fold makes labels of the tags that are not held back, and of the resource group, in the order of their keys. It depends on nothing but
// its input. Keys that differ as tags differ as labels: where folding made two the same, or cut one off, a part of the tag's SHA-256
// follows it. held are the names that were held back.
func (f Folding) Fold(group string, tags map[string]string) (labels []Label, held []string) {
	if group != "" && !f.Deny.Denies(GroupTag) {
		labels = append(labels, Label{Tag: GroupTag, Text: group})
	}
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		switch {
		case f.Deny.Denies(tag):
			held = append(held, tag)
		case group == "" || tag != GroupTag: // the group itself goes before a tag that is called so
			labels = append(labels, Label{Tag: tag, Text: tags[tag]})
		}
	}
	f.name(labels)
	slices.SortFunc(labels, func(a, b Label) int { return strings.Compare(a.Key, b.Key) })
	return labels, held
}

// name gives every label its key and value. Labels whose keys are the same get a longer and longer part of the hash.
func (f Folding) name(labels []Label) {
	digits := make([]int, len(labels))
	for {
		seen := map[string][]int{}
		for i := range labels {
			labels[i].Key = f.key(labels[i].Tag, digits[i])
			labels[i].Value = fold(labels[i].Text, "", 0)
			seen[labels[i].Key] = append(seen[labels[i].Key], i)
		}
		if len(seen) == len(labels) {
			return
		}
		for _, same := range seen {
			for _, i := range same {
				if len(same) > 1 {
					digits[i] = min(digits[i]+hashDigits, mostDigits)
				}
			}
		}
	}
}

// How much of a hash follows a text: hexadecimal digits, each of 4 bits.
const (
	hashDigits = 8
	mostDigits = 32
)

func (f Folding) key(tag string, digits int) string {
	first := strings.ToLower(f.Mark + tag)
	prefix := f.Mark
	if first == "" || first[0] < 'a' || first[0] > 'z' || strings.HasPrefix(first, "goog") { // which Google keeps for itself
		prefix = "t-" + f.Mark
	}
	return fold(tag, prefix, digits)
}

// fold writes prefix and a text in the characters of labels, with so many digits of its hash; with hashDigits at least where it is cut.
func fold(s, prefix string, digits int) string {
	folded := prefix + strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '-'
	}, s)
	if len(folded) > maxLabel {
		digits = max(digits, hashDigits)
	}
	if digits == 0 {
		return folded
	}
	sum := sha256.Sum256([]byte(s))
	suffix := "-" + hex.EncodeToString(sum[:])[:digits]
	return folded[:min(len(folded), maxLabel-len(suffix))] + suffix
}
