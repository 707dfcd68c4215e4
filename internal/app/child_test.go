package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestChildExitCodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want int
	}{
		{"success", []string{"sh", "-c", "exit 0"}, 0},
		{"the child's own code", []string{"sh", "-c", "exit 42"}, 42},
		{"a signal", []string{"sh", "-c", "kill -TERM $$"}, 128 + 15},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := child{args: tt.args, env: []string{"PATH=/usr/bin:/bin"}}.run(t.Context())
			if err != nil || got != tt.want {
				t.Errorf("run = %d, %v; want %d", got, err, tt.want)
			}
		})
	}
}

func TestChildIsToldToEnd(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	ctx, cancel := context.WithCancel(t.Context())
	started := &firstWrite{then: cancel, to: &out}
	script := `trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done`
	got, err := child{args: []string{"sh", "-c", script}, env: []string{"PATH=/usr/bin:/bin"}, stdout: started}.run(ctx)
	if err != nil || got != 7 || !strings.Contains(out.String(), "bye") {
		t.Errorf("run = %d, %v, output %q; want the child's own farewell and code 7", got, err, out.String())
	}
}

// firstWrite calls then once, when the child has shown that it runs.
type firstWrite struct {
	then func()
	to   *strings.Builder
}

func (w *firstWrite) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	time.AfterFunc(0, w.then)
	return n, err
}

func TestChildThatCannotRun(t *testing.T) {
	t.Parallel()
	_, err := child{args: []string{"no-such-program-of-ours"}}.run(t.Context())
	if bridge.KindOf(err) != bridge.Usage || !strings.Contains(err.Error(), "cannot run no-such-program-of-ours: executable file not found") || !strings.Contains(bridge.HintOf(err), "comes after --") {
		t.Errorf("got %v, hint %q", err, bridge.HintOf(err))
	}
}
