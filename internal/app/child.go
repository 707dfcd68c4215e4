package app

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// child is a program that runs under Landbridge's wing.
type child struct {
	args           []string
	env            []string
	stdin          io.Reader
	stdout, stderr io.Writer
	// shared says that the child is in the terminal's foreground beside us; inForeground when nil.
	shared func() bool
}

// childGrace is how long a child has after a signal to end by itself.
const childGrace = 10 * time.Second

// run starts the program, hands the end of ctx on as a termination signal, and returns the program's exit code: its
// own, or 128 plus the number of the signal that ended it, as shells do.
func (c child) run(ctx context.Context) (int, error) {
	path, err := exec.LookPath(c.args[0])
	if err != nil {
		return 0, &bridge.Error{
			Kind: bridge.Usage, Code: "program_not_found", Text: "cannot run " + c.args[0], Cause: reason(err),
			Hint: "check the spelling and PATH; the program comes after --, as in: landbridge exec -- python report.py",
		}
	}
	if ctx.Err() != nil {
		return 0, &bridge.Error{Kind: bridge.Usage, Code: "program_not_started", Text: "cannot start " + c.args[0], Cause: ctx.Err()}
	}
	told, tell := c.told(ctx)
	defer tell()
	cmd := exec.CommandContext(told, path, c.args[1:]...)
	cmd.Args[0] = c.args[0]
	cmd.Env = c.env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.stdin, c.stdout, c.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = childGrace
	if err := cmd.Start(); err != nil {
		return 0, &bridge.Error{Kind: bridge.Usage, Code: "program_not_started", Text: "cannot start " + c.args[0], Cause: reason(err)}
	}
	err = cmd.Wait()
	if cmd.ProcessState == nil {
		return 0, &bridge.Error{Kind: bridge.Fault, Code: "program_lost", Text: "lost sight of " + c.args[0], Cause: err}
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// told ends when the child must be told to end: with ctx, but for Ctrl-C. The terminal has sent that one to the child
// too, and the child decides what it means: a shell goes on, and what cleans up must not be terminated in the midst of
// it. A termination signal still ends both.
func (c child) told(ctx context.Context) (context.Context, context.CancelFunc) {
	shared := c.shared
	if shared == nil {
		shared = inForeground
	}
	told, tell := context.WithCancel(context.WithoutCancel(ctx))
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	go func() {
		defer signal.Stop(terminate)
		select {
		case <-ctx.Done():
		case <-told.Done():
			return
		}
		if interrupted(ctx) && shared() {
			select {
			case <-terminate:
			case <-told.Done():
			}
		}
		tell()
	}()
	return told, tell
}

// interrupted says whether an interrupt ended ctx. signal.NotifyContext tells it in these words alone.
func interrupted(ctx context.Context) bool {
	return context.Cause(ctx).Error() == os.Interrupt.String()+" signal received"
}

// reason takes the operating system's words out of an error that repeats the name.
func reason(err error) error {
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
