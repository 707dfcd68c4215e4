package audit

import (
	"context"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Open opens the log now instead of at the first record, so that a wrong path is found at the start.
func (l *Log) Open() error {
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	return l.verdict(l.out.open())
}

// Run is the writer: it flushes and fsyncs until ctx ends, then writes what waits and closes the log.
func (l *Log) Run(ctx context.Context) error {
	l.mu.Lock()
	l.running = true
	l.mu.Unlock()
	flush := time.NewTicker(l.o.FlushEvery)
	defer flush.Stop()
	syncing := make(chan struct{})
	go func() { defer close(syncing); l.syncs(ctx) }()
	defer func() { <-syncing }()
	for {
		select {
		case <-ctx.Done():
			return l.Close()
		case <-flush.C:
			_ = l.flush(0)
		case <-l.kick:
			_ = l.flush(0)
		}
	}
}

// syncs fsyncs beside the writer: a write does not wait for the disk, so the buffer never fills up behind an fsync.
func (l *Log) syncs(ctx context.Context) {
	tick := time.NewTicker(l.o.SyncEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.out.sync(); err != nil {
				_ = l.verdict(err)
			}
		}
	}
}

// Close writes what waits, fsyncs and closes the file. Records that come later fail. It may be called twice.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed, l.running = true, false
	l.mu.Unlock()
	err := l.flush(0)
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	if cerr := l.out.close(); err == nil && cerr != nil {
		err = writeError(cerr)
	}
	return err
}

// Reopen closes the file and opens the path again, after log rotation has moved the old file away. No line is lost or
// split between the two.
func (l *Log) Reopen() error {
	err := l.flush(0)
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	cerr := l.out.close()
	l.out.rewind()
	if oerr := l.verdict(l.out.open()); oerr != nil {
		return oerr
	}
	if err == nil && cerr != nil {
		err = writeError(cerr)
	}
	return err
}

// flush writes the waiting lines. A caller that waits for its own line passes the line's end: when another flush has
// written it meanwhile there is nothing left to do. 0 means whatever there is.
func (l *Log) flush(upTo uint64) error {
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	if upTo != 0 && l.out.written >= upTo {
		return nil
	}
	for {
		if err := l.out.write(); err != nil {
			return l.verdict(err)
		}
		l.mu.Lock()
		if len(l.waiting) == 0 {
			l.mu.Unlock()
			return l.verdict(nil)
		}
		l.waiting = l.out.take(l.waiting)
		close(l.room)
		l.room = make(chan struct{})
		l.mu.Unlock()
	}
}

// verdict notes whether the log can be written, and turns a failure into our error.
func (l *Log) verdict(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.failed = nil
		return nil
	}
	l.failed = writeError(err)
	return l.failed
}

func writeError(err error) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "audit_unwritable", Retry: true, Cause: err,
		Text: "the audit log cannot be written", Hint: "check the audit log's path, its permissions and the free space of its disk",
	}
}
