package storageapi

import (
	"crypto/md5" //nolint:gosec // md5Hash is Cloud Storage's checksum on the wire, not a proof of anything
	"errors"
	"hash"
	"io"
	"os"

	"github.com/landbridge/landbridge/internal/checksum"
)

const (
	// quantum is what of a resumable upload is persisted: whole multiples of it, but for the end.
	quantum = 256 << 10
	block   = 4 * quantum
	// small is the size from which contents go to files, when there is a directory for them.
	small = 1 << 20
)

// intake takes the bytes of an object as they come, and hashes each of them once.
type intake struct {
	dir     string // "" keeps them in memory
	content content
	crc     uint32
	md5     hash.Hash // nil when it is off
	file    *os.File
}

func (s *Storage) intake() *intake {
	in := &intake{dir: s.options.Dir}
	if !s.options.NoMD5 {
		in.md5 = md5.New() //nolint:gosec // see above
	}
	return in
}

// take reads r, of which about hint bytes will come (-1 when nobody knows). With tail, all that came is taken if r ended well; else
// only whole quanta are, the rest is forgotten. It returns r's error, if any.
func (in *intake) take(r io.Reader, hint int64, tail bool) error {
	toFile := in.dir != "" && (hint < 0 || hint >= small || in.file != nil)
	var buffer []byte
	for {
		if !toFile || buffer == nil {
			buffer = make([]byte, blockSize(hint))
		}
		n, err := fill(r, buffer)
		if hint > 0 {
			hint = max(0, hint-int64(n))
		}
		if err != nil && !(tail && errors.Is(err, io.EOF)) {
			n -= n % quantum
		}
		if keepErr := in.keep(buffer[:n], toFile); keepErr != nil {
			return keepErr
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// blockSize is a multiple of quantum when more may come.
func blockSize(hint int64) int64 {
	if hint < 0 || hint >= block {
		return block
	}
	if hint < quantum {
		return hint + 1 // one more, to see the end in the same read
	}
	return (hint/quantum + 1) * quantum
}

// fill reads until p is full. Unlike io.ReadFull it tells a good end (io.EOF) from one in the middle of a body.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}

func (in *intake) keep(p []byte, toFile bool) error {
	if len(p) == 0 {
		return nil
	}
	in.crc = checksum.Update(in.crc, p)
	if in.md5 != nil {
		_, _ = in.md5.Write(p) // never fails
	}
	size := int64(len(p))
	if !toFile {
		in.content = join(in.content, content{segments: []segment{{bytes: p, size: size}}, size: size})
		return nil
	}
	if in.file == nil {
		if err := in.open(); err != nil {
			return err
		}
	}
	if _, err := in.file.WriteAt(p, in.content.size); err != nil {
		return err
	}
	in.content.size += size
	in.content.segments = []segment{{file: in.file, size: in.content.size}}
	return nil
}

// open makes a file without a name: the system frees it when the last object that holds it is gone, also after a crash.
func (in *intake) open() error {
	f, err := os.CreateTemp(in.dir, "object-*")
	if err != nil {
		return err
	}
	in.file = f
	return os.Remove(f.Name())
}
