package audit

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// output is where lines go, with the lines that a write has taken and not finished.
type output struct {
	mu      sync.Mutex
	path    string // empty when w was given
	w       io.Writer
	file    *os.File
	block   []byte // taken lines
	off     int    // how much of block is written
	written uint64 // how many bytes were ever written
	dirty   bool   // written since the last fsync
}

// take swaps the finished block for the waiting lines and returns an empty buffer for the next ones.
func (o *output) take(waiting []byte) []byte {
	empty := o.block[:0]
	o.block, o.off = waiting, 0
	return empty
}

// write writes the rest of the block. After an error the rest stays, so that the next try goes on where this one ended.
func (o *output) write() error {
	if o.off == len(o.block) {
		return nil
	}
	if err := o.open(); err != nil {
		return err
	}
	n, err := o.w.Write(o.block[o.off:])
	n = min(max(n, 0), len(o.block)-o.off)
	o.off += n
	o.written += uint64(n)
	o.dirty = o.dirty || n > 0
	if err == nil && o.off < len(o.block) {
		err = io.ErrShortWrite
	}
	return err
}

// rewind goes back to the start of a line that was written in part, because the rest of it will go to another file.
func (o *output) rewind() {
	start := bytes.LastIndexByte(o.block[:o.off], '\n') + 1
	o.written -= uint64(o.off - start)
	o.off = start
}

// open opens the file if there is one to open. A line that a crash left unfinished is kept and ended, so that the next
// record starts on a line of its own.
func (o *output) open() error {
	if o.w != nil {
		return nil
	}
	if o.path == "" {
		return errors.New("neither a path nor a writer is set")
	}
	if err := os.MkdirAll(filepath.Dir(o.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(o.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := endTornLine(f); err != nil {
		_ = f.Close()
		return err
	}
	o.file, o.w = f, f
	return nil
}

func endTornLine(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil {
		return err
	}
	if last[0] == '\n' {
		return nil
	}
	_, err = f.Write([]byte{'\n'})
	return err
}

func (o *output) sync() error {
	if !o.dirty {
		return nil
	}
	if s, ok := o.w.(interface{ Sync() error }); ok {
		if err := s.Sync(); err != nil && !unsyncable(o.file) {
			return err
		}
	}
	o.dirty = false
	return nil
}

// unsyncable is true of pipes and terminals: fsync refuses them and there is nothing to lose.
func unsyncable(f *os.File) bool {
	if f == nil {
		return false
	}
	info, err := f.Stat()
	return err == nil && !info.Mode().IsRegular()
}

// close fsyncs and closes the file; a writer that was given is only fsynced.
func (o *output) close() error {
	err := o.sync()
	if o.file != nil {
		err = errors.Join(err, o.file.Close())
		o.file, o.w = nil, nil
	}
	return err
}
