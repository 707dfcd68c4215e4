//go:build !unix

package tokenfile

import "io/fs"

// owner is unknown where files have no uid.
func owner(fs.FileInfo) string { return "" }
