package azure

import (
	"context"
	"crypto/sha1" //nolint:gosec // Service Fabric announces its certificate by this hash and no other
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

const serviceFabricVersion = "2019-07-01-preview"

// ServiceFabricSource asks the token endpoint of a Service Fabric node. Its certificate is signed by nobody: the
// platform announces its thumbprint, and that alone is trusted. Which identity answers is the application's manifest's
// affair.
type ServiceFabricSource struct {
	http     *wire.Client
	clock    bridge.Clock
	env      bridge.Env
	resource string
	last     atomic.Pointer[string]
}

// NewServiceFabric returns a source; it makes no call.
func NewServiceFabric(d Deps, s Settings) (*ServiceFabricSource, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(ServiceFabric)
	}
	if err != nil {
		return nil, err
	}
	if d.Env("IDENTITY_ENDPOINT") == "" || d.Env("IDENTITY_HEADER") == "" {
		return nil, usage("identity_endpoint_missing", "IDENTITY_ENDPOINT or IDENTITY_HEADER is not set: the cluster gives this application no identity",
			"declare a managed identity in the application's manifest and map it to the service")
	}
	if u, err := url.Parse(d.Env("IDENTITY_ENDPOINT")); err != nil || u.Scheme != "https" || u.Host == "" {
		return nil, usage("endpoint_refused", "Service Fabric's IDENTITY_ENDPOINT is not an https address", "the platform sets it; check what overrides it")
	}
	pin, err := thumbprint(d.Env("IDENTITY_SERVER_THUMBPRINT"))
	if err != nil {
		return nil, err
	}
	pinned := d.HTTP.Pinned(func(leaf *x509.Certificate) error {
		sum := sha1.Sum(leaf.Raw) //nolint:gosec // see the import
		if subtle.ConstantTimeCompare(sum[:], pin) != 1 {
			return errThumbprint
		}
		return nil
	})
	return &ServiceFabricSource{http: pinned, clock: d.Clock, env: d.Env, resource: s.resource()}, nil
}

var errThumbprint = errors.New("its thumbprint is not IDENTITY_SERVER_THUMBPRINT")

// thumbprint reads the hash in the notations that certificate tools print.
func thumbprint(text string) ([]byte, error) {
	pin, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(strings.TrimSpace(text)))
	if err != nil || len(pin) != sha1.Size {
		return nil, usage("thumbprint_malformed", "IDENTITY_SERVER_THUMBPRINT is not a SHA-1 thumbprint of 40 hexadecimal digits", "the platform sets it; check what overrides it")
	}
	return pin, nil
}

// Describe implements bridge.Describer.
func (s *ServiceFabricSource) Describe() string {
	return "managed identity of this application, from Service Fabric at " + hostOf(s.env("IDENTITY_ENDPOINT"))
}

// Assertion implements bridge.Source.
func (s *ServiceFabricSource) Assertion(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	q := ask{
		endpoint: s.env("IDENTITY_ENDPOINT"),
		query:    url.Values{"api-version": {serviceFabricVersion}, "resource": {s.resource}},
		header:   http.Header{"Accept": {"application/json"}, "Secret": {s.env("IDENTITY_HEADER")}},
	}
	if last := s.last.Load(); req.Fresh && last != nil {
		q.query.Set("token_sha256_to_refresh", *last)
	}
	out, err := q.put(ctx, platform{
		http: s.http, clock: s.clock, resource: s.resource, refusal: s.refusal,
		silent: func(err error) error { return s.silent(err, hostOf(q.endpoint)) },
	})
	if err == nil {
		s.last.Store(fingerprint(out.Token))
	}
	return out, err
}

func (s *ServiceFabricSource) refusal(a answer) error {
	out, _ := a.refused()
	if hint := identityHint(out.Text, "the application's manifest"); hint != "" {
		out.Hint = hint
	}
	return out
}

func (s *ServiceFabricSource) silent(err error, host string) error {
	if !errors.Is(err, errThumbprint) {
		return err
	}
	return &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopHome, Code: "thumbprint_mismatch",
		Text: "the certificate of " + host + " is not the one that IDENTITY_SERVER_THUMBPRINT names",
		Hint: "somebody else listens there, or the cluster has changed its certificate: restart the service, so that it gets the new variable",
	}
}
