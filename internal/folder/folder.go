// Package folder is a local directory as a store of objects.
//
// Objects enter and leave as files below the directory; what the store itself needs lies in .landbridge there: files that are being
// written (partial), and what was replaced because it was damaged (evidence). A file appears whole or not at all: it is written
// elsewhere, synced, read again, and renamed. The ETag of a file is SIZE-MTIME-INODE, the time in nanoseconds; a change in place that
// leaves all three is not seen. Headers, metadata and sums are kept in the extended attribute user.landbridge, and count while size
// and time of the file are the ones they were written with; a file system without such attributes keeps none of them. Symbolic links
// are never followed out of the directory.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Where the store keeps its own.
const (
	own      = ".landbridge"
	partial  = own + "/partial"
	evidence = own + "/evidence"
)

// Options say which directory it is.
type Options struct {
	Path   string // of the directory
	Prefix string // of names in it, "" or ending in "/"
	// Create makes the directory when it is absent.
	Create bool
}

// Folder is a directory as dataset.Writer, Mender and Keeper.
type Folder struct {
	root   *os.Root
	place  dataset.Place
	rename sync.Mutex // between the check of a precondition and the rename; turn holds other processes off
}

var (
	_ dataset.Writer = (*Folder)(nil)
	_ dataset.Mender = (*Folder)(nil)
	_ dataset.Keeper = (*Folder)(nil)
	_ dataset.Namer  = (*Folder)(nil)
)

// New opens the directory. Close gives it back.
func New(o Options) (*Folder, error) {
	dir, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, failed("open the directory", o.Path, err)
	}
	if o.Create {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, failed("make the directory", dir, err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, failed("open the directory", dir, err)
	}
	return &Folder{root: root, place: dataset.Place{Store: dataset.Folder, Name: dir, Prefix: o.Prefix}}, nil
}

// Close closes the directory. Nothing may be called after it.
func (f *Folder) Close() error { return f.root.Close() }

// Place implements dataset.Reader.
func (f *Folder) Place() dataset.Place { return f.place }

// refusal is an error of ours about one object.
func refusal(code, name, format string, args ...any) *bridge.Error {
	return &bridge.Error{Kind: bridge.Refused, Hop: bridge.HopFolder, Code: code, Text: fmt.Sprintf("%q ", name) + fmt.Sprintf(format, args...)}
}

// failed turns what the operating system says into an error of ours. The path that it names is below the directory.
func failed(what, name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if ours, ok := errors.AsType[*bridge.Error](err); ok {
		return ours
	}
	e := &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopFolder, Code: "file_failed", Text: fmt.Sprintf("cannot %s %q", what, name), Cause: err}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		e.Kind, e.Code = bridge.Refused, dataset.CodeNotFound
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Kind, e.Code, e.Hint = bridge.Denied, dataset.CodeUnauthorized, "give the process the right to read and write the directory"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		e.Kind, e.Code, e.Hint = bridge.Unreachable, dataset.CodeFull, "make room on the file system; what was written whole is kept, and the next run goes on from there"
	case errors.Is(err, syscall.ENAMETOOLONG):
		e.Kind, e.Code = bridge.Refused, codeName
	case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		e.Kind, e.Retry = bridge.Unreachable, true
	}
	return e
}

// syncDir makes what was renamed into a directory last.
func (f *Folder) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// makeDir makes a directory and those above it, so that they last.
func (f *Folder) makeDir(dir string) error {
	if err := f.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for dir != "." {
		dir = path.Dir(dir)
		if err := f.syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// removeEmpty removes directories that hold nothing any more, upwards.
func (f *Folder) removeEmpty(dir string) {
	for dir != "." && dir != own && !strings.HasPrefix(dir, own+"/") {
		if f.root.Remove(dir) != nil {
			return
		}
		dir = path.Dir(dir)
	}
}
