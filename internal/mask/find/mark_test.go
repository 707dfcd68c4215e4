package find_test

import "strings"

// unmark takes the guillemets out of a text, and says where what they enclose stands.
func unmark(marked string) (text string, start, end int) {
	before, rest, _ := strings.Cut(marked, "«")
	inside, after, _ := strings.Cut(rest, "»")
	return before + inside + after, len(before), len(before) + len(inside)
}
