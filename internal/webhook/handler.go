package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// MutatePath is where the API server posts reviews.
const MutatePath = "/mutate"

// Handler is the door without a listener.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+MutatePath, s.mutate)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.Ready(); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	})
	return mux
}

func (s *Server) mutate(w http.ResponseWriter, r *http.Request) {
	start := s.o.Clock()
	v := s.review(w, r)
	s.metrics.done(v, s.o.Clock().Sub(start))
}

// review reads one review and answers it.
func (s *Server) review(w http.ResponseWriter, r *http.Request) verdict {
	bad := func(status int, text string) verdict {
		http.Error(w, text, status)
		return verdict{outcome: malformed}
	}
	if s.o.ClientCAs != nil && (r.TLS == nil || len(r.TLS.VerifiedChains) == 0) {
		return bad(http.StatusUnauthorized, "a client certificate is wanted here")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return bad(http.StatusUnsupportedMediaType, "the body of a review is application/json")
	}
	buffer := s.bodies.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= 2*ordinary { // a long one is not kept for the next
			s.bodies.Put(buffer)
		}
	}()
	buffer.Reset()
	req, err := s.intake.take(w, r, buffer)
	if away, ok := errors.AsType[*turnedAway](err); ok {
		return bad(away.status, away.text)
	}
	v := s.admit(r.Context(), req)
	answer, err := json.Marshal(v.answer(req.UID))
	if err != nil {
		return bad(http.StatusInternalServerError, "the answer cannot be written")
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
	return v
}

// answer is the review that goes back: the same version, the same uid.
func (v verdict) answer(uid string) review {
	out := &response{UID: uid, Allowed: v.no == nil, Warnings: v.warnings}
	if v.no != nil {
		out.Status = v.no.answer()
	}
	if v.patch != nil {
		out.PatchType, out.Patch = "JSONPatch", v.patch
	}
	if v.mode != "" && v.no == nil {
		out.AuditAnnotations = map[string]string{"bridge": v.mode}
	}
	return review{APIVersion: reviewVersion, Kind: reviewKind, Response: out}
}
