//go:build !unix

package app

// inForeground is not known on this system.
func inForeground() bool { return false }
