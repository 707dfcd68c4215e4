package jobs

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// errLocked is that another process has the lock.
var errLocked = errors.New("locked")

// lockFile takes a lock that ends with the process, however it ends. The file holds the owner's process id.
func lockFile(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeOwned, Text: "the lock of the job database cannot be opened", Cause: err}
	}
	if err := lock(f); err != nil {
		defer func() { _ = f.Close() }()
		if !errors.Is(err, errLocked) {
			return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: CodeOwned, Text: "the job database cannot be locked: jobs need a local disk", Cause: err}
		}
		pid, _ := io.ReadAll(io.LimitReader(f, 20))
		return nil, owned(path, strings.TrimSpace(string(pid)))
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return func() { _ = f.Close() }, nil
}

func owned(path, pid string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeOwned,
		Text: "process " + pid + " already works on the jobs in " + strings.TrimSuffix(path, lockName),
		Hint: "let it work: other commands may enqueue, look and cancel meanwhile; several workers need PostgreSQL",
	}
}
