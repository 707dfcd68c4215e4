package metadata

import (
	"net/http"
	"strings"
	"time"
)

const (
	root         = "/computeMetadata/v1/"
	accountsPath = "instance/service-accounts/"
	defaultToken = root + accountsPath + "default/token"
)

// outcome is how a request went, for the metrics. Handlers return it after the answer is written.
type outcome struct {
	class  class
	status int
	end    time.Time // zero: now
}

// serve is the way of every request: authenticate, find who answers, answer, count.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	start := s.o.Clock()
	caller := s.caller(r)
	if !caller.stamps() {
		h := w.Header()
		h["Metadata-Flavor"] = s.header.flavor
		h["Server"] = s.header.server
		h["X-Xss-Protection"] = s.header.xss
		h["X-Frame-Options"] = s.header.frame
	}
	if r.ContentLength != 0 {
		caller.does(reading) // net/http reads what is left of a body when the answer is out, however long it takes
	}
	out := s.answer(w, r, caller, start)
	if out.end.IsZero() {
		out.end = s.o.Clock()
	}
	s.metrics.done(out, start)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, caller *peer, start time.Time) outcome {
	if no := s.authenticate(r, caller); no != nil {
		return s.refuse(w, r, caller, no)
	}
	if s.isAzure(r) {
		return s.passThrough(w, r, caller, start)
	}
	if no := s.isGoogle(r); no != nil {
		return s.refuse(w, r, caller, no)
	}
	path := r.URL.Path
	if path == defaultToken {
		return s.token(w, r, caller, start)
	}
	rest, ok := strings.CutPrefix(path, root)
	if !ok {
		return s.above(w, r)
	}
	if account, ok := strings.CutPrefix(rest, accountsPath); ok {
		if name, ok := strings.CutSuffix(account, "/token"); ok && s.knows(r.Context(), name) {
			return s.token(w, r, caller, start)
		}
		if name, ok := strings.CutSuffix(account, "/identity"); ok && s.knows(r.Context(), name) {
			return s.idToken(w, r, caller, start)
		}
	}
	return s.value(w, r, caller, rest)
}

// headers are the values of the headers that answers have. They are shared between answers and never changed.
type headers struct {
	flavor, server, xss, frame, json, text, html []string
}

func newHeaders() headers {
	return headers{
		flavor: []string{"Google"},
		server: []string{"Metadata Server for VM"},
		xss:    []string{"0"},
		frame:  []string{"SAMEORIGIN"},
		json:   []string{"application/json"},
		text:   []string{"application/text"},
		html:   []string{"text/html; charset=UTF-8"},
	}
}
