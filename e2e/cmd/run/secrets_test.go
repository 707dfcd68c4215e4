package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The shapes are put together here, so that this file does not trip its own search.
func TestFindToken(t *testing.T) {
	t.Parallel()
	jwt := strings.Join([]string{"eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJhYmMifQ", "c2lnbmF0dXJlLWJ5dGVz"}, ".")
	tests := map[string]struct {
		line  string
		found bool
	}{
		"a JWT":                 {"bearer " + jwt, true},
		"a Google access token": {`{"access_token":"` + "ya29." + strings.Repeat("a", 30) + `"}`, true},
		"a private key":         {"-----BEGIN RSA " + "PRIVATE KEY-----", true},
		"a hash":                {"token sha256:0123456789abcdef", false},
		"a header alone":        {"eyJhbGciOiJSUzI1NiJ9 is no token", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "log")
			if err := os.WriteFile(path, []byte("first\n"+tt.line+"\nlast"), 0o600); err != nil {
				t.Fatal(err)
			}
			where, err := findToken(path)
			if err != nil || (where == path+":2") != tt.found {
				t.Errorf("findToken = %q, %v; want found %v", where, err, tt.found)
			}
			if tt.found && mask(tt.line) == tt.line {
				t.Errorf("mask left the line as it is")
			}
		})
	}
}
