package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"syscall"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// replace gives a finished file its name, when the precondition holds.
func (f *Folder) replace(temp, final, kept string, w dataset.Write) error {
	done, err := f.alone()
	if err != nil {
		return failed("lock", w.Name, err)
	}
	defer done()
	if err := f.holds(w.If, w.Name, final); err != nil {
		return err
	}
	if kept != "" {
		if err := f.keep(final, kept); err != nil {
			return failed("keep the damaged bytes of", w.Name, err)
		}
	}
	if err := f.move(temp, final, w.If); err != nil {
		return moved(w.Name, err)
	}
	return failed("sync", w.Name, f.syncDir(path.Dir(final)))
}

// alone waits until nobody else is between a check and a rename.
func (f *Folder) alone() (done func(), err error) {
	if err := f.room(own); err != nil {
		return nil, err
	}
	f.rename.Lock()
	unlock, err := f.turn()
	if err != nil {
		f.rename.Unlock()
		return nil, err
	}
	return func() { unlock(); f.rename.Unlock() }, nil
}

// holds is nil when the precondition does.
func (f *Folder) holds(want dataset.If, name, final string) error {
	if want == (dataset.If{}) {
		return nil
	}
	now, err := f.stat(name, final)
	there := err == nil
	if e, ok := errors.AsType[*bridge.Error](err); err != nil && (!ok || e.Code != dataset.CodeNotFound) {
		return err
	}
	switch {
	case want.Absent && there:
		return refusal(dataset.CodeExists, name, "is there already")
	case want.Absent:
		return nil
	case !there:
		return refusal(dataset.CodeExists, name, "is no longer there to be replaced")
	case want.ETag != now.ETag || want.Version != now.Version:
		return refusal(dataset.CodeExists, name, "was changed by somebody else")
	}
	return nil
}

// move renames, and makes the directories that are missing. What may not be there is linked, which a program that knows nothing of our
// lock cannot come between.
func (f *Folder) move(temp, final string, want dataset.If) error {
	rename := func() error {
		if !want.Absent {
			return f.root.Rename(temp, final)
		}
		err := f.root.Link(temp, final)
		if errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported) { // no hard links here
			return f.root.Rename(temp, final)
		}
		return err
	}
	err := rename()
	if info, failed := f.root.Lstat(final); err != nil && failed == nil && info.IsDir() {
		f.removeEmpty(final) // left behind by objects that are gone
		err = rename()
	}
	for range 3 { // a directory may be removed as empty between the two
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = f.makeDir(path.Dir(final)); err == nil {
			err = rename()
		}
	}
	return err
}

func moved(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTEMPTY):
		return &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopFolder, Code: dataset.CodeExists, Cause: err,
			Text: fmt.Sprintf("%q is there already, or is a directory", name),
		}
	case errors.Is(err, syscall.ENOTDIR):
		e := nameRefused(name, "lies below a name that is itself an object: a directory cannot hold both")
		e.Cause = err
		return e
	}
	return failed("write", name, err)
}

// Delete implements dataset.Writer.
func (f *Folder) Delete(ctx context.Context, o dataset.Object) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	final, err := f.path(o.Name)
	if err != nil {
		return err
	}
	done, err := f.alone()
	if err != nil {
		return failed("lock", o.Name, err)
	}
	defer done()
	now, err := f.stat(o.Name, final)
	if err != nil {
		return err
	}
	if now.ETag != o.ETag {
		return refusal(dataset.CodeChanged, o.Name, "is not the file that it was when it was listed")
	}
	if err := f.root.Remove(final); err != nil {
		return failed("delete", o.Name, err)
	}
	dir := path.Dir(final)
	if err := f.syncDir(dir); err != nil {
		return failed("sync", o.Name, err)
	}
	f.removeEmpty(dir)
	return nil
}
