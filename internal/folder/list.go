package folder

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/dataset"
)

// List implements dataset.Reader. It holds the names of the directories that it is in, and no others.
func (f *Folder) List(ctx context.Context, q dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		if !q.At.IsZero() {
			e := refusal(dataset.CodeNotKept, f.place.String(), "keeps no past")
			e.Hint = "ask for the files as they are, without a time"
			yield(dataset.Object{}, e)
			return
		}
		w := &walk{f: f, ctx: ctx, prefix: f.place.Prefix + q.Prefix, yield: yield}
		if q.After != "" {
			w.after = f.place.Prefix + q.After
		}
		w.dir(f.root, "")
	}
}

// walk is one listing. Names in it are whole, with the place's prefix.
type walk struct {
	f      *Folder
	ctx    context.Context
	prefix string
	after  string
	yield  func(dataset.Object, error) bool
}

// node is a file or a directory, under the string by which it is ordered: a directory's ends in "/", as the names below it go on.
type node struct {
	key  string
	file string // its name on disk
	kind fs.FileMode
}

// dir yields what is below a directory whose names begin with above, and says whether the listing goes on.
func (w *walk) dir(root *os.Root, above string) bool {
	nodes, err := w.read(root, above)
	if above != "" && errors.Is(err, fs.ErrNotExist) { // removed, as it was empty, since its name was read
		return true
	}
	if err != nil {
		return w.yield(dataset.Object{}, failed("list", above, err))
	}
	for _, n := range nodes {
		name := above + n.key
		switch {
		case w.ctx.Err() != nil:
			w.yield(dataset.Object{}, w.ctx.Err())
			return false
		case w.outside(name, n.kind.IsDir()):
		case n.kind.IsDir():
			if !w.below(root, n, name) {
				return false
			}
		default:
			if !w.file(root, n, name) {
				return false
			}
		}
	}
	return true
}

// outside says that nothing under this name was asked for.
func (w *walk) outside(name string, dir bool) bool {
	if dir {
		wanted := strings.HasPrefix(name, w.prefix) || strings.HasPrefix(w.prefix, name)
		return !wanted || name < w.after && !strings.HasPrefix(w.after, name)
	}
	return !strings.HasPrefix(name, w.prefix) || name <= w.after && w.after != ""
}

func (w *walk) below(root *os.Root, n node, name string) bool {
	sub, err := root.OpenRoot(n.file)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		w.yield(dataset.Object{}, failed("list", name, err))
		return false
	}
	defer sub.Close()
	return w.dir(sub, name)
}

func (w *walk) file(root *os.Root, n node, name string) bool {
	o, err := w.object(root, n)
	if errors.Is(err, fs.ErrNotExist) && n.kind&fs.ModeSymlink == 0 { // gone since the directory was read
		return true
	}
	o.Name = strings.TrimPrefix(name, w.f.place.Prefix)
	return w.yield(o, failed("read", o.Name, err))
}

func (w *walk) object(root *os.Root, n node) (dataset.Object, error) {
	switch {
	case !utf8.ValidString(n.file):
		return dataset.Object{Unreadable: "a file whose name is not UTF-8"}, nil
	case encode(decode(n.file)) != n.file:
		return dataset.Object{Unreadable: "a file whose name is one that the store gives to others"}, nil
	case n.kind&fs.ModeSymlink != 0:
		return link(root, n.file)
	case !n.kind.IsRegular():
		return dataset.Object{Unreadable: "neither a file nor a directory"}, nil
	}
	return look(root, n.file)
}

// link is a file behind a symbolic link, as long as it is a file and in the directory.
func link(root *os.Root, file string) (dataset.Object, error) {
	info, err := root.Stat(file)
	switch {
	case err != nil:
		return dataset.Object{Unreadable: "a symbolic link that leads to nothing in the folder"}, nil //nolint:nilerr // told as a reason
	case !info.Mode().IsRegular():
		return dataset.Object{Unreadable: "a symbolic link to something else than a file"}, nil
	}
	return look(root, file)
}

// read returns what is in a directory in the order of the names.
func (w *walk) read(root *os.Root, above string) ([]node, error) {
	d, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	nodes := make([]node, 0, len(entries))
	for _, e := range entries {
		if above == "" && e.Name() == own {
			continue
		}
		n := node{key: decode(e.Name()), file: e.Name(), kind: e.Type()}
		if e.IsDir() {
			n.key += "/"
		}
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b node) int { return cmp.Compare(a.key, b.key) })
	return nodes, nil
}

// Stat implements dataset.Reader.
func (f *Folder) Stat(ctx context.Context, name string) (dataset.Object, error) {
	if err := ctx.Err(); err != nil {
		return dataset.Object{}, err
	}
	file, err := f.path(name)
	if err != nil {
		return dataset.Object{}, err
	}
	return f.stat(name, file)
}

func (f *Folder) stat(name, file string) (dataset.Object, error) {
	info, err := f.root.Stat(file) // first, as opening a pipe would wait
	if err == nil && !info.Mode().IsRegular() {
		return dataset.Object{}, refusal(dataset.CodeNotFound, name, "is %s, not a file", describe(info))
	}
	if err != nil {
		return dataset.Object{}, failed("find", name, err)
	}
	o, err := look(f.root, file)
	o.Name = name
	return o, failed("read", name, err)
}

func describe(info fs.FileInfo) string {
	if info.IsDir() {
		return "a directory"
	}
	return "a " + path.Base(info.Mode().Type().String())
}
