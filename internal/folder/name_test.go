package folder

import (
	"strings"
	"testing"
)

// Every part of a name comes back from its file, and no two parts have the same file.
func FuzzName(f *testing.F) {
	for _, part := range []string{"", ".", "..", "...", "a", "%=", "%=%2E", "%2E", "nul\x00", "ü"} {
		f.Add(part)
	}
	f.Fuzz(func(t *testing.T, part string) {
		if strings.Contains(part, "/") {
			return
		}
		file := encode(part)
		if back := decode(file); back != part {
			t.Errorf("%q is %q on disk, and %q again", part, file, back)
		}
		if file == "" || file == "." || file == ".." || strings.ContainsAny(file, "/\x00") {
			t.Errorf("%q would be %q on disk", part, file)
		}
	})
}
