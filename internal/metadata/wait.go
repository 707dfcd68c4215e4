package metadata

import (
	"net/http"
	"strconv"
	"time"
)

// maxWaiting is how many requests may hang at a time; the real server has a bound of this kind too.
const maxWaiting = 128

var noTime time.Time

// waitForChange holds the answer back until the value is another one than the caller knows, the caller's patience ends, or
// the door closes.
func (s *Server) waitForChange(w http.ResponseWriter, r *http.Request, path string) outcome {
	query := r.URL.RawQuery
	var patience <-chan time.Time
	if text, ok := param(query, "timeout_sec"); ok {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 || seconds > 86400 {
			return s.bad(w, "timeout_sec must be a number of seconds")
		}
		timer := time.NewTimer(time.Duration(seconds) * time.Second)
		defer timer.Stop()
		patience = timer.C
	}
	if s.waiting.Add(1) > maxWaiting {
		s.waiting.Add(-1)
		s.page(w, http.StatusServiceUnavailable, "Too many requests wait for a change.")
		return outcome{class: classValue, status: http.StatusServiceUnavailable}
	}
	defer s.waiting.Add(-1)

	known, told := param(query, "last_etag")
	for {
		cur := s.values.Load()
		n := cur.tree.find(path)
		if n == nil {
			return s.unknown(w, r)
		}
		if n.kind == isDirectory && !truth(query, "recursive") {
			return s.bad(w, "wait_for_change needs recursive=true when a directory is asked for")
		}
		a, bad := say(n, query)
		if bad != nil {
			return s.bad(w, bad.text)
		}
		if !told {
			known, told = a.etag, true
		} else if a.etag != known {
			return s.say(w, a)
		}
		select {
		case <-cur.changed:
			continue
		case <-patience:
		case <-s.stopping:
		case <-r.Context().Done():
		}
		return s.say(w, a)
	}
}
