package filesapi

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault makes some calls about files go wrong, more finely than the world's faults for all of "storage".
type Fault struct {
	Method  string // of the calls; any when empty
	Query   string // part of the raw query, "comp=list"; any when empty
	Account string
	Share   string
	Prefix  string // of the path
	Times   int    // this many calls; 0 is until the faults are healed
	Skip    int    // calls that go well before

	Status     int           // refuse with this status
	Code       string        // of the refusal; ServerBusy or InternalError when empty
	RetryAfter time.Duration // said with the refusal
	Cut        int64         // break the connection before this byte of the answer's body; 1 is the second
	Flip       int64         // change this byte of the answer's body; 0 is none, 1 the first
	Lost       bool          // do what is asked and break the connection in place of an answer
}

// Inject adds a fault.
func (s *Store) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// Heal takes every fault back.
func (s *Store) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (f *Fault) meets(r *http.Request, t Target) bool {
	return (f.Method == "" || f.Method == r.Method) && (f.Account == "" || f.Account == t.Account.Name) && (f.Share == "" || f.Share == t.Share) &&
		strings.HasPrefix(t.Path, f.Prefix) && strings.Contains(r.URL.RawQuery, f.Query)
}

// takeFault is the first fault that a call meets.
func (s *Store) takeFault(r *http.Request, t Target) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults {
		f := &s.faults[i]
		if !f.meets(r, t) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		out := *f
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		} else if f.Times > 1 {
			f.Times--
		}
		return out, true
	}
	return Fault{}, false
}

// meet refuses a call, or spoils the answer that it will get.
func (c *call) meet(f Fault) *Problem {
	if f.Status == 0 {
		c.rw = &spoilt{ResponseWriter: c.rw, fault: f}
		return nil
	}
	if f.RetryAfter > 0 {
		c.rw.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
	p := problem(f.Status, "ServerBusy", "The server is currently unable to receive requests. Please retry your request.")
	if f.Status == http.StatusInternalServerError {
		p = problem(f.Status, "InternalError", "Server encountered an internal error. Please try again after some time.")
	}
	if f.Code != "" {
		p.Code = f.Code
	}
	return p
}

// spoilt is an answer that breaks off, has a wrong byte, or is lost.
type spoilt struct {
	http.ResponseWriter
	fault Fault
	done  int64
}

// WriteHeader implements http.ResponseWriter.
func (s *spoilt) WriteHeader(status int) {
	if s.fault.Lost {
		panic(http.ErrAbortHandler)
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (s *spoilt) Write(p []byte) (int, error) {
	if cut := s.fault.Cut - s.done; s.fault.Cut > 0 && int64(len(p)) > cut {
		_, _ = s.ResponseWriter.Write(p[:cut])
		_ = http.NewResponseController(s.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	if at := s.fault.Flip - 1 - s.done; s.fault.Flip > 0 && at >= 0 && at < int64(len(p)) {
		p = append([]byte(nil), p...)
		p[at] ^= 1
	}
	n, err := s.ResponseWriter.Write(p)
	s.done += int64(n)
	return n, err
}
