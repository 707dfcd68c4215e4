package provision

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// maxBody bounds an answer: the largest is a page of a thousand roles with their permissions.
const maxBody = 32 << 20

// transport puts the operator's token on every call, and bounds every answer.
type transport struct {
	token Token
	quota string
	next  http.RoundTripper
}

func newTransport(o Options) *transport {
	next := o.Transport
	if next == nil {
		next = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
			TLSHandshakeTimeout:    10 * time.Second,
			MaxIdleConnsPerHost:    32,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}
	}
	return &transport{token: o.Token, quota: o.QuotaProject, next: next}
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && !loopback(req.URL.Hostname()) {
		return nil, endpointRefused(req.URL.Hostname(), "sends the operator's token over plain http")
	}
	token, err := t.token(req.Context())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	if t.quota != "" {
		req.Header.Set("X-Goog-User-Project", t.quota)
	}
	resp, err := t.next.RoundTrip(req)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxBody)
	}
	return resp, err
}

func (t *transport) closeIdle() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// checkEndpoint judges an address of the configuration, and ends it with the slash that Google's clients expect.
func checkEndpoint(name, endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", endpointRefused(name, "is not an http or https URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", endpointRefused(name, "has more than scheme, host and path")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", endpointRefused(name, "sends the operator's token over plain http to "+u.Hostname())
	case !loopback(u.Hostname()) && !trusted(u.Hostname()):
		return "", endpointRefused(name, "sends the operator's token to "+u.Hostname()+", which is not google's")
	}
	return strings.TrimSuffix(endpoint, "/") + "/", nil
}

func endpointRefused(name, why string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Code: "endpoint_refused", Text: "the endpoint " + name + " " + why,
		Hint: "use https and a host of googleapis.com, or http on loopback: setup.google.endpoints",
	}
}
