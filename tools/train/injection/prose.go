package main

import (
	"fmt"
	"go/build"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// packages of Go's standard library whose documentation and code are data without attacks: technical prose, as found in
// answers and manuals, which a grammar cannot invent. They come with the toolchain (BSD licence).
var packages = []string{
	"archive/zip", "bufio", "compress/gzip", "container/heap", "context", "crypto/tls", "database/sql", "encoding/json", "errors", "flag", "fmt", "html/template", "image",
	"io", "log/slog", "math/big", "mime/multipart", "net", "net/http", "net/mail", "os", "os/exec", "path/filepath", "reflect", "regexp", "runtime", "sort", "strconv", "strings",
	"sync", "testing", "text/template", "time", "unicode/utf8",
}

// standardLibrary returns pieces of the library: comments as paragraphs, and code with its comments.
func standardLibrary() ([]string, error) {
	var pieces []string
	for _, p := range packages {
		files, err := filepath.Glob(filepath.Join(build.Default.GOROOT, "src", p, "*.go"))
		if err != nil {
			return nil, err
		}
		slices.Sort(files)
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, piecesOf(string(text))...)
		}
	}
	if len(pieces) == 0 {
		return nil, fmt.Errorf("no source of the standard library in %q", build.Default.GOROOT)
	}
	return pieces, nil
}

// piecesOf cuts a file at blank lines: what is all comment loses its slashes, what is not stays.
func piecesOf(file string) []string {
	var pieces []string
	for block := range strings.SplitSeq(file, "\n\n") {
		if len(block) < 200 || len(block) > 2500 || strings.Contains(block, "Copyright") {
			continue
		}
		if text, ok := comment(block); ok {
			block = text
		}
		pieces = append(pieces, block)
	}
	return pieces
}

// comment returns the words of a block that has nothing but comments.
func comment(block string) (string, bool) {
	var b strings.Builder
	for line := range strings.Lines(block) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "//")
		if !ok {
			return "", false
		}
		b.WriteString(strings.TrimPrefix(text, " "))
		b.WriteByte('\n')
	}
	return b.String(), true
}

// mixed is data made of sentences that have nothing to do with one another, in one of the forms that data has.
func mixed(r *rand.Rand, sentences []string) string {
	pick := func() string { return strings.ReplaceAll(sentences[r.IntN(len(sentences))], "\n", " ") }
	var b strings.Builder
	form := r.IntN(6)
	for i := range 3 + r.IntN(9) {
		switch form {
		case 0:
			b.WriteString(pick() + " ")
		case 1:
			b.WriteString(pick() + "\n")
		case 2:
			fmt.Fprintf(&b, "| %d | %s | %d |\n", i, short(pick()), r.IntN(100))
		case 3:
			fmt.Fprintf(&b, "  \"field%d\": \"%s\",\n", i, strings.ReplaceAll(pick(), `"`, "'"))
		case 4:
			b.WriteString(pick() + "\n\n")
		case 5:
			fmt.Fprintf(&b, "- %s\n", pick())
		}
	}
	return b.String()
}

func short(s string) string {
	if at := strings.IndexByte(s[min(len(s), 50):], ' '); at >= 0 {
		return s[:50+at]
	}
	return s
}
