package certificate

import (
	"crypto/x509"
	"slices"
	"time"
)

// The Secret's keys. Current and bundle have the names of a kubernetes.io/tls Secret.
const (
	keyCert      = "tls.crt"
	keyKey       = "tls.key"
	keyBundle    = "ca.crt"
	keyNextCert  = "next.crt"
	keyNextKey   = "next.key"
	keyNextSince = "next.since" // RFC 3339: when the cluster was told of the next one's authority
)

// state is what the Secret holds. Replicas share it, so that each serves the same certificate.
type state struct {
	current *pair
	next    *pair // will be current as soon as every API server trusts its authority
	since   time.Time
	bundle  []*x509.Certificate // authorities, newest first; those of certificates that were served before stay until they expire
}

// readState reads the Secret; what cannot be read is as good as not there.
func readState(data map[string][]byte) state {
	s := state{bundle: readBundle(data[keyBundle])}
	if p, err := readPair(data[keyCert], data[keyKey]); err == nil && s.trusts(p) {
		s.current = p
	}
	if p, err := readPair(data[keyNextCert], data[keyNextKey]); err == nil && s.trusts(p) {
		s.next = p
		if since, err := time.Parse(time.RFC3339, string(data[keyNextSince])); err == nil {
			s.since = since
		}
	}
	return s
}

func (s *state) trusts(p *pair) bool {
	return slices.ContainsFunc(s.bundle, func(root *x509.Certificate) bool { return p.Leaf.CheckSignatureFrom(root) == nil })
}

func (s *state) data() map[string][]byte {
	out := map[string][]byte{keyCert: s.current.cert, keyKey: s.current.key, keyBundle: writeBundle(s.bundle)}
	if s.next != nil {
		out[keyNextCert], out[keyNextKey] = s.next.cert, s.next.key
		if !s.since.IsZero() {
			out[keyNextSince] = []byte(s.since.UTC().Format(time.RFC3339))
		}
	}
	return out
}

// renew brings the state on as far as it can come before the cluster is told of its authorities: a first certificate, or
// the next one.
func (s *state) renew(names []string, now time.Time, life time.Duration) (changed bool, err error) {
	before := len(s.bundle)
	s.bundle = slices.DeleteFunc(s.bundle, func(c *x509.Certificate) bool { return !now.Before(c.NotAfter) })
	changed = len(s.bundle) != before
	if s.next != nil && !s.next.good(names, now) {
		s.next, s.since, changed = nil, time.Time{}, true
	}
	if !s.current.good(names, now) && s.next != nil { // it has waited for days
		s.current, s.next, s.since = s.next, nil, time.Time{}
		return true, nil
	}
	first := !s.current.good(names, now)
	if !first && (s.next != nil || !s.current.due(now)) {
		return changed, nil
	}
	p, root, err := issue(names, now, life)
	if err != nil {
		return false, err
	}
	s.bundle = append([]*x509.Certificate{root}, s.bundle...)
	if first {
		s.current = p
	} else {
		s.next, s.since = p, time.Time{}
	}
	return true, nil
}

// settle brings the state on after the cluster was told of its authorities: API servers hear of it within seconds, and the
// next certificate is served when they have had settle for it.
func (s *state) settle(now time.Time, settle time.Duration) (changed bool) {
	switch {
	case s.next == nil:
		return false
	case s.since.IsZero():
		s.since = now
	case now.Sub(s.since) >= settle:
		s.current, s.next, s.since = s.next, nil, time.Time{}
	default:
		return false
	}
	return true
}
