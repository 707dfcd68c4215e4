// Package audit keeps the audit log as JSON lines: one bridge.Record, one line, in a file or any io.Writer.
//
// Records enter through the bridge.Recorder port; bytes leave to one writer, in order, as whole lines. It must never
// drop a record silently, never rewrite a line, and never hold a token: text that looks like one is blacked out.
//
// What is kept when: leases and refusals are rare and are written before Record returns. Crossings are many and may wait
// in memory for FlushEvery or until half of Buffer is full, so a crash of this process loses at most that much of them,
// and nothing else. What was written is fsynced every SyncEvery, which bounds what a crash of the machine loses. While
// the log cannot be written, every Record fails and the callers refuse; the lines already accepted are kept and tried
// again at each flush. A record whose Record call failed may still appear later: the log says too much rather than too
// little.
package audit

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Options configure a Log. One of Path and Writer is needed.
type Options struct {
	// Path of the log file. It is created with mode 0600, its folders with 0700; an existing file is appended to.
	Path string
	// Writer takes the lines when Path is empty.
	Writer io.Writer
	// FlushEvery is how long a crossing may wait in memory; 100 ms when zero.
	FlushEvery time.Duration
	// SyncEvery is how long a written line may wait for its fsync; 1 s when zero.
	SyncEvery time.Duration
	// Buffer is how many bytes of lines may wait in memory; 256 KiB when zero. Twice that while a write is under way.
	Buffer int
	// MaxWait is how long Record may wait for room in a full buffer before it fails; 5 s when zero.
	MaxWait time.Duration
}

// Log is a bridge.Recorder. It is safe for use from many goroutines. Record works from the start; Run adds the writer
// that lets crossings wait in memory, and without it every record is written before Record returns.
type Log struct {
	o     Options
	lines sync.Pool     // buffers in which a record becomes a line before the lock is taken
	kick  chan struct{} // wakes the writer before its time

	mu      sync.Mutex // guards the fields below; held for a copy of one line, never for a write
	waiting []byte     // whole lines that no write has taken yet
	taken   uint64     // how many bytes were ever put into waiting
	room    chan struct{}
	failed  *bridge.Error
	running bool
	closed  bool

	out output // has a lock of its own, taken before mu
}

// New returns a log that has touched nothing yet.
func New(o Options) *Log {
	if o.FlushEvery <= 0 {
		o.FlushEvery = 100 * time.Millisecond
	}
	if o.SyncEvery <= 0 {
		o.SyncEvery = time.Second
	}
	if o.Buffer <= 0 {
		o.Buffer = 256 << 10
	}
	if o.MaxWait <= 0 {
		o.MaxWait = 5 * time.Second
	}
	return &Log{
		o:     o,
		lines: sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }},
		kick:  make(chan struct{}, 1),
		room:  make(chan struct{}),
		out:   output{path: o.Path, w: o.Writer},
	}
}

// Record appends one record. It implements bridge.Recorder.
func (l *Log) Record(ctx context.Context, r bridge.Record) error {
	buf := l.lines.Get().(*[]byte)
	defer l.lines.Put(buf)
	line, err := appendRecord((*buf)[:0], &r)
	*buf = line
	if err != nil {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "audit_record_invalid", Text: "an audit record cannot be written as json", Cause: err}
	}
	end, through, err := l.put(ctx, line, r.Event != bridge.EventCrossing)
	if err != nil {
		return err
	}
	if through {
		return l.flush(end)
	}
	return nil
}

// put adds a line to the waiting ones. It returns the position of the line's end and whether the line must be written
// before its Record returns.
func (l *Log) put(ctx context.Context, line []byte, through bool) (uint64, bool, error) {
	l.mu.Lock()
	for {
		if err := l.refusal(); err != nil {
			l.mu.Unlock()
			return 0, false, err
		}
		if len(l.waiting) == 0 || len(l.waiting)+len(line) <= l.o.Buffer {
			break
		}
		room := l.room
		l.mu.Unlock()
		if err := l.wait(ctx, room); err != nil {
			return 0, false, err
		}
		l.mu.Lock()
	}
	l.waiting = append(l.waiting, line...)
	l.taken += uint64(len(line))
	end, through := l.taken, through || !l.running
	half := len(l.waiting) >= l.o.Buffer/2
	l.mu.Unlock()
	if half && !through {
		l.wake()
	}
	return end, through, nil
}

// refusal says why a record cannot be taken now. Without a writer a failed log is tried again by every caller.
func (l *Log) refusal() error {
	switch {
	case l.closed:
		return closedError()
	case l.failed != nil && l.running:
		return l.failed
	case l.failed != nil && len(l.waiting) >= l.o.Buffer:
		return l.failed
	}
	return nil
}

// wait is the back-pressure: it returns when a flush has made room.
func (l *Log) wait(ctx context.Context, room <-chan struct{}) error {
	if l.wake(); !l.isRunning() {
		return l.flush(0)
	}
	patience := time.NewTimer(l.o.MaxWait)
	defer patience.Stop()
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "audit_backlog", Text: "gave up waiting for room in the audit log", Retry: true, Cause: ctx.Err()}
	case <-patience.C:
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "audit_backlog", Text: "the audit log cannot keep up", Hint: "put the audit log on a faster disk", Retry: true}
	}
}

func (l *Log) wake() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

func (l *Log) isRunning() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running
}

// Err says why the log cannot be written at the moment; nil when it can. For readiness probes.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		return nil
	}
	return l.failed
}

func closedError() error {
	return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "audit_closed", Text: "the audit log is closed"}
}
