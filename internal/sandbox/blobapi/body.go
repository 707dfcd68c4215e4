package blobapi

import (
	"bytes"
	"crypto/md5" //nolint:gosec // Content-MD5 is Blob Storage's checksum on the wire, not a proof of anything
	"encoding/base64"
	"encoding/binary"
	"hash"
	"hash/crc64"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// crcTable is CRC-64/NVME, the sum that Storage calls CRC64.
var crcTable = sync.OnceValue(func() *crc64.Table { return crc64.MakeTable(0x9A6C9329AC4BC9B5) })

// sums are those of a body, as they stand in headers.
type sums struct{ md5, crc64 []byte }

// hasher computes both while bytes pass.
type hasher struct {
	md5   hash.Hash
	crc64 hash.Hash64
}

func newHasher() hasher { return hasher{md5.New(), crc64.New(crcTable())} } //nolint:gosec // see the import

func (h hasher) Write(p []byte) (int, error) {
	_, _ = h.md5.Write(p)
	return h.crc64.Write(p)
}

func (h hasher) sums() sums {
	return sums{h.md5.Sum(nil), binary.LittleEndian.AppendUint64(nil, h.crc64.Sum64())}
}

func sumsOf(data []byte) sums {
	h := newHasher()
	_, _ = h.Write(data)
	return h.sums()
}

// receive reads a request's body and refuses it when it is not what its headers say.
func (c *call) receive(most int64) (content, sums, *Problem) {
	length := c.r.ContentLength
	switch {
	case length < 0:
		return content{}, sums{}, problem(http.StatusLengthRequired, "MissingContentLengthHeader", "Content-Length HTTP header is missing.")
	case length > most:
		return content{}, sums{}, problem(http.StatusRequestEntityTooLarge, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.")
	case c.r.Header.Get("x-ms-structured-body") != "":
		p := problem(http.StatusBadRequest, "UnsupportedHeader", "One of the HTTP headers specified in the request is not supported.")
		p.name, p.value = "x-ms-structured-body", c.r.Header.Get("x-ms-structured-body")
		return content{}, sums{}, p
	}
	h := newHasher()
	got, err := c.store.keep(io.TeeReader(c.r.Body, h), length)
	if err != nil {
		panic(http.ErrAbortHandler) // the body broke off: nobody is there to be answered
	}
	sum := h.sums()
	return got, sum, c.checkSums(sum)
}

// checkSums holds Content-MD5 and x-ms-content-crc64 against what came.
func (c *call) checkSums(got sums) *Problem {
	for _, s := range []struct {
		header, invalid, mismatch, message string
		got                                []byte
	}{
		{"Content-MD5", "InvalidMd5", "Md5Mismatch", "The MD5 value specified in the request did not match with the MD5 value calculated by the server.", got.md5},
		{"x-ms-content-crc64", "InvalidHeaderValue", "Crc64Mismatch", "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.", got.crc64},
	} {
		text := c.r.Header.Get(s.header)
		if text == "" {
			continue
		}
		want, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(want) != len(s.got) {
			p := invalidHeader(s.header, text)
			p.Code = s.invalid
			return p
		}
		if !bytes.Equal(want, s.got) {
			return problem(http.StatusBadRequest, s.mismatch, s.message)
		}
	}
	return nil
}

// answerSums says what was received: the sum that the client sent, else both.
func (c *call) answerSums(got sums) {
	h := c.rw.Header()
	if c.r.Header.Get("x-ms-content-crc64") == "" {
		h.Set("Content-MD5", base64.StdEncoding.EncodeToString(got.md5))
	}
	if c.r.Header.Get("Content-MD5") == "" {
		h.Set("x-ms-content-crc64", base64.StdEncoding.EncodeToString(got.crc64))
	}
}

// keep reads size bytes into memory, or into the spool's file when there are many.
func (s *Store) keep(r io.Reader, size int64) (content, error) {
	const large = 256 << 10
	if s.spool == nil || size < large {
		data := make([]byte, size)
		_, err := io.ReadFull(r, data)
		return bytesOf(data), err
	}
	file, offset, err := s.spool.reserve(size)
	if err != nil {
		return content{}, err
	}
	if _, err := io.CopyN(io.NewOffsetWriter(file, offset), r, size); err != nil {
		return content{}, err
	}
	return content{[]piece{{file: file, offset: offset, size: size}}, size}, nil
}

// spool is one file that only grows; it goes with its directory.
type spool struct {
	dir  string
	mu   sync.Mutex
	file *os.File
	end  int64
}

func (s *spool) reserve(size int64) (*os.File, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		file, err := os.Create(filepath.Join(s.dir, "blobs"))
		if err != nil {
			return nil, 0, err
		}
		s.file = file
	}
	at := s.end
	s.end += size
	return s.file, at, nil
}

func (s *spool) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}
