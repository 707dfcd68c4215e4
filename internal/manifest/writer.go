package manifest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Writer writes a manifest, entry by entry. It holds one of them.
type Writer struct {
	out     *bufio.Writer
	digest  hash.Hash
	crc     uint32 // of all that was written
	line    []byte
	last    string
	trailer Trailer
}

// NewWriter writes the header.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	m := &Writer{out: bufio.NewWriterSize(w, 256<<10), digest: sha256.New()}
	line, err := appendHeader(nil, h)
	if err != nil {
		return nil, err
	}
	return m, m.write(line)
}

// Add writes the next entry. Its name must be greater than the one before.
func (m *Writer) Add(e dataset.Entry) error {
	if m.trailer.Objects > 0 && e.Name <= m.last || e.Name == "" {
		return damaged(CodeOrder, fmt.Sprintf("%q cannot follow %q: names ascend in byte order", e.Name, m.last), "")
	}
	if !e.Copied.IsZero() && e.Copied.Location() != time.UTC {
		e.Copied = e.Copied.UTC()
	}
	line, err := appendEntry(m.line[:0], &e)
	if err != nil {
		return &bridge.Error{Kind: bridge.Refused, Code: "name_refused", Text: fmt.Sprintf("manifest: %q is not UTF-8", e.Name), Cause: err}
	}
	m.last = e.Name
	m.trailer.Objects++
	m.trailer.Bytes += e.Size
	return m.write(line)
}

// write ends a line that lacks its closing brace with the sum of all bytes so far.
func (m *Writer) write(line []byte) error {
	m.crc = checksum.Update(m.crc, line)
	rest := len(line)
	line = append(appendCRC(append(line, tailKey...), checksum.Of(m.crc)), "}\n"...)
	m.crc = checksum.Update(m.crc, line[rest:])
	m.line = line
	m.digest.Write(line)
	_, err := m.out.Write(line)
	return err
}

// Close signs what was written and writes the trailer. It does not close the io.Writer.
func (m *Writer) Close(ctx context.Context, s Signer) (Trailer, error) {
	digest := m.digest.Sum(nil)
	signature, err := s.Sign(ctx, digest)
	if err != nil {
		return Trailer{}, err
	}
	t := m.trailer
	t.SHA256, t.Key, t.Algorithm, t.Signature = hex.EncodeToString(digest), s.KeyID(), s.Algorithm(), signature
	line, err := json.Marshal(t)
	if err != nil {
		return Trailer{}, err
	}
	if _, err := m.out.Write(append(line, '\n')); err != nil {
		return Trailer{}, err
	}
	return t, m.out.Flush()
}
