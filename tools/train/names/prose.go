package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// comments are paragraphs of the comments of Go's standard library: technical prose with capitals, code and few names.
// Which ones depends on the Go that runs this.
func comments(most int) ([]row, error) {
	var rows []row
	root := filepath.Join(runtime.GOROOT(), "src")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/vendor/") || strings.Contains(path, "/cmd/") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, block := range comment.FindAllString(string(source), -1) {
			text := strings.ReplaceAll(strings.TrimPrefix(block, "// "), "\n// ", "\n")
			if len(text) > 150 && !strings.Contains(text, "Copyright") {
				rows = append(rows, row{source: "comments", group: path, text: text})
			}
		}
		return nil
	})
	thin := make([]row, 0, most)
	for i := range rows {
		if i*most/len(rows) > (i-1)*most/len(rows) {
			thin = append(thin, rows[i])
		}
	}
	return thin, err
}

var comment = regexp.MustCompile(`(?m)^// .*(\n// .*)+`)
