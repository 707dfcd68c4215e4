package metadata

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// refuse answers a request that may not pass the gate, in the real server's shape, and records it.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, caller *peer, n *no) outcome {
	s.note(r, caller, bridge.HopDoor, n.code, n.text)
	h := w.Header()
	h["Connection"] = []string{"close"} // also keeps net/http from reading the rest of a body
	if n.status == http.StatusMethodNotAllowed {
		h["Allow"] = []string{"GET, HEAD"}
	}
	if s.looksAzure(r) {
		s.json(w, n.status, "invalid_request", n.text)
		return outcome{class: classRefused, status: n.status}
	}
	sentence := "Your client does not have permission to get URL <code>" + html.EscapeString(r.URL.Path) + "</code> from this server. " + html.EscapeString(n.text)
	if n.status != http.StatusForbidden {
		sentence = html.EscapeString(n.text)
	}
	s.page(w, n.status, sentence)
	return outcome{class: classRefused, status: n.status}
}

// problem answers a request for a token that asks for something wrong; plainProblem does so for identity, where the real
// server answers with the sentence alone.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, caller *peer, c class, n *no) outcome {
	s.note(r, caller, bridge.HopDoor, n.code, n.text)
	s.json(w, n.status, n.code, n.text)
	return outcome{class: c, status: n.status}
}

func (s *Server) plainProblem(w http.ResponseWriter, r *http.Request, caller *peer, n *no) outcome {
	s.note(r, caller, bridge.HopDoor, n.code, n.text)
	w.Header()["Content-Type"] = s.header.html
	w.WriteHeader(n.status)
	_, _ = w.Write([]byte(n.text))
	return outcome{class: classIdentity, status: n.status}
}

// failure answers for a leaser that has no token. The caller gets the public text and the stable code; the cause and the
// hint are for operators, who have the record and their own logs.
func (s *Server) failure(w http.ResponseWriter, r *http.Request, caller *peer, c class, err error) outcome {
	e, ok := asError(err)
	if !ok {
		e = &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "internal_error", Text: "the token could not be had"}
	}
	s.note(r, caller, e.Hop, e.Code, e.Text)
	status := statusOf(e)
	if e.RetryAfter > 0 {
		w.Header()["Retry-After"] = []string{strconv.Itoa(int((e.RetryAfter + time.Second - 1) / time.Second))}
	}
	text := e.Text
	if e.Hop != "" && e.Hop != bridge.HopDoor {
		text = string(e.Hop) + ": " + text
	}
	s.json(w, status, e.Code, text)
	return outcome{class: c, status: status}
}

// statusOf says with which status a leaser's error leaves: SDKs try again at 429 and 5xx and give up at 403.
func statusOf(e *bridge.Error) int {
	switch {
	case e.Status == http.StatusTooManyRequests:
		return http.StatusTooManyRequests
	case e.Kind == bridge.Denied || e.Kind == bridge.Refused:
		return http.StatusForbidden
	case e.Kind == bridge.Unreachable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// unrecorded answers when the log cannot be written: what is not recorded does not cross.
func (s *Server) unrecorded(w http.ResponseWriter) outcome {
	s.json(w, http.StatusServiceUnavailable, "audit_unavailable", "the audit log cannot be written, so nothing is handed out")
	return outcome{class: classRefused, status: http.StatusServiceUnavailable}
}

// note records a refusal. It is already refused, so a log that fails changes nothing. A flood of refusals must not fill
// the disk: past a number a second they are counted, and the next record says how many.
func (s *Server) note(r *http.Request, caller *peer, hop bridge.Hop, code, text string) {
	now := s.o.Clock()
	pass, unsaid := s.refusals.Admit(now)
	if !pass {
		return
	}
	if unsaid > 0 {
		text = fmt.Sprintf("%s (and %d more refusals that were not recorded one by one)", text, unsaid)
	}
	rec := bridge.Record{Time: now, Event: bridge.EventRefusal, Door: "metadata", Caller: caller.who(), Hop: hop, Code: code, Reason: text}
	_ = s.o.Recorder.Record(context.WithoutCancel(r.Context()), rec)
}

// lastWord records how many refusals were counted and not told yet, when the door closes.
func (s *Server) lastWord() {
	unsaid := s.refusals.Rest()
	if unsaid == 0 {
		return
	}
	text := fmt.Sprintf("%d more refusals that were not recorded one by one", unsaid)
	rec := bridge.Record{Time: s.o.Clock(), Event: bridge.EventRefusal, Door: "metadata", Hop: bridge.HopDoor, Code: "refusals_counted", Reason: text}
	_ = s.o.Recorder.Record(context.Background(), rec)
}
