//go:build !unix

package app

import "io/fs"

// ours is true where the temporary directory is each user's own.
func ours(fs.FileInfo) bool { return true }
