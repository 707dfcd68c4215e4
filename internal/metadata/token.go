package metadata

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	maxScopes   = 32
	maxScopeLen = 256
	// inlineBody is what net/http counts by itself; longer answers get their Content-Length from us.
	inlineBody = 1900
)

// rendered is one lease as the answers and the log need it.
type rendered struct {
	secret bridge.Secret
	expiry time.Time
	since  time.Time // when this door first handed it out
	name   string
	prefix []byte // {"access_token":"...","expires_in":
}

// token hands out an access token: lease, record, answer.
func (s *Server) token(w http.ResponseWriter, r *http.Request, caller *peer, start time.Time) outcome {
	if r.Method != http.MethodGet {
		return s.refuse(w, r, caller, &no{http.StatusMethodNotAllowed, "method_refused", "A token is only given to GET."})
	}
	var req bridge.LeaseRequest
	text := false
	if query := r.URL.RawQuery; query != "" {
		var bad *no
		if req.Scopes, bad = scopes(query); bad != nil {
			return s.problem(w, r, caller, classToken, bad)
		}
		if text, bad = asText(query); bad != nil {
			return s.problem(w, r, caller, classToken, bad)
		}
	}
	lease, err := s.lease(r.Context(), req, start)
	if err != nil {
		return s.failure(w, r, caller, classToken, err)
	}
	out := s.render(lease, start)
	now := s.o.Clock()
	rec := bridge.Record{
		Time: now, Event: bridge.EventCrossing, Door: "metadata", Caller: caller.who(),
		Principal: lease.Principal, Scopes: lease.Scopes, Token: out.name, Expiry: lease.Expiry, Took: now.Sub(start),
	}
	if err := s.o.Recorder.Record(context.WithoutCancel(r.Context()), rec); err != nil {
		return s.unrecorded(w)
	}
	seconds := int64(lease.Expiry.Sub(now) / time.Second)
	if text {
		return s.write(w, classToken, s.header.text, tokenText(lease, seconds), now)
	}
	buf := s.metrics.bodies.Get().(*[]byte)
	b := append((*buf)[:0], out.prefix...)
	b = strconv.AppendInt(b, seconds, 10)
	b = append(b, `,"token_type":"Bearer"}`...)
	done := s.write(w, classToken, s.header.json, b, now)
	*buf = b
	s.metrics.bodies.Put(buf)
	return done
}

// lease asks the leaser, and holds the answer against the least life a token must have.
func (s *Server) lease(ctx context.Context, req bridge.LeaseRequest, start time.Time) (bridge.Lease, error) {
	lease, err := s.o.Leaser.Lease(ctx, req)
	if err != nil {
		return bridge.Lease{}, err
	}
	if lease.Expiry.Sub(start) < bridge.MinLife || lease.Token.Empty() {
		return bridge.Lease{}, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: "lease_too_short", Text: "no token with five minutes of life is at hand", Retry: true}
	}
	return lease, nil
}

// render returns the lease's texts, made when it is not the lease that was handed out last.
func (s *Server) render(lease bridge.Lease, now time.Time) *rendered {
	if cur := s.rendered.Load(); cur != nil && cur.secret == lease.Token {
		return cur
	}
	next := &rendered{secret: lease.Token, expiry: lease.Expiry, since: now, name: lease.Token.Name()}
	next.prefix = append(appendQuoted([]byte(`{"access_token":`), lease.Token.Reveal()), `,"expires_in":`...)
	s.rendered.Store(next)
	s.learned(lease.Principal)
	return next
}

func tokenText(lease bridge.Lease, seconds int64) []byte {
	b := append([]byte("access_token "), lease.Token.Reveal()...)
	b = append(b, "\nexpires_in "...)
	b = strconv.AppendInt(b, seconds, 10)
	return append(b, "\ntoken_type Bearer\n"...)
}

// write answers 200.
func (s *Server) write(w http.ResponseWriter, c class, contentType []string, body []byte, end time.Time) outcome {
	h := w.Header()
	h["Content-Type"] = contentType
	if len(body) > inlineBody {
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	_, _ = w.Write(body) // the caller may be gone; nobody is left to tell
	return outcome{class: c, status: http.StatusOK, end: end}
}

// scopes reads "scopes=a,b". Each set of scopes is a lease of its own, so their number and form are bounded here.
func scopes(query string) ([]string, *no) {
	value, ok := param(query, "scopes")
	if !ok || value == "" {
		return nil, nil
	}
	list := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '+' })
	if len(list) > maxScopes {
		return nil, &no{http.StatusBadRequest, "invalid_scope", "more than 32 scopes were asked for"}
	}
	for _, scope := range list {
		if len(scope) > maxScopeLen || strings.ContainsFunc(scope, notScope) {
			return nil, &no{http.StatusBadRequest, "invalid_scope", "a scope is longer than 256 bytes or has a character that scopes cannot have"}
		}
	}
	return list, nil
}

// notScope follows RFC 6749 section 3.3.
func notScope(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }

// asText reads "alt".
func asText(query string) (bool, *no) {
	switch alt, _ := param(query, "alt"); alt {
	case "", "json":
		return false, nil
	case "text":
		return true, nil
	}
	return false, &no{http.StatusBadRequest, "invalid_request", "alt must be json or text"}
}
