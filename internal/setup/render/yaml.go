package render

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/bridge"
)

// plainScalar is a text that no reader of YAML, 1.1 or 1.2, takes for anything but a text.
var plainScalar = bridge.FormOf(`^[A-Za-z][A-Za-z0-9_./@-]*$`)

var notText = []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"}

// scalar is a text as YAML. Go's quoted strings are YAML's double-quoted ones.
func scalar(s string) string {
	if plainScalar().MatchString(s) && !slices.Contains(notText, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(s)
}

// writeMap writes a key and the map below it, sorted; a text of several ordinary lines as a literal block.
func writeMap(out *bytes.Buffer, indent, key string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	fmt.Fprintf(out, "%s%s:\n", indent, key)
	for _, k := range slices.Sorted(maps.Keys(m)) {
		v := m[k]
		if !ordinary(v) {
			fmt.Fprintf(out, "%s  %s: %s\n", indent, scalar(k), scalar(v))
			continue
		}
		fmt.Fprintf(out, "%s  %s: |-\n", indent, scalar(k))
		for line := range strings.SplitSeq(v, "\n") {
			fmt.Fprintf(out, "%s    %s\n", indent, line)
		}
	}
}

// ordinary says that a literal block gives the text back as it is: several lines, none of them blank or ending in a space,
// the first not indented, no character that YAML does not print.
func ordinary(s string) bool {
	lines := strings.Split(s, "\n")
	if len(lines) < 2 || strings.HasPrefix(s, " ") {
		return false
	}
	for _, line := range lines {
		if strings.TrimRight(line, " ") != line || line == "" {
			return false
		}
		for _, r := range line {
			if !unicode.IsPrint(r) {
				return false
			}
		}
	}
	return true
}
