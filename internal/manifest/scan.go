package manifest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/landbridge/landbridge/internal/checksum"
)

var errForm = errors.New("not in the form that was written")

// scan reads a line in the one form that Writer gives it. After a mistake it stays failed and gives zeros.
type scan struct {
	text string
	at   int
	bad  bool
}

// has moves over s if it comes next.
func (s *scan) has(next string) bool {
	if s.bad || len(s.text)-s.at < len(next) || s.text[s.at:s.at+len(next)] != next {
		return false
	}
	s.at += len(next)
	return true
}

func (s *scan) must(next string) {
	if !s.has(next) {
		s.bad = true
	}
}

// field moves over the key of an optional field, with the comma before it, which every field but the first has.
func (s *scan) field(comma *string, key string) bool {
	before := s.at
	if !s.has(*comma) || !s.has(key) {
		s.at = before
		return false
	}
	*comma = ","
	return true
}

func (s *scan) string() string {
	s.must(`"`)
	if s.bad {
		return ""
	}
	n := strings.IndexByte(s.text[s.at:], '"')
	if n < 0 {
		s.bad = true
		return ""
	}
	out := s.text[s.at : s.at+n]
	if i := strings.IndexByte(out, '\\'); i >= 0 {
		return s.escaped(s.at + i)
	}
	s.at += n + 1
	return out
}

// escaped is a string with a backslash at i.
func (s *scan) escaped(i int) string {
	for ; i < len(s.text) && s.text[i] != '"'; i++ {
		if s.text[i] == '\\' {
			i++
		}
	}
	if i >= len(s.text) {
		s.bad = true
		return ""
	}
	out, err := jsontext.AppendUnquote(nil, s.text[s.at-1:i+1])
	s.at, s.bad = i+1, err != nil
	return string(out)
}

func (s *scan) int() int64 {
	var n int64
	from := s.at
	for ; s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' && s.at-from < 18; s.at++ {
		n = n*10 + int64(s.text[s.at]-'0')
	}
	if s.at == from {
		s.bad = true
	}
	return n
}

func (s *scan) crc() checksum.CRC {
	text := s.string()
	if text == "" {
		return checksum.CRC{}
	}
	var raw [6]byte
	if n, err := base64.StdEncoding.Decode(raw[:], []byte(text)[:min(len(text), 8)]); err != nil || n != 4 || len(text) != 8 {
		s.bad = true
		return checksum.CRC{}
	}
	return checksum.Of(binary.BigEndian.Uint32(raw[:]))
}

func (s *scan) bytes() []byte {
	raw, err := base64.StdEncoding.DecodeString(s.string())
	if err != nil {
		s.bad = true
	}
	return raw
}

func (s *scan) time() time.Time {
	text := s.string()
	if s.bad {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || text[len(text)-1] != 'Z' {
		s.bad = true
	}
	return t
}
