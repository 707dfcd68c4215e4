//go:build !linux

package node

import "errors"

func pretendTunables() error { return errors.ErrUnsupported }

// RemoveCgroup has nothing to remove.
func RemoveCgroup() error { return nil }
