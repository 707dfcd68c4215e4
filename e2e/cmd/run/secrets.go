package main

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// tokens are the shapes of what must not be seen: a JWT, a Google access token, a private key.
var tokens = regexp.MustCompile(`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|ya29\.[\w.-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----`)

// mask hides tokens in a line that is about to be printed.
func mask(line string) string { return tokens.ReplaceAllString(line, "[token]") }

// secrets searches every log of this run. Tokens that a client is given on purpose never go to a log.
func secrets(_ context.Context, j *job) error {
	return filepath.WalkDir(j.logs, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		where, err := findToken(path)
		if err != nil {
			return err
		}
		if where != "" {
			j.counts.failed++
			return fmt.Errorf("a token is in %s", where)
		}
		j.counts.passed++
		return nil
	})
}

// findToken names the first line of a file that holds a token; empty when there is none.
func findToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := lines.ReadString('\n')
		if tokens.MatchString(line) {
			return fmt.Sprintf("%s:%d", path, n), nil
		}
		if err != nil {
			return "", nil //nolint:nilerr // the end of the file
		}
	}
}
