package storage

import (
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// scan reads JSON from memory without making anything that is not asked for: a listing of a million objects is a gigabyte of it.
type scan struct {
	b  []byte
	at int
}

var errJSON = errors.New("malformed JSON")

// deepest bounds how deep values may nest.
const deepest = 64

func (s *scan) space() {
	for s.at < len(s.b) {
		switch s.b[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// peek is the next byte that means something; 0 at the end.
func (s *scan) peek() byte {
	s.space()
	if s.at == len(s.b) {
		return 0
	}
	return s.b[s.at]
}

// take passes one byte.
func (s *scan) take(c byte) error {
	if s.peek() != c {
		return errJSON
	}
	s.at++
	return nil
}

// object calls field for each name; field must pass the value.
func (s *scan) object(field func(name []byte) error) error {
	return s.list('{', '}', func() error {
		name, err := s.bytes()
		if err == nil {
			err = s.take(':')
		}
		if err != nil {
			return err
		}
		return field(name)
	})
}

// array calls item for each value, which item must pass.
func (s *scan) array(item func() error) error { return s.list('[', ']', item) }

func (s *scan) list(open, closing byte, item func() error) error {
	if err := s.take(open); err != nil {
		return err
	}
	if s.peek() == closing {
		s.at++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.peek() == closing {
			s.at++
			return nil
		}
		if err := s.take(','); err != nil {
			return err
		}
	}
}

// bytes is a string's text, which lives as long as the input. What is not plain ASCII goes by encoding/json.
func (s *scan) bytes() ([]byte, error) {
	if err := s.take('"'); err != nil {
		return nil, err
	}
	start, plain := s.at, true
	for ; s.at < len(s.b); s.at++ {
		switch c := s.b[s.at]; {
		case c == '"':
			s.at++
			if plain {
				return s.b[start : s.at-1], nil
			}
			var text string
			err := json.Unmarshal(s.b[start-1:s.at], &text)
			return []byte(text), err
		case c == '\\':
			plain = false
			s.at++
		case c < 0x20:
			return nil, errJSON
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	return nil, errJSON
}

// text is a string; null is "".
func (s *scan) text() (string, error) {
	if s.peek() == 'n' {
		return "", s.skip()
	}
	b, err := s.bytes()
	return string(b), err
}

// skip passes any value.
func (s *scan) skip() error { return s.skipTo(deepest) }

func (s *scan) skipTo(depth int) error {
	if depth == 0 {
		return errJSON
	}
	switch s.peek() {
	case '{':
		return s.object(func([]byte) error { return s.skipTo(depth - 1) })
	case '[':
		return s.array(func() error { return s.skipTo(depth - 1) })
	case '"':
		_, err := s.bytes()
		return err
	}
	_, err := s.scalar()
	return err
}

// scalar is a number, true, false or null.
func (s *scan) scalar() ([]byte, error) {
	s.space()
	start := s.at
	for s.at < len(s.b) && (s.b[s.at] == '-' || s.b[s.at] == '+' || s.b[s.at] == '.' || s.b[s.at]|0x20 >= 'a' && s.b[s.at]|0x20 <= 'z' || s.b[s.at] >= '0' && s.b[s.at] <= '9') {
		s.at++
	}
	if word := s.b[start:s.at]; json.Valid(word) {
		return word, nil
	}
	return nil, errJSON
}

// end says that nothing follows.
func (s *scan) end() error {
	if s.peek() != 0 || s.at != len(s.b) {
		return errJSON
	}
	return nil
}
