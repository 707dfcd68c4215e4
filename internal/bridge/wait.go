package bridge

import (
	"context"
	"time"
)

// Wait lets d pass. It returns nil then, and the context's error when that ends first; at once when d is not positive.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
