package main

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// comments are paragraphs of the comments of Go's standard library: technical prose with capitals, code and few names.
// Which ones depends on the Go that runs this.
func comments(ctx context.Context, most int) ([]row, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	source := os.DirFS(filepath.Join(strings.TrimSpace(string(root)), "src"))
	var rows []row
	err = fs.WalkDir(source, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !product(path) {
			return err
		}
		file, err := fs.ReadFile(source, path)
		if err != nil {
			return err
		}
		for _, block := range comment.FindAllString(string(file), -1) {
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

// product says whether a file is one of the library's own.
func product(path string) bool {
	return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") &&
		!strings.HasPrefix(path, "cmd/") && !strings.Contains(path, "vendor/")
}

var comment = regexp.MustCompile(`(?m)^// .*(\n// .*)+`)
