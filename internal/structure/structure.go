// Package structure says whether a file's own format holds together: what a checksum cannot say of a file that was bad when it was copied.
//
// A name, a size and a reader of ranges enter; "" or what is wrong leaves. It must never read more of a file than its format needs, never
// believe a length that the file states before holding it against the file's size, and never judge a file of a format that it does not know.
package structure

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ReadAt reads a range of one object: all of p, or an error.
type ReadAt func(ctx context.Context, p []byte, offset int64) (int, error)

// Format is a file format that can be judged.
type Format struct {
	Name  string
	check func(*file) error
}

// formats are known by the end of a file's name.
var formats = map[string]Format{
	".safetensors": {"safetensors", safetensors},
	".parquet":     {"Parquet", parquet},
	".tfrecord":    {"TFRecord", tfrecord},
	".tfrecords":   {"TFRecord", tfrecord},
	".zip":         {"zip", zipped},
	".pt":          {"PyTorch (zip)", pytorch},
	".pth":         {"PyTorch (zip)", pytorch},
	".npz":         {"NumPy (zip)", zipped},
	".keras":       {"Keras (zip)", zipped},
	".gguf":        {"GGUF", gguf},
}

// Of returns the format of a file by its name.
func Of(name string) (Format, bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return Format{}, false
	}
	f, ok := formats[strings.ToLower(name[i:])]
	return f, ok
}

// Check judges a file. It returns "" for one that holds together and for one of no known format; an error is one of reading.
func Check(ctx context.Context, name string, size int64, read ReadAt) (string, error) {
	format, ok := Of(name)
	if !ok {
		return "", nil
	}
	f := &file{ctx: ctx, size: size, read: read}
	err := format.check(f)
	if bad, ok := errors.AsType[*malformed](err); ok {
		return format.Name + ": " + bad.text, nil
	}
	return "", err
}

// malformed is a verdict, and not a failure to read.
type malformed struct{ text string }

func (m *malformed) Error() string { return m.text }

func bad(format string, args ...any) error { return &malformed{fmt.Sprintf(format, args...)} }

// file is one that is being judged.
type file struct {
	ctx  context.Context
	size int64
	read ReadAt
}

// at reads n bytes from offset; what lies outside of the file is malformed.
func (f *file) at(offset, n int64, what string) ([]byte, error) {
	if offset < 0 || n < 0 || offset > f.size || n > f.size-offset {
		return nil, bad("%s would be at %d to %d of %d bytes", what, offset, offset+n, f.size)
	}
	p := make([]byte, n)
	if n == 0 {
		return p, nil
	}
	_, err := f.read(f.ctx, p, offset)
	return p, err
}

// ReadAt implements io.ReaderAt, for readers of the standard library.
func (f *file) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 || offset >= f.size { // archive/zip believes what a directory says
		return 0, io.EOF
	}
	short := int64(len(p)) > f.size-offset
	if short {
		p = p[:f.size-offset]
	}
	n, err := f.read(f.ctx, p, offset)
	if err == nil && short {
		err = io.EOF
	}
	return n, err
}

// stream reads the file from its beginning, a piece at a time.
func (f *file) stream() io.Reader { return io.NewSectionReader(f, 0, f.size) }

func u32(p []byte) uint32 { return binary.LittleEndian.Uint32(p) }
func u64(p []byte) uint64 { return binary.LittleEndian.Uint64(p) }
