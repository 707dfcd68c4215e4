package cli

import (
	"bytes"
	"errors"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain, 日本, ünï\ttab\nline":          "plain, 日本, ünï\ttab\nline",
		"key\x1b[2K\x1b[1Aok":                "key\ufffd[2K\ufffd[1Aok",
		"title\x1b]0;owned\x07":              "title\ufffd]0;owned\ufffd",
		"rm \u202egpj.txt":                   "rm \ufffdgpj.txt",
		"c1 \u009b31m, return\r, delete\x7f": "c1 \ufffd31m, return\ufffd, delete\ufffd",
		"bytes \xff \x9b2J":                  "bytes \ufffd \ufffd2J",
		bold + "head" + plain + "\x1b[8m":    bold + "head" + plain + "\ufffd[8m",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// Whatever is printed for people goes through it, and what is printed for programs is escaped.
func TestNothingSteersTheTerminal(t *testing.T) {
	t.Parallel()
	const nasty = "a\x1b[2Jb\u202ec"
	for _, json := range []bool{false, true} {
		var out, errs bytes.Buffer
		p := &printer{out: &out, err: &errs, json: json}
		_ = p.line("%s", nasty)
		_ = p.table([]string{"X"}, [][]string{{nasty}})
		p.progress("%s", nasty)
		p.hint(nasty)
		p.finish(&bridge.Error{Kind: bridge.Denied, Text: nasty, Hint: nasty, Cause: errors.New(nasty)})
		if all := out.String() + errs.String(); bytes.ContainsRune([]byte(all), '\x1b') {
			t.Errorf("json %v: %q", json, all)
		}
	}
}
