//go:build !linux && !darwin

package folder

import "os"

// setNote keeps nothing: there are no extended attributes here.
func setNote(*os.File, []byte) error { return nil }

// getNote finds nothing.
func getNote(*os.File) []byte { return nil }
