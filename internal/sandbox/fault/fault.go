// Package fault makes a pretended API slow, or misbehave on purpose: a status with the error body of that API's kind, an
// HTML page where JSON was expected, silence, an answer without its lifetime, or one that breaks off in the middle.
//
// A request enters, waits for the world's latency, and either goes on to the API or meets the fault that the world holds
// for it. It must never touch a request that no fault was set for.
package fault

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Wrap puts the world's latency and faults for the API with this name ("sts", "entra", "imds", …) in front of next.
func Wrap(w *world.World, api string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if bridge.Wait(r.Context(), w.Pace().Latency) != nil {
			panic(http.ErrAbortHandler) // the caller gave up meanwhile
		}
		if c, ok := w.CannedFor(api, r.Method, r.URL.Path); ok {
			rw.Header().Set("Content-Type", c.ContentType)
			rw.WriteHeader(c.Status)
			_, _ = io.WriteString(rw, c.Body)
			return
		}
		if f, ok := w.TakeFault(api, placeOf(api, r)); ok {
			show(w, api, f, rw, r, next)
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// show lets a request meet a fault.
func show(w *world.World, api string, f world.Fault, rw http.ResponseWriter, r *http.Request, next http.Handler) {
	if f.Hang {
		hang(r)
	}
	if f.Reset || bridge.Wait(r.Context(), f.Delay) != nil {
		panic(http.ErrAbortHandler)
	}
	if f.RetryAfter > 0 {
		// Retry-After has whole seconds; rounding up keeps a client from coming back too early.
		seconds := (f.RetryAfter + time.Second - 1) / time.Second
		rw.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	switch {
	case f.HTML:
		serveHTML(rw, f.Status)
	case f.Status != 0:
		contentType, body := errorBody(api, f.Status, w.Now())
		rw.Header().Set("Content-Type", contentType)
		rw.WriteHeader(f.Status)
		_, _ = rw.Write(body)
	case f.NoExpiry:
		withoutExpiry(rw, r, next)
	case f.Lost:
		next.ServeHTTP(&answer{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	case f.Flip:
		next.ServeHTTP(&flipping{ResponseWriter: rw, left: f.After}, r)
	case f.Stall, f.Cut, f.Late != 0:
		broken := &breaking{ResponseWriter: rw, fault: f, request: r}
		next.ServeHTTP(broken, r)
		broken.finish()
	default:
		next.ServeHTTP(rw, r)
	}
}

var locationForm = bridge.FormOf(`/locations/([^/:]+)`)

// locationOf is the location of a resource of Google's; "" where the path names none.
func locationOf(r *http.Request) string {
	if m := locationForm().FindStringSubmatch(r.URL.Path); m != nil {
		return m[1]
	}
	return ""
}

// placeOf is where a fault may be narrowed to: a location, or of Cloud Storage what is moved: "gcs@upload", "gcs@media".
func placeOf(api string, r *http.Request) string {
	switch {
	case api != "gcs":
		return locationOf(r)
	case strings.HasPrefix(r.URL.Path, "/upload/"):
		return "upload"
	case !strings.HasPrefix(r.URL.Path, "/storage/v1/") || strings.Contains(r.URL.RawQuery, "alt=media"):
		return "media"
	}
	return ""
}

// hang holds the request until the caller gives up. The body is read first because net/http notices that an HTTP/1
// caller has gone only once nothing of the request is left to read.
func hang(r *http.Request) {
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 16<<20))
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// serveHTML answers as a front end or a captive portal does; 200 when the fault names no status.
func serveHTML(rw http.ResponseWriter, status int) {
	if status == 0 {
		status = http.StatusOK
	}
	title := strconv.Itoa(status) + " " + http.StatusText(status)
	rw.Header().Set("Content-Type", "text/html; charset=UTF-8")
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, "<!DOCTYPE html>\n<html lang=en>\n<title>"+title+"</title>\n<body><h1>"+title+"</h1></body>\n</html>\n")
}

// lifetimes are the names under which the APIs of both clouds state how long a token lives.
var lifetimes = [...]string{"expires_in", "ext_expires_in", "expires_on", "expireTime"}

// withoutExpiry lets the API answer and leaves the lifetime out of a JSON answer.
func withoutExpiry(rw http.ResponseWriter, r *http.Request, next http.Handler) {
	held := &answer{header: http.Header{}, status: http.StatusOK}
	next.ServeHTTP(held, r)
	body := held.body.Bytes()
	if kind, _, err := mime.ParseMediaType(held.header.Get("Content-Type")); err == nil && kind == "application/json" {
		var fields map[string]json.RawMessage
		if json.Unmarshal(body, &fields) == nil {
			for _, name := range lifetimes {
				delete(fields, name)
			}
			if shorter, err := json.Marshal(fields); err == nil {
				body = shorter
			}
		}
	}
	for name, values := range held.header {
		rw.Header()[name] = values
	}
	rw.Header().Del("Content-Length")
	rw.WriteHeader(held.status)
	_, _ = rw.Write(body)
}

// answer holds a response back so that it can be changed.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }
