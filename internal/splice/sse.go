package splice

import "bytes"

// SSE is a stream of server-sent events (text/event-stream, WHATWG HTML 9.2). Lines end in \n, \r\n or \r; an event ends
// at an empty line. The zero value writes events with \n, and takes none.
type SSE struct {
	limit int
	buf   []byte
	begin int    // where the open event begins in buf
	line  int    // where the open line begins
	seen  int    // how far line ends have been looked for
	eol   string // how the upstream's last line ended
	field string // "data: " or "data:", as the upstream writes it
	later bool   // an event has been read: a byte order mark is none any more
	out   []Event
}

// NewSSE returns a stream whose events have up to limit bytes each.
func NewSSE(limit int) *SSE { return &SSE{limit: limit} }

// Feed implements Splitter. An event is out with the last byte of its empty line.
func (s *SSE) Feed(chunk []byte) ([]Event, error) {
	if s.begin > 0 {
		s.buf = keep(s.buf, s.begin)
		s.line, s.seen, s.begin = s.line-s.begin, s.seen-s.begin, 0
	}
	s.buf = append(s.buf, chunk...)
	s.out = s.out[:0]
	for s.seen < len(s.buf) {
		size := lineEnd(s.buf[s.seen:])
		if size == 0 {
			s.seen++
			continue
		}
		empty := s.seen == s.line
		if s.open() && !(empty && s.eol == "\r") {
			break
		}
		if end := s.buf[s.seen : s.seen+size]; string(end) != s.eol {
			s.eol = string(end)
		}
		s.seen += size
		s.line = s.seen
		if empty {
			s.event(s.seen)
		}
	}
	for _, e := range s.out {
		if len(e.Raw) > s.limit {
			return nil, tooLarge(s.limit)
		}
	}
	if len(s.buf)-s.begin > s.limit {
		return nil, tooLarge(s.limit)
	}
	return s.out, nil
}

// open says whether a \n may follow the \r with which the bytes end.
func (s *SSE) open() bool { return s.buf[s.seen] == '\r' && s.seen+1 == len(s.buf) }

// End implements Splitter. The standard has an event without its empty line thrown away; here it is returned, because
// upstreams end that way, and because its reader can tell whether its payload is whole.
func (s *SSE) End() ([]Event, error) {
	s.out = s.out[:0]
	if s.begin < len(s.buf) {
		s.event(len(s.buf))
	}
	return s.out, nil
}

// event takes the open event, which ends at end.
func (s *SSE) event(end int) {
	e := Event{Raw: s.buf[s.begin:end:end]}
	first := 0
	if !s.later && bytes.HasPrefix(e.Raw, []byte("\ufeff")) {
		first = len("\ufeff")
	}
	s.later = true
	for at := first; at < len(e.Raw); {
		size, eol := cutLine(e.Raw[at:])
		line := e.Raw[at : at+size]
		switch name, value := field(line); string(name) {
		case "event":
			e.Name = string(value)
		case "data":
			s.data(&e, at, line, value)
		}
		at += size + eol
	}
	s.out = append(s.out, e)
	s.begin = end
}

// data takes one line of payload. The lines are joined by \n.
func (s *SSE) data(e *Event, at int, line, value []byte) {
	if e.Data != nil {
		if !e.lines {
			e.Data = bytes.Clone(e.Data)
		}
		e.lines = true
		e.Data = append(append(e.Data, '\n'), value...)
		return
	}
	e.at, e.to = at+len(line)-len(value), at+len(line)
	e.Data = e.Raw[e.at:e.to:e.to]
	if prefix := line[:len(line)-len(value)]; string(prefix) != s.field {
		s.field = string(prefix)
	}
}

// Append implements Framer. A payload of several lines is written as several.
func (s *SSE) Append(dst []byte, e Event, data []byte) []byte {
	if e.Data == nil || bytes.Equal(data, e.Data) {
		return append(dst, e.Raw...)
	}
	dst = s.lines(append(dst, e.Raw[:e.at]...), data)
	if !e.lines {
		return append(dst, e.Raw[e.to:]...)
	}
	_, eol := cutLine(e.Raw[e.to:])
	dst = append(dst, e.Raw[e.to:e.to+eol]...)
	for rest := e.Raw[e.to+eol:]; len(rest) > 0; {
		size, eol := cutLine(rest)
		if name, _ := field(rest[:size]); string(name) != "data" {
			dst = append(dst, rest[:size+eol]...)
		}
		rest = rest[size+eol:]
	}
	return dst
}

// Insert implements Framer.
func (s *SSE) Insert(dst []byte, name string, data []byte) []byte {
	if name != "" {
		dst = append(append(append(dst, "event: "...), name...), s.lineEnd()...)
	}
	dst = s.lines(append(dst, s.prefix()...), data)
	return append(append(dst, s.lineEnd()...), s.lineEnd()...)
}

// Close implements Framer: nothing ends a stream of events but the end of its bytes.
func (*SSE) Close(dst []byte) []byte { return dst }

// lines writes data behind the field's name, which stands already.
func (s *SSE) lines(dst, data []byte) []byte {
	for {
		size, eol := cutLine(data)
		dst = append(dst, data[:size]...)
		if eol == 0 {
			return dst
		}
		dst = append(append(dst, s.lineEnd()...), s.prefix()...)
		data = data[size+eol:]
	}
}

func (s *SSE) lineEnd() string {
	if s.eol == "" {
		return "\n"
	}
	return s.eol
}

func (s *SSE) prefix() string {
	if s.field == "" {
		return "data: "
	}
	return s.field
}

// field takes a line apart: the name before the colon, and the value after it without one leading space.
func field(line []byte) (name, value []byte) {
	name, value, _ = bytes.Cut(line, []byte(":"))
	if value == nil {
		value = line[len(line):]
	}
	return name, bytes.TrimPrefix(value, []byte(" "))
}

// cutLine returns the length of the first line and of its end; the end is 0 when there is none.
func cutLine(b []byte) (line, end int) {
	for line < len(b) {
		if end = lineEnd(b[line:]); end > 0 {
			return line, end
		}
		line++
	}
	return line, 0
}

// lineEnd returns the length of the line end with which b begins, 0 when it begins with none.
func lineEnd(b []byte) int {
	switch {
	case b[0] == '\n':
		return 1
	case b[0] != '\r':
		return 0
	case len(b) > 1 && b[1] == '\n':
		return 2
	default:
		return 1
	}
}
