package manifest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// maxLine is what the line of one object may have: 5 TiB in chunks of 4 MiB with their refs fit.
const maxLine = 512 << 20

// Reader reads a manifest once, from begin to end, and holds one line of it.
type Reader struct {
	in      *bufio.Reader
	verify  Verifier
	digest  hash.Hash
	crc     uint32
	line    int64  // number of the last line that was read
	long    []byte // holds lines that do not fit the buffer
	last    string
	run     string
	header  Header
	trailer Trailer
	objects int64
	bytes   int64
}

// NewReader reads the header. The signature is held against v.
func NewReader(r io.Reader, v Verifier) (*Reader, error) {
	if v == nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: CodeUnknownKey, Text: "manifest: no keys are given to check the signature with"}
	}
	m := &Reader{in: bufio.NewReaderSize(r, 1<<20), verify: v, digest: sha256.New()}
	line, err := m.next()
	if err != nil {
		return nil, err
	}
	var version struct {
		Manifest int `json:"manifest"`
	}
	if json.Unmarshal(line, &version) != nil || version.Manifest == 0 {
		return nil, damaged(CodeAltered, "line 1 is not the header of a manifest", "")
	}
	if version.Manifest != Version {
		return nil, damaged(CodeVersion, fmt.Sprintf("version %d is unknown; this program reads version %d", version.Manifest, Version), "use the version of landbridge that wrote it")
	}
	if err := m.sum(line); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, &m.header); err != nil {
		return nil, damaged(CodeAltered, "line 1 altered: not the header that was written", "")
	}
	return m, nil
}

// Header is the first line.
func (m *Reader) Header() Header { return m.header }

// Trailer is the last line, once Entries or Check has come to it.
func (m *Reader) Trailer() Trailer { return m.trailer }

// Entries yields the entries. They are proven only when the loop has ended without an error: who acts on them before that has called
// Check on the same bytes.
func (m *Reader) Entries() iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		for {
			line, err := m.body()
			if line == nil {
				if err == nil {
					err = m.counts()
				}
				if err != nil {
					yield(dataset.Entry{}, err)
				}
				return
			}
			e, err := m.entry(line)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Check reads to the end and holds digest, signature and counts against what they are of, without weighing the entries.
func (m *Reader) Check() error {
	for {
		line, err := m.body()
		if err != nil {
			return err
		}
		if line == nil {
			return m.counts()
		}
		m.objects++
		if at := bytes.Index(line, sizeKey); at >= 0 {
			s := scan{text: string(line[at+len(sizeKey) : min(len(line), at+len(sizeKey)+20)])}
			m.bytes += s.int()
		}
	}
}

// sizeKey is before the size of an entry, and cannot be in its name, where quotes have a backslash.
var sizeKey = []byte(`,"size":`)

// body returns the next line of an entry; nil at the end, which is proven when there is no error.
func (m *Reader) body() ([]byte, error) {
	line, err := m.next()
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(line, []byte(`{"objects":`)) {
		return nil, m.end(line)
	}
	if err := m.sum(line); err != nil {
		return nil, err
	}
	return line, nil
}

// next returns the next line with its newline.
func (m *Reader) next() ([]byte, error) {
	line, err := m.in.ReadSlice('\n')
	m.long = m.long[:0]
	for errors.Is(err, bufio.ErrBufferFull) && len(m.long) < maxLine {
		m.long = append(m.long, line...)
		line, err = m.in.ReadSlice('\n')
	}
	if len(m.long) > 0 {
		m.long = append(m.long, line...)
		line = m.long
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil, damaged(CodeTruncated, fmt.Sprintf("truncated: it ends after line %d, without a trailer", m.line), "take it from where it was written once more, or the manifest of the run before")
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, damaged(CodeAltered, fmt.Sprintf("line %d altered: it does not end", m.line+1), "")
	case err != nil:
		return nil, err
	}
	m.line++
	return line, nil
}

// tail is how every line but the trailer ends, from its sum on.
const (
	tailKey = `,"sum":`
	tailLen = len(tailKey) + len(`"01234567"`) + len("}\n")
)

// sum holds a line against its sum, and adds it to the digest.
func (m *Reader) sum(line []byte) error {
	cut := len(line) - tailLen
	if cut < 0 {
		return m.altered("it has no sum")
	}
	m.crc = checksum.Update(m.crc, line[:cut])
	var want [tailLen]byte
	if tail := append(appendCRC(append(want[:0], tailKey...), checksum.Of(m.crc)), "}\n"...); !bytes.Equal(tail, line[cut:]) {
		return m.altered("digest differs")
	}
	m.crc = checksum.Update(m.crc, line[cut:])
	m.digest.Write(line)
	return nil
}

func (m *Reader) altered(why string) error {
	return damaged(CodeAltered, fmt.Sprintf("line %d altered: %s", m.line, why), "trust none of it: take the manifest from where it was written once more, or the one of the run before")
}

// entry reads the fields of a line.
func (m *Reader) entry(line []byte) (e dataset.Entry, err error) {
	s := scan{text: string(line[:len(line)-tailLen])}
	readEntry(&s, &e)
	if s.bad || s.at != len(s.text) {
		return e, m.altered(errForm.Error())
	}
	if m.objects > 0 && e.Name <= m.last {
		return e, m.order(e.Name)
	}
	if !whole(&e).Agree(e.CRC32C) {
		return e, m.altered(fmt.Sprintf("the sums of the chunks of %q do not make its sum", e.Name))
	}
	if e.Run != m.run { // few runs, many objects
		m.run = strings.Clone(e.Run)
	}
	e.Run, m.last = m.run, e.Name
	m.objects++
	m.bytes += e.Size
	return e, nil
}

func (m *Reader) order(name string) error {
	if name == m.last {
		return damaged(CodeOrder, fmt.Sprintf("line %d: two entries of %q", m.line, name), "")
	}
	return damaged(CodeOrder, fmt.Sprintf("line %d: entries out of order: %q after %q", m.line, name, m.last), "")
}

// end reads the trailer and holds everything against it.
func (m *Reader) end(line []byte) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&m.trailer); err != nil {
		return m.altered("not the trailer that was written")
	}
	digest := m.digest.Sum(nil)
	t := m.trailer
	switch {
	case t.SHA256 != hex.EncodeToString(digest):
		return damaged(CodeAltered, fmt.Sprintf("altered: digest differs: the %d lines before the trailer have the SHA-256 %x, and the trailer says %s", m.line-1, digest, t.SHA256), "")
	case len(t.Signature) == 0:
		return damaged(CodeUnsigned, "unsigned: the trailer has no signature", "")
	}
	if _, err := m.in.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged(CodeAltered, fmt.Sprintf("altered: there is more after the trailer in line %d", m.line), "")
	}
	return m.verify.Verify(t.Key, t.Algorithm, digest, t.Signature)
}

// counts holds what was read against the counts of the trailer, which the signature does not cover.
func (m *Reader) counts() error {
	if t := m.trailer; t.Objects != m.objects || t.Bytes != m.bytes {
		return m.altered(fmt.Sprintf("the trailer counts %d objects and %d bytes; there are %d and %d", t.Objects, t.Bytes, m.objects, m.bytes))
	}
	return nil
}
