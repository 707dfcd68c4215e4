package setup_test

import (
	"context"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/setup"
)

// TestInterrupted: Ctrl-C is answered in words, and with what to do next.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := plan(t, world(example()), example())
	cancel()
	_, err := setup.Apply(ctx, p, setup.Options{Clock: time.Now})
	if err == nil || err.Error() != "interrupted after 0 of 26 changes" || bridge.HintOf(err) != "run it again: what is done stays done, and it goes on from there" {
		t.Errorf("%v", err)
	}
}
