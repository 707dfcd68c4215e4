// Package tokenfile turns a file that somebody else keeps fresh, such as a projected Kubernetes service-account token,
// into an assertion.
//
// A path enters, assertions leave; the file is looked at on every call and read again when it has changed. It must never
// verify (that is the far shore's office), never write, never accept a long-lived key, and never put a byte of the file
// into an error.
package tokenfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Format says how the token stands in the file.
type Format string

// The formats.
const (
	Text Format = "text" // the file is the token
	JSON Format = "json" // the file is a JSON object, the token one of its fields
)

// Options configure a Source.
type Options struct {
	// Path of the file; links are followed anew on every call, as the kubelet swaps them.
	Path string
	// Format of the file; Text when empty.
	Format Format
	// Field of a JSON file that holds the token; "access_token" when empty.
	Field string
	Clock bridge.Clock
}

// Source is a bridge.Source over a file. The file decides the audience: a request's own is ignored.
type Source struct {
	path   string
	format Format
	field  string
	clock  bridge.Clock
	files  files
	held   atomic.Pointer[held]
}

// files is what a Source needs of the operating system.
type files interface {
	Stat(path string) (fs.FileInfo, error)
	Open(path string) (file, error)
}

type file interface {
	io.ReadCloser
	Stat() (fs.FileInfo, error)
}

type osFiles struct{}

func (osFiles) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }
func (osFiles) Open(path string) (file, error)        { return os.Open(path) }

// held is what the file said when it was last read. It is never written after it is stored.
type held struct {
	info      fs.FileInfo
	settled   bool // the file was old enough, when read, for a later write to show in its times
	assertion bridge.Assertion
}

// settleTime is the coarsest time stamp of the file systems in use (FAT: two seconds). A file that was read sooner after
// its last write than that may be written again without its size and times changing, so it is read again.
const settleTime = 2 * time.Second

// A reader may meet a half-written file. It looks again this often, this far apart.
const (
	tries = 4
	pause = 25 * time.Millisecond
)

// New returns a source for a file, which need not be there yet.
func New(o Options) (*Source, error) {
	if o.Format == "" {
		o.Format = Text
	}
	if o.Format == JSON && o.Field == "" {
		o.Field = "access_token"
	}
	switch {
	case o.Clock == nil:
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "no_clock", Text: "a token file needs a clock"}
	case o.Path == "":
		return nil, usage("token_file_unnamed", "no token file is named", "name the file in the configuration")
	case o.Format != Text && o.Format != JSON:
		return nil, usage("token_file_format", fmt.Sprintf("token file format %q is not known", o.Format), "use text or json")
	case o.Format == Text && o.Field != "":
		return nil, usage("token_file_format", "a field is named, but the token file's format is text", "set the format to json")
	}
	return &Source{path: o.Path, format: o.Format, field: o.Field, clock: o.Clock, files: osFiles{}}, nil
}

// Describe implements bridge.Describer.
func (s *Source) Describe() string {
	if s.format == JSON {
		return fmt.Sprintf("token file %s, JSON field %q", s.path, s.field)
	}
	return "token file " + s.path
}

// Path is the file's path as it was given.
func (s *Source) Path() string { return s.path }

// Assertion implements bridge.Source. When the file is as it was, one stat is all it costs.
func (s *Source) Assertion(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	if err := ctx.Err(); err != nil {
		return bridge.Assertion{}, s.gaveUp(err)
	}
	h := s.held.Load()
	if h != nil && h.settled && !req.Fresh && s.clock().Before(deadline(h.assertion)) {
		info, err := s.files.Stat(s.path)
		if err == nil && same(info, h.info) {
			return h.assertion, nil
		}
	}
	h, err := s.read(ctx, h != nil)
	if err != nil {
		return bridge.Assertion{}, err
	}
	if now := s.clock(); !now.Before(deadline(h.assertion)) {
		return bridge.Assertion{}, s.expired(now.Sub(h.assertion.Expiry))
	}
	s.held.Store(h)
	return h.assertion, nil
}

// read reads the file, and again when it was caught half-written. Before says that the file has been seen: then its
// absence is most likely the gap in which somebody replaces it.
func (s *Source) read(ctx context.Context, before bool) (*held, error) {
	for try := 1; ; try++ {
		h, err := s.readOnce()
		if err == nil {
			return h, nil
		}
		half, ok := errors.AsType[*halfWritten](err)
		if !ok && !(before && errors.Is(err, fs.ErrNotExist)) {
			return nil, err
		}
		if try == tries {
			if half != nil {
				return nil, half.err
			}
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, s.gaveUp(ctx.Err())
		case <-time.After(pause):
		}
	}
}

func (s *Source) readOnce() (*held, error) {
	start := s.clock()
	info, err := s.files.Stat(s.path)
	if err != nil {
		return nil, s.unreadable(nil, err)
	}
	// Asked before opening: opening a pipe would wait for its writer.
	if !info.Mode().IsRegular() {
		return nil, s.notRegular(info)
	}
	f, err := s.files.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &halfWritten{s.unreadable(nil, err)}
	}
	if err != nil {
		return nil, s.unreadable(info, err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, s.unreadable(nil, err)
	}
	content, err := io.ReadAll(io.LimitReader(f, MaxToken+1))
	if err != nil {
		return nil, s.unreadable(info, err)
	}
	after, err := f.Stat()
	if err != nil {
		return nil, s.unreadable(info, err)
	}
	a, err := s.parse(content)
	if err != nil {
		return nil, err
	}
	if !same(info, after) {
		return nil, &halfWritten{s.refuse("token_file_changing", "changed while it was read", "write the file under another name, then rename it")}
	}
	end := s.clock()
	a.Trace = []bridge.Step{{Hop: bridge.HopHome, Who: a.Subject, What: "read " + s.path, Expiry: a.Expiry, Took: end.Sub(start)}}
	return &held{info: after, settled: end.Sub(after.ModTime()) >= settleTime, assertion: a}, nil
}

// same says whether two looks at a path met the same, unchanged file.
func same(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// deadline is when the token stops being good. One without an expiry is left to the far shore to judge.
func deadline(a bridge.Assertion) time.Time {
	if a.Expiry.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return a.Expiry
}
