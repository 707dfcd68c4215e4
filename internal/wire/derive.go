package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
)

// Direct returns a client with the same bounds that goes round HTTPS_PROXY: metadata endpoints are never behind one.
func (c *Client) Direct() *Client {
	return c.derive(func(t *http.Transport) { t.Proxy = nil })
}

// Pinned returns a client with the same bounds that goes round HTTPS_PROXY, and whose trust in a server is accept's word
// on its certificate alone: for a platform that announces a thumbprint in place of a certificate authority.
func (c *Client) Pinned(accept func(leaf *x509.Certificate) error) *Client {
	return c.derive(func(t *http.Transport) {
		t.Proxy = nil
		t.TLSClientConfig.InsecureSkipVerify = true // the chain proves nothing here; VerifyConnection decides
		t.TLSClientConfig.VerifyConnection = func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return &tls.CertificateVerificationError{Err: errors.New("the server showed no certificate")}
			}
			if err := accept(state.PeerCertificates[0]); err != nil {
				return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
			}
			return nil
		}
	})
}

// derive gives the copy connections of its own, so that none is shared between two kinds of trust.
func (c *Client) derive(change func(*http.Transport)) *Client {
	transport := c.http.Transport.(*http.Transport).Clone()
	change(transport)
	client := *c.http
	client.Transport = transport
	return &Client{http: &client, maxBody: c.maxBody, agent: c.agent}
}
