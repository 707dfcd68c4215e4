package azure

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	imdsBase    = "http://169.254.169.254"
	imdsPath    = "/metadata/identity/oauth2/token"
	imdsVersion = "2018-02-01"
)

// IMDSSource asks the instance metadata service of a virtual machine or scale set. The service answers from a cache of
// up to a day and has no way to be asked for a fresh token, so that Fresh only means asking again.
type IMDSSource struct {
	http     *wire.Client
	clock    bridge.Clock
	endpoint string
	identity identity
	resource string
}

// NewIMDS returns a source; it makes no call. AZURE_POD_IDENTITY_AUTHORITY_HOST moves it, as it does in Azure's SDKs.
func NewIMDS(d Deps, s Settings) (*IMDSSource, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(IMDS)
	}
	if err != nil {
		return nil, err
	}
	endpoint := s.Endpoint
	if endpoint == "" {
		endpoint = d.Env("AZURE_POD_IDENTITY_AUTHORITY_HOST")
	}
	if endpoint == "" {
		endpoint = imdsBase
	}
	if endpoint, err = withPath(endpoint, imdsPath); err != nil {
		return nil, err
	}
	return &IMDSSource{http: d.HTTP.Direct(), clock: d.Clock, endpoint: endpoint, identity: identityOf(d, s), resource: s.resource()}, nil
}

// withPath completes an address that names no path, and refuses one that a token request cannot go to.
func withPath(endpoint, path string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "", usage("endpoint_malformed", "the managed-identity endpoint is not a URL", "write http://HOST:PORT")
	}
	if u.Scheme != "https" && !wire.PlainHost(u.Hostname()) {
		return "", usage("endpoint_refused", "the managed-identity endpoint "+u.Host+" is neither on this machine nor link-local", "use http://169.254.169.254, or http on loopback")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = path
	}
	return u.String(), nil
}

// Describe implements bridge.Describer.
func (s *IMDSSource) Describe() string {
	return s.identity.String() + " of this machine, from IMDS at " + hostOf(s.endpoint)
}

// Assertion implements bridge.Source.
func (s *IMDSSource) Assertion(ctx context.Context, _ bridge.AssertionRequest) (bridge.Assertion, error) {
	q := ask{
		endpoint: s.endpoint,
		query:    url.Values{"api-version": {imdsVersion}, "resource": {s.resource}},
		header:   http.Header{"Metadata": {"true"}},
	}
	if s.identity.name != "" {
		q.query.Set(s.identity.name, s.identity.value)
	}
	return q.put(ctx, platform{
		http: s.http, clock: s.clock, resource: s.resource, refusal: s.refusal,
		silent: func(err error) error {
			return hinted(err, "outside an Azure VM there is no IMDS, and pods are often kept from it: use kind kubernetes, azure-workload-identity or azure-cli there")
		},
	})
}

func (s *IMDSSource) refusal(a answer) error {
	out, _ := a.refused()
	// While an identity is being assigned, or the service restarts, IMDS answers 404 and 410; its documentation says to
	// ask again.
	if a.Status == http.StatusNotFound || a.Status == http.StatusGone {
		out.Kind, out.Retry = bridge.Unreachable, true
		out.Hint = "if it stays so, something else answers on this address: curl -H Metadata:true " + "http://" + a.host + "/metadata/instance?api-version=2021-02-01"
	}
	if hint := identityHint(out.Text, "az vm identity assign -g GROUP -n VM --identities ID"); hint != "" {
		out.Hint = hint
	}
	return out
}
