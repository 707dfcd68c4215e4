package folder

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// Sweep removes what processes that are gone left half written, and that nobody has touched since. It says how many files and uploads
// that were.
func (f *Folder) Sweep(ctx context.Context, since time.Time) (int, error) {
	entries, err := fs.ReadDir(f.root.FS(), partial)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	swept := 0
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return swept, err
		}
		name := partial + "/" + e.Name()
		if touched, err := f.touched(name, e); err != nil || touched.After(since) {
			continue
		}
		if err := f.root.RemoveAll(name); err != nil {
			return swept, failed("clear up", name, err)
		}
		swept++
	}
	return swept, failed("clear up", partial, err)
}

// touched is when a file was last written, or the journal of an upload.
func (f *Folder) touched(name string, e fs.DirEntry) (time.Time, error) {
	if e.IsDir() {
		name += "/journal"
	}
	info, err := f.root.Stat(name)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
