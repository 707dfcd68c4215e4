package app

import (
	"os"

	"github.com/landbridge/landbridge/internal/bridge"
)

// ownersAlone refuses a file with a secret of ours that others can read. What is wrong with one that is not there is said by who reads it.
func ownersAlone(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 || os.PathSeparator != '/' {
		return nil //nolint:nilerr // see above
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_exposed", Text: path + " can be read by others: it is no longer a secret",
		Hint: "if nobody else could: chmod 600 " + path + "; else remove it, and what was sealed with it is asked for again",
	}
}
