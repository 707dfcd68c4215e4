// Package space runs a test binary in Linux namespaces of its own: a network with nothing but loopback, mounts that nobody
// else sees and, where it is asked for, processes of which none outlives the tests.
//
// What shall be in it enters; the tests run inside. Nothing of it is seen outside, and nothing can leave it.
package space

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

// inside is set for a test binary that runs in the space; its value is the folder for the hosts file.
const inside = "LANDBRIDGE_SPACE"

// Space is what is in it.
type Space struct {
	// Hosts are lines of the hosts file, besides localhost.
	Hosts []string
	// Addresses are given to loopback besides 127.0.0.1: IPv4, four bytes each.
	Addresses [][4]byte
	// Empty are folders that are empty in the space, and gone after it.
	Empty []string
	// Scratch are folders whose changes in the space are gone after it. They need an Empty one, which keeps them meanwhile.
	Scratch []string
	// Processes says that the tests are the first process of their own, so that what they started ends with them. It needs
	// root.
	Processes bool
	// After, when it is set, runs outside after the space has ended, however it did.
	After func() error
}

// Main runs the tests in the space and returns the exit code. Prepare runs first, outside, where there is a network. When
// the space cannot be entered the tests run outside, and get the reason by excuse: there they shall skip.
func (s Space) Main(m *testing.M, prepare func(context.Context) error, excuse *error) int {
	if dir := os.Getenv(inside); dir != "" {
		if err := s.furnish(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Minute)
	defer cancel()
	if s.Processes && os.Geteuid() != 0 {
		*excuse = errors.New("only root can have processes of its own")
		return m.Run()
	}
	if *excuse = prepare(ctx); *excuse == nil {
		var code int
		if code, *excuse = s.reenter(); *excuse == nil {
			return s.after(code)
		}
	}
	return m.Run()
}

func (s Space) after(code int) int {
	if s.After == nil {
		return code
	}
	if err := s.After(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}
