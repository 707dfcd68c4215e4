package provision

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

// gcloud prints a token that is good for five minutes at least and does not say for how long: it is asked again before.
const gcloudLife = 3 * time.Minute

// gcloud is the person signed in to the Google Cloud CLI.
type gcloud struct {
	run   func(context.Context) ([]byte, error)
	clock bridge.Clock

	mu    sync.Mutex
	held  bridge.Secret
	until time.Time
}

func (g *gcloud) token(ctx context.Context) (bridge.Secret, error) {
	g.mu.Lock()
	defer g.mu.Unlock() // gcloud takes a second: one of many callers runs it
	if !g.held.Empty() && g.clock().Before(g.until) {
		return g.held, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := g.run(ctx)
	if err != nil {
		return bridge.Secret{}, gcloudRefused(ctx, err)
	}
	text := strings.TrimSpace(string(out))
	if text == "" || strings.ContainsAny(text, " \t\r\n") {
		return bridge.Secret{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: hopOperator, Code: "bad_answer", Text: "gcloud printed something that is not an access token", Hint: "try it by hand: gcloud auth print-access-token",
		}
	}
	g.held, g.until = bridge.NewSecret(text), g.clock().Add(gcloudLife)
	return g.held, nil
}

func runGcloud(ctx context.Context) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "gcloud", "auth", "print-access-token", "--quiet")
	cmd.WaitDelay = time.Second // a child of gcloud's may hold the pipe
	return cmd.Output()
}

func gcloudRefused(ctx context.Context, err error) error {
	e := &bridge.Error{Kind: bridge.Denied, Hop: hopOperator, Code: "gcloud_refused", Hint: "sign in: gcloud auth login"}
	exit, ran := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return unreachable(task{hop: hopOperator, what: "ask gcloud for a token"}, ctx.Err())
	case errors.Is(err, exec.ErrNotFound):
		e.Kind, e.Code, e.Text, e.Hint = bridge.Usage, "gcloud_missing", "gcloud is not on PATH", "install the Google Cloud CLI and run gcloud auth login, or name another kind of operator"
		e.Cause = errNoCredentials
	case ran:
		said := bytes.TrimPrefix(bytes.TrimSpace(exit.Stderr), []byte("ERROR: "))
		e.Text = "gcloud says: " + google.Presentable(string(said))
	default:
		e.Text, e.Cause = "gcloud could not be run", err
	}
	return e
}
