package metadata

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const maxAudience = 2048

// idToken hands out an ID token: the bare JWT. "format" and "licenses" ask for claims about a Google machine; there is none
// here, so both are checked and every token has the standard form.
func (s *Server) idToken(w http.ResponseWriter, r *http.Request, caller *peer, start time.Time) outcome {
	if r.Method != http.MethodGet {
		return s.refuse(w, r, caller, &no{http.StatusMethodNotAllowed, "method_refused", "A token is only given to GET."})
	}
	audience, bad := audience(r.URL.RawQuery)
	if bad != nil {
		return s.plainProblem(w, r, caller, bad)
	}
	if s.values.Load().id.direct() {
		return s.problem(w, r, caller, classIdentity, &no{
			http.StatusForbidden, "id_token_needs_service_account",
			"id tokens need a service account: in direct mode the workload itself is the principal, and google issues no id token for it",
		})
	}
	lease, err := s.lease(r.Context(), bridge.LeaseRequest{Audience: audience}, start)
	if err != nil {
		return s.failure(w, r, caller, classIdentity, err)
	}
	now := s.o.Clock()
	rec := bridge.Record{
		Time: now, Event: bridge.EventCrossing, Door: "metadata", Caller: caller.who(),
		Principal: lease.Principal, Audience: audience, Token: lease.Token.Name(), Expiry: lease.Expiry, Took: now.Sub(start),
	}
	if err := s.o.Recorder.Record(context.WithoutCancel(r.Context()), rec); err != nil {
		return s.unrecorded(w)
	}
	return s.write(w, classIdentity, []string{"text/html"}, []byte(lease.Token.Reveal()), now)
}

func audience(query string) (string, *no) {
	value, _ := param(query, "audience")
	if value == "" {
		return "", &no{http.StatusBadRequest, "audience_missing", "non-empty audience parameter required"}
	}
	if len(value) > maxAudience || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", &no{http.StatusBadRequest, "audience_invalid", "the audience parameter is too long or has a blank or control character"}
	}
	if format, ok := param(query, "format"); ok && format != "full" && format != "standard" {
		return "", &no{http.StatusBadRequest, "format_invalid", "the format parameter must be full or standard"}
	}
	if licenses, ok := param(query, "licenses"); ok && !strings.EqualFold(licenses, "true") && !strings.EqualFold(licenses, "false") {
		return "", &no{http.StatusBadRequest, "licenses_invalid", "the licenses parameter must be TRUE or FALSE"}
	}
	return value, nil
}
