package folder

import (
	"context"
	"io"
	"os"

	"github.com/landbridge/landbridge/internal/dataset"
)

// Open implements dataset.Reader. A file that changes while it is read ends in CodeChanged.
func (f *Folder) Open(ctx context.Context, o dataset.Object, offset, length int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Unreadable != "" {
		return nil, refusal(dataset.CodeUnavailable, o.Name, "is %s", o.Unreadable)
	}
	path, err := f.path(o.Name)
	if err != nil {
		return nil, err
	}
	if _, err := f.stat(o.Name, path); err != nil {
		return nil, err
	}
	file, err := f.root.Open(path)
	if err != nil {
		return nil, failed("open", o.Name, err)
	}
	s := &section{ctx: ctx, file: file, object: o, at: offset, left: length}
	if err := s.unchanged(); err != nil {
		_ = file.Close()
		return nil, err
	}
	return s, nil
}

// section is a range of a file that must stay as it was.
type section struct {
	ctx      context.Context
	file     *os.File
	object   dataset.Object
	at, left int64
	checked  bool
}

func (s *section) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.left == 0 {
		return 0, s.end()
	}
	if int64(len(p)) > s.left {
		p = p[:s.left]
	}
	n, err := s.file.ReadAt(p, s.at)
	s.at, s.left = s.at+int64(n), s.left-int64(n)
	if n > 0 {
		return n, nil
	}
	if err == io.EOF {
		if err := s.unchanged(); err != nil {
			return 0, err
		}
		return 0, io.ErrUnexpectedEOF
	}
	return 0, failed("read", s.object.Name, err)
}

// end is io.EOF when what was read is still what was asked for.
func (s *section) end() error {
	if !s.checked {
		if err := s.unchanged(); err != nil {
			return err
		}
		s.checked = true
	}
	return io.EOF
}

func (s *section) unchanged() error {
	info, err := s.file.Stat()
	if err != nil {
		return failed("read", s.object.Name, err)
	}
	if s.object.ETag != "" && s.object.ETag != etag(info) {
		return refusal(dataset.CodeChanged, s.object.Name, "is not the file that it was when it was listed")
	}
	return nil
}

func (s *section) Close() error { return s.file.Close() }
