package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// who proves who sends a request: by a token of an issuer or of ours, by the client certificate of the connection, or by
// being a program of this machine. Revocation is asked on every request, whatever is remembered.
func (g *Gateway) who(r *http.Request) (*identity, error) {
	token, err := credential(r.Header)
	if err != nil {
		return nil, err
	}
	p := peerOf(r)
	var id *identity
	switch {
	case token != "" && (isToken(token) || !g.trusts(p)):
		id, err = g.byToken(r.Context(), token)
	case r.TLS != nil && len(r.TLS.VerifiedChains) > 0:
		id, err = byCertificate(r.TLS.VerifiedChains[0][0])
	case g.trusts(p):
		id, err = g.byLoopback(r, p)
	default:
		err = unauthenticated("token_missing", "the request has no credential", "send the workload's own token as Authorization: Bearer TOKEN", nil)
	}
	if err != nil {
		return nil, err
	}
	if g.o.Revoked(id.caller.Name, id.ticket) {
		return nil, unauthenticated("caller_revoked", "the caller or its token has been revoked", "ask the gateway's operator", nil)
	}
	return id, nil
}

// byToken verifies a token, once for as long as the verdict is good.
func (g *Gateway) byToken(ctx context.Context, token string) (*identity, error) {
	now := g.o.Clock()
	hash := sha256.Sum256([]byte(token))
	known, era := g.known.find(hash, now)
	if known != nil {
		return known, nil
	}
	id, expiry, err := g.verify(ctx, token, now)
	if err != nil {
		return nil, err
	}
	g.known.add(hash, id, expiry, now, era)
	return id, nil
}

// Forget has every token verified anew. It is called when the Verifier has other rules than before.
func (g *Gateway) Forget() { g.known.forget() }

func (g *Gateway) verify(ctx context.Context, token string, now time.Time) (*identity, time.Time, error) {
	if !strings.HasPrefix(token, ticketPrefix) {
		caller, err := g.o.Verifier.Verify(ctx, bridge.NewSecret(token))
		return &identity{caller: caller}, caller.Assertion.Expiry, err
	}
	t, err := openTicket(g.o.Tokens.Keys(), token)
	if err != nil {
		return nil, time.Time{}, unauthenticated("token_refused", "the token is of this gateway's form, and "+err.Error(), "fetch a new one at POST /v1/token", nil)
	}
	if !now.Before(t.expiry) {
		return nil, time.Time{}, unauthenticated("token_expired", "the token has expired", "fetch a new one at POST /v1/token", nil)
	}
	caller, err := g.o.Verifier.Verify(ctx, t.assertion)
	if err == nil && caller.Name != t.workload {
		err = unauthenticated("token_refused", "the token was given to another workload", "fetch a new one at POST /v1/token", nil)
	}
	return &identity{caller: caller, ticket: t.id}, t.expiry, err
}

// maxName is the longest name of a caller, which stands in every record and every quota's key.
const maxName = 1024

// byCertificate names the caller by its certificate: the SPIFFE id, else the first DNS name, else the common name.
func byCertificate(c *x509.Certificate) (*identity, error) {
	name := c.Subject.CommonName
	if len(c.DNSNames) > 0 {
		name = c.DNSNames[0]
	}
	for _, u := range c.URIs {
		if u.Scheme == "spiffe" {
			name = u.String()
		}
	}
	if strings.ContainsFunc(name, unicode.IsControl) || len(name) > maxName {
		return nil, unauthenticated("certificate_name", "the client certificate's name has a control character or is longer than 1024 bytes", "use another certificate", nil)
	}
	if name == "" {
		return nil, unauthenticated("certificate_nameless", "the client certificate has no SPIFFE id, DNS name or common name", "use a certificate with one of them", nil)
	}
	return &identity{caller: prompt.Caller{Name: "mtls/" + name}}, nil
}

// trusts says whether a connection is one of this machine's own, which may come without a token.
func (g *Gateway) trusts(p *peer) bool {
	return g.o.Loopback != "" && p != nil && p.loopback()
}

// ofProxies are the headers that proxies add: who stands behind one is no program of this machine.
var ofProxies = [...]string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"}

// byLoopback takes a program of this machine for the configured one. A web page is such a program's guest and is not
// served: it cannot leave these headers out, nor change its Host.
func (g *Gateway) byLoopback(r *http.Request, p *peer) (*identity, error) {
	switch {
	case r.Header["Origin"] != nil || r.Header["Sec-Fetch-Site"] != nil:
		return nil, unauthenticated("browser_refused", "requests of a web page need a token", "", nil)
	case slices.ContainsFunc(ofProxies[:], func(key string) bool { return r.Header[key] != nil }):
		return nil, unauthenticated("forwarded_refused", "requests that came through a proxy need a token", "", nil)
	case !loopbackHost(r.Host):
		return nil, unauthenticated("host_refused", "without a token the gateway is called by localhost or a loopback address", "", nil)
	}
	if len(g.o.LoopbackUIDs) > 0 {
		uid, err := p.user(g.o.PeerUID)
		if err != nil || !slices.Contains(g.o.LoopbackUIDs, uid) {
			return nil, unauthenticated("peer_refused", "the user behind this connection may not call without a token", "add its id to loopback_uids, or send a token", nil)
		}
	}
	return &g.local, nil
}
