package metadata

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"path"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	imdsPrefix = "/metadata/"
	imdsToken  = "/metadata/identity/oauth2/token"
	// imdsMark is on every request passed on: one that comes back with it has gone round in a circle.
	imdsMark    = "X-Landbridge-Passed"
	maxImdsBody = 64 << 10
)

// looksAzure says whether a request is written for Azure's metadata service.
func (s *Server) looksAzure(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, imdsPrefix) && r.Header["Metadata-Flavor"] == nil
}

// isAzure says whether to pass it on: "Metadata: true" is what Azure wants as Google wants Metadata-Flavor.
func (s *Server) isAzure(r *http.Request) bool {
	return s.imds != nil && s.looksAzure(r) && strings.EqualFold(r.Header.Get("Metadata"), "true")
}

// loops says whether a listener's address is the very one that requests are passed to.
func (s *Server) loops(a net.Addr) bool {
	if s.imds == nil {
		return false
	}
	port := s.imds.Port()
	if port == "" {
		port = "80"
	}
	return address(a).String() == net.JoinHostPort(s.imds.Hostname(), port)
}

// passThrough hands the request to Azure's metadata service and the answer back, both as they are.
func (s *Server) passThrough(w http.ResponseWriter, r *http.Request, caller *peer, start time.Time) outcome {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if r.Header[imdsMark] != nil || local != nil && s.loops(local) {
		return s.refuse(w, r, caller, &no{http.StatusLoopDetected, "imds_loop", "The address of Azure's metadata service leads back to this server."})
	}
	if r.ContentLength < 0 || r.ContentLength > maxImdsBody {
		return s.refuse(w, r, caller, &no{http.StatusRequestEntityTooLarge, "body_refused", "Requests with a body of unknown or great length are refused."})
	}
	to := *s.imds
	to.Path, to.RawPath = strings.TrimSuffix(to.Path, "/")+r.URL.Path, ""
	if r.URL.RawPath != "" {
		to.RawPath = strings.TrimSuffix(s.imds.EscapedPath(), "/") + r.URL.RawPath
	}
	to.RawQuery = r.URL.RawQuery
	var body io.Reader = http.NoBody
	if r.ContentLength > 0 {
		// Read whole before the call: the listener cuts a caller off who is slow at it, and a handler's end must find no body.
		whole, err := io.ReadAll(r.Body)
		if err != nil {
			return s.bad(w, "the body ends early")
		}
		caller.does(serving)
		body = bytes.NewReader(whole)
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, to.String(), body)
	if err != nil {
		return s.bad(w, "the address cannot be passed on")
	}
	req.ContentLength = r.ContentLength
	req.Header = endToEnd(r.Header)
	req.Header[imdsMark] = []string{"1"}
	resp, err := s.o.Client.Do(r.Context(), bridge.HopHome, req)
	if err != nil {
		return s.failure(w, r, caller, classIMDS, err)
	}
	if asksForToken(r.URL.Path) && resp.Status == http.StatusOK {
		resource, _ := param(r.URL.RawQuery, "resource")
		now := s.o.Clock()
		rec := bridge.Record{
			Time: now, Event: bridge.EventCrossing, Door: "metadata", Caller: caller.who(), Audience: resource, Hop: bridge.HopHome,
			Reason: "passed to azure's metadata service", Took: now.Sub(start),
		}
		if err := s.o.Recorder.Record(context.WithoutCancel(r.Context()), rec); err != nil {
			return s.unrecorded(w)
		}
	}
	h := w.Header()
	clear(h) // what leaves here is Azure's answer, not Google's
	caller.unstamped()
	for key, values := range endToEnd(resp.Header) {
		h[key] = values
	}
	delete(h, "Content-Length") // net/http counts what it sends
	w.WriteHeader(resp.Status)
	_, _ = w.Write(resp.Body)
	return outcome{class: classIMDS, status: resp.Status}
}

// asksForToken says whether Azure's service, which is lenient about case, slashes and dots, may take a path for its token's.
func asksForToken(asked string) bool { return strings.EqualFold(path.Clean(asked), imdsToken) }

// endToEnd copies the headers that are not about one connection (RFC 9110 section 7.6.1).
func endToEnd(h http.Header) http.Header {
	out := h.Clone()
	for _, list := range h["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			delete(out, textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)))
		}
	}
	for _, name := range []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		delete(out, name)
	}
	return out
}
