package storageapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"strings"
)

// related reads the two parts of a multipart upload (RFC 2387). Package mime/multipart does the same 5 KiB at a time, and looks at each
// byte alone: too slow for large objects.
type related struct {
	r         *bufio.Reader
	delimiter []byte
}

// newRelated reads up to the first boundary. Lines may end in LF alone, as Python's older client writes them.
func newRelated(r *bufio.Reader, boundary string) (*related, error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, io.ErrUnexpectedEOF
		}
		if text := strings.TrimRight(line, " \t\r\n"); text == "--"+boundary {
			end := "\n"
			if strings.HasSuffix(line, "\r\n") {
				end = "\r\n"
			}
			return &related{r, []byte(end + "--" + boundary)}, nil
		}
	}
}

// next is the header of the part at whose beginning the reader is.
func (m *related) next() (textproto.MIMEHeader, error) {
	return textproto.NewReader(m.r).ReadMIMEHeader()
}

// Read reads the present part up to the boundary. A body that ends before it is cut off.
func (m *related) Read(p []byte) (int, error) {
	if _, err := m.r.Peek(len(m.delimiter)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, err
	}
	window, _ := m.r.Peek(m.r.Buffered()) // what is buffered is there
	switch at := bytes.Index(window, m.delimiter); {
	case at == 0:
		return 0, io.EOF
	case at > 0:
		window = window[:at]
	default:
		window = window[:len(window)-len(m.delimiter)+1]
	}
	return m.r.Discard(copy(p, window))
}

// pass goes over the boundary behind a part that was read to its end.
func (m *related) pass() error {
	if _, err := m.r.Discard(len(m.delimiter)); err != nil {
		return err
	}
	_, err := m.r.ReadString('\n')
	return err
}
