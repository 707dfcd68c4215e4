package bridge_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	err := &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Text: "refused", Cause: io.ErrUnexpectedEOF}
	if got, want := err.Error(), "sts: refused: unexpected EOF"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
}

func TestKindAndHintOf(t *testing.T) {
	t.Parallel()
	inner := &bridge.Error{Kind: bridge.Unreachable, Text: "inner", Hint: "look inside"}
	outer := fmt.Errorf("outer: %w", &bridge.Error{Kind: bridge.Denied, Text: "middle", Cause: inner})
	if got := bridge.KindOf(outer); got != bridge.Denied {
		t.Errorf("KindOf = %v, want denied: the outermost decides", got)
	}
	if got := bridge.HintOf(outer); got != "look inside" {
		t.Errorf("HintOf = %q, want the first hint on the way down", got)
	}
	if bridge.KindOf(io.EOF) != bridge.Fault || bridge.HintOf(io.EOF) != "" {
		t.Error("a foreign error is a fault of ours without a hint")
	}
}
