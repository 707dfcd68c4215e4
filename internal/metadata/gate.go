package metadata

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// no is a request that the door does not serve: the status, a stable code for the log, and one sentence for the caller.
type no struct {
	status int
	code   string
	text   string
}

// authenticate asks the questions that every request must pass, whatever it wants.
func (s *Server) authenticate(r *http.Request, p *peer) *no {
	h := r.Header
	switch {
	case !s.goodHost(r.Host, p):
		return &no{http.StatusForbidden, "host_refused", "The Host header names another server than this one."}
	case h["X-Forwarded-For"] != nil || h["Forwarded"] != nil || h["Via"] != nil:
		return &no{http.StatusForbidden, "forwarded_refused", "Requests that came through a proxy (X-Forwarded-For, Forwarded, Via) are refused."}
	case h["Origin"] != nil || h["Sec-Fetch-Site"] != nil: // a page cannot leave both out and add Metadata-Flavor
		return &no{http.StatusForbidden, "browser_refused", "Requests of a web page (Origin, Sec-Fetch) are refused."}
	}
	return s.goodPeer(p)
}

// isGoogle asks what the real server asks: the header, the method, and no body.
func (s *Server) isGoogle(r *http.Request) *no {
	flavor := r.Header["Metadata-Flavor"]
	switch {
	case (len(flavor) != 1 || flavor[0] != "Google") && r.URL.Path != "/": // a ping of the root comes without it
		return &no{http.StatusForbidden, "metadata_flavor_missing", "Missing Metadata-Flavor:Google header."}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return &no{http.StatusMethodNotAllowed, "method_refused", "Only GET and HEAD are served."}
	case r.ContentLength != 0: // -1 is chunked
		return &no{http.StatusRequestEntityTooLarge, "body_refused", "Requests with a body are refused."}
	}
	return nil
}

// goodHost keeps web pages out that have made a name of their own point at this address: a name must be one of ours. An
// IP address cannot be pointed elsewhere, so those of loopback and of the listener are good.
func (s *Server) goodHost(host string, p *peer) bool {
	if p != nil && host != "" && p.host == host {
		return true
	}
	name := hostName(host)
	good := s.hosts[name]
	if !good {
		good = s.hosts[strings.TrimSuffix(strings.ToLower(name), ".")]
	}
	if addr, err := netip.ParseAddr(name); err == nil {
		addr = addr.Unmap()
		good = good || addr.IsLoopback() || addr == netip.AddrFrom4([4]byte{169, 254, 169, 254}) || p != nil && addr == address(p.conn.LocalAddr()).Addr()
	}
	if good && p != nil {
		p.host = host
	}
	return good
}

// hostName cuts the port off.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}
