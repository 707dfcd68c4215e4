package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

const (
	longestSecret = 25 << 10 // what Key Vault keeps
	longestWords  = 8 << 10  // of a command's standard error, from the end
)

// commanded makes a value by the command of an entry. The value leaves by the command's standard output and nowhere else: what it writes to standard
// error is shown without it.
func (s *secrets) commanded(entry *config.VaultSecret, id string) func(context.Context) (bridge.Secret, error) {
	return func(ctx context.Context) (bridge.Secret, error) {
		ctx, cancel := context.WithTimeout(ctx, entry.Rotate.Timeout)
		defer cancel()
		args := entry.Rotate.Command
		said, words := bounded{most: longestSecret + 1}, bounded{most: longestWords}
		cmd := exec.CommandContext(ctx, args[0], args[1:]...) // #nosec G204 -- the operator's own command, by its absolute path
		cmd.Env = append(s.a.host.Environ, "LANDBRIDGE_SECRET="+entry.Name, "LANDBRIDGE_ROTATION_ID="+id)
		cmd.Stdout, cmd.Stderr = &said, &words
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		cmd.WaitDelay = 2 * time.Second
		err := cmd.Run()
		value := strings.TrimRight(said.String(), "\r\n")
		s.show(words.String(), value)
		switch {
		case ctx.Err() != nil:
			return bridge.Secret{}, s.failed(entry, fmt.Sprintf("has not ended in %v", entry.Rotate.Timeout), nil, bridge.Unreachable)
		case err != nil:
			return bridge.Secret{}, s.failed(entry, "failed", reason(exitOnly(err)), bridge.Unreachable)
		case value == "" || len(value) > longestSecret:
			return bridge.Secret{}, s.failed(entry, "printed no value of 1 to 25,600 bytes", nil, bridge.Usage)
		}
		return bridge.NewSecret(value), nil
	}
}

// show passes on what a command said to people, without the value.
func (s *secrets) show(words, value string) {
	if value != "" {
		words = strings.ReplaceAll(words, value, "[redacted]")
	}
	if words = strings.TrimSpace(words); words != "" {
		_, _ = fmt.Fprintln(s.a.host.Stderr, words)
	}
}

func (s *secrets) failed(entry *config.VaultSecret, what string, cause error, kind bridge.Kind) error {
	return &bridge.Error{
		Kind: kind, Hop: bridge.HopKeys, Code: "command_failed", Text: "the command that makes a new value of secret " + entry.Name + " " + what, Cause: cause, Retry: kind == bridge.Unreachable,
		Hint: "run " + entry.Rotate.Command[0] + " by hand; the version before is still good",
	}
}

// exitOnly is how a command ended, without what it wrote.
func exitOnly(err error) error {
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return errors.New(e.String())
	}
	return err
}

// bounded keeps the last bytes of what is written to it, and one more where there was more.
type bounded struct {
	bytes.Buffer
	most int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	n, _ := b.Buffer.Write(p)
	if over := b.Len() - b.most; over > 0 {
		b.Next(over)
	}
	return n, nil
}
