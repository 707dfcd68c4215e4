// Package proc starts programs so that nothing is left of them: each in a process group of its own, which ends with the
// context.
//
// A command line enters, a prepared exec.Cmd leaves. It must never end a process that it did not start.
package proc

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// grace is how long a group has to end by itself after it was told to.
const grace = 5 * time.Second

// Command prepares a command in a process group of its own. When ctx ends the whole group is told to end.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return signal(cmd, syscall.SIGTERM) }
	cmd.WaitDelay = grace
	return cmd
}

// Run runs the command to its end and then ends what is left of its group.
func Run(cmd *exec.Cmd) error {
	err := cmd.Run()
	Reap(cmd)
	return err
}

// Reap ends what is left of the command's group. The group's number stays taken as long as one process is in it, so no
// stranger can be hit.
func Reap(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = signal(cmd, syscall.SIGKILL)
	}
}

func signal(cmd *exec.Cmd, sig syscall.Signal) error {
	err := syscall.Kill(-cmd.Process.Pid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
