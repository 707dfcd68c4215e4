package mask

import (
	"slices"
	"strconv"
)

// Counts say how many values of each type were found, by type.
type Counts map[string]int

// String is the counts in the order of the types' names: "EMAIL_ADDRESS:2 PERSON:1".
func (c Counts) String() string {
	var names [16]string // most have fewer
	kinds := names[:0]
	for kind := range c {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	var room [256]byte
	text := room[:0]
	for i, kind := range kinds {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(append(text, kind...), ':')
		text = strconv.AppendInt(text, int64(c[kind]), 10)
	}
	return string(text)
}
