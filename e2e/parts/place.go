package parts

import (
	"os"
	"path/filepath"
	"strings"
)

// Cache is where parts, logs and binaries of the tests live, outside the checkout.
func Cache() string {
	base := os.Getenv("XDG_CACHE_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			home = os.TempDir()
		}
		base = filepath.Join(home, ".cache")
	}
	return filepath.Join(base, "landbridge")
}

// E2E is the e2e folder of the checkout that the working directory is in.
func E2E() string { return filepath.Join(Root(), "e2e") }

// Root is the checkout that the working directory is in: the nearest folder above with the product's go.mod.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module github.com/landbridge/landbridge\n") {
			return dir
		}
	}
	return "."
}
