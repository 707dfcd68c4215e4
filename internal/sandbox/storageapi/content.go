package storageapi

import (
	"io"
	"os"
)

// content is the bytes of an object. Its segments are never written again, so that a composite, a copy and an old generation share
// them.
type content struct {
	segments []segment
	size     int64
}

// segment is a run of bytes, in memory or in a file that has no name any more: it goes when nobody holds it.
type segment struct {
	bytes  []byte
	file   *os.File // when bytes is nil
	offset int64
	size   int64
}

func (s segment) cut(offset, size int64) segment {
	if s.file == nil {
		return segment{bytes: s.bytes[offset : offset+size], size: size}
	}
	return segment{file: s.file, offset: s.offset + offset, size: size}
}

// cut is the content of a range, which must lie within.
func (c content) cut(offset, size int64) content {
	out := content{size: size}
	for _, s := range c.segments {
		if size == 0 {
			break
		}
		if offset >= s.size {
			offset -= s.size
			continue
		}
		n := min(s.size-offset, size)
		out.segments = append(out.segments, s.cut(offset, n))
		offset, size = 0, size-n
	}
	return out
}

// join is one content after the other.
func join(contents ...content) content {
	var out content
	for _, c := range contents {
		out.segments = append(out.segments, c.segments...)
		out.size += c.size
	}
	return out
}

// WriteTo implements io.WriterTo.
func (c content) WriteTo(w io.Writer) (int64, error) {
	var done int64
	for _, s := range c.segments {
		n, err := s.writeTo(w)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (s segment) writeTo(w io.Writer) (int64, error) {
	if s.file == nil {
		n, err := w.Write(s.bytes)
		return int64(n), err
	}
	return io.Copy(w, io.NewSectionReader(s.file, s.offset, s.size))
}

// byteAt is one byte.
func (c content) byteAt(offset int64) (byte, error) {
	one := c.cut(offset, 1).segments[0]
	if one.file == nil {
		return one.bytes[0], nil
	}
	var b [1]byte
	_, err := one.file.ReadAt(b[:], one.offset)
	return b[0], err
}

// flip is this content with the bits of one byte changed. Whatever shares its segments keeps them as they are.
func (c content) flip(offset int64, bits byte) (content, error) {
	b, err := c.byteAt(offset)
	if err != nil {
		return content{}, err
	}
	rotten := content{segments: []segment{{bytes: []byte{b ^ bits}, size: 1}}, size: 1}
	return join(c.cut(0, offset), rotten, c.cut(offset+1, c.size-offset-1)), nil
}
