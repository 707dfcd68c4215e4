package transferapi

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
)

// answer is what one of the handlers said.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// tries is how often a call is made that fails on the far side; the service itself goes on for hours.
const tries = 3

// ask calls a handler as a client would.
func (t *Transfer) ask(h http.Handler, method, address string, header http.Header, body []byte) *answer {
	var out *answer
	for range tries {
		if out = once(h, method, address, header, body); out.status < http.StatusInternalServerError && out.status != http.StatusTooManyRequests {
			break
		}
	}
	return out
}

func once(h http.Handler, method, address string, header http.Header, body []byte) (out *answer) {
	out = &answer{header: http.Header{}}
	r, err := http.NewRequest(method, address, bytes.NewReader(body)) //nolint:noctx // it does not leave the process
	if err != nil {
		out.status = http.StatusBadRequest
		return out
	}
	r.Header, r.RequestURI = header.Clone(), r.URL.RequestURI()
	defer func() {
		switch broken := recover(); broken {
		case nil:
		case http.ErrAbortHandler: // a fault that breaks the connection
			out = &answer{header: http.Header{}, status: http.StatusServiceUnavailable}
		default:
			panic(broken)
		}
	}()
	h.ServeHTTP(out, r)
	out.WriteHeader(http.StatusOK)
	return out
}

// code is the answer's status as google.rpc.Code names it.
func (a *answer) code() string {
	switch a.status {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusPreconditionFailed, http.StatusConflict:
		return "FAILED_PRECONDITION"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	}
	return "UNAVAILABLE"
}

// detail is what the far side said, in either cloud's form.
func (a *answer) detail() string {
	var azure struct{ Code, Message string }
	if xml.Unmarshal(bytes.TrimPrefix(a.body.Bytes(), []byte("\xef\xbb\xbf")), &azure) == nil && azure.Code != "" {
		return azure.Code + ": " + azure.Message
	}
	var google struct{ Error struct{ Message string } }
	if json.Unmarshal(a.body.Bytes(), &google) == nil && google.Error.Message != "" {
		return google.Error.Message
	}
	return fmt.Sprintf("HTTP status %d", a.status)
}
