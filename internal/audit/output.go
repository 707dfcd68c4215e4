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
	sick    error  // why the last fsync failed: until one succeeds nobody knows what the disk has
}

// take swaps the finished block for the waiting lines and returns an empty buffer for the next ones.
func (o *output) take(waiting []byte) []byte {
	empty := o.block[:0]
	o.block, o.off = waiting, 0
	return empty
}

// write writes the rest of the block. After an error the rest stays, so that the next try goes on where this one ended.
func (o *output) write() error {
	if o.sick != nil {
		return o.sick
	}
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

// sync fsyncs what was written. The lock is not held meanwhile: a slow disk must hold up no line.
func (o *output) sync() error {
	o.mu.Lock()
	w, dirty := o.w, o.dirty
	o.dirty = false
	o.mu.Unlock()
	if !dirty {
		return nil
	}
	err := fsync(w)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sick = err
	o.dirty = o.dirty || err != nil
	return err
}

// fsync takes for done what needs no fsync: pipes and terminals refuse it, and a file that rotation has closed meanwhile
// was fsynced at its closing.
func fsync(w io.Writer) error {
	s, ok := w.(interface{ Sync() error })
	if !ok {
		return nil
	}
	err := s.Sync()
	if err == nil || errors.Is(err, os.ErrClosed) {
		return nil
	}
	if f, ok := w.(*os.File); ok {
		if info, serr := f.Stat(); serr == nil && !info.Mode().IsRegular() {
			return nil
		}
	}
	return err
}

// close fsyncs and closes the file; a writer that was given is only fsynced.
func (o *output) close() error {
	var err error
	if o.dirty {
		err = fsync(o.w)
		o.dirty = err != nil
	}
	if o.file != nil {
		err = errors.Join(err, o.file.Close())
		o.file, o.w, o.sick = nil, nil, nil
	}
	return err
}
