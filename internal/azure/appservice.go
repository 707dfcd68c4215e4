package azure

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	appServiceVersion    = "2019-08-01"
	appServiceOldVersion = "2017-09-01"
)

// AppServiceSource asks the token endpoint that App Service, Functions and Container Apps announce to the programs they
// run. The variables are read on every call, since the platform changes the header when it restarts the endpoint.
type AppServiceSource struct {
	http     *wire.Client
	clock    bridge.Clock
	env      bridge.Env
	identity identity
	resource string
	last     atomic.Pointer[string] // hash of the token given last, which Fresh names as the one to go beyond
}

// NewAppService returns a source; it makes no call.
func NewAppService(d Deps, s Settings) (*AppServiceSource, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(AppService)
	}
	if err != nil {
		return nil, err
	}
	out := &AppServiceSource{http: d.HTTP.Direct(), clock: d.Clock, env: d.Env, identity: identityOf(d, s), resource: s.resource()}
	if out.env("IDENTITY_ENDPOINT") == "" && out.env("MSI_ENDPOINT") == "" {
		return nil, usage("identity_endpoint_missing", "IDENTITY_ENDPOINT is not set: the platform gives this app no identity",
			"assign one: az webapp identity assign, az functionapp identity assign or az containerapp identity assign")
	}
	return out, nil
}

// Describe implements bridge.Describer.
func (s *AppServiceSource) Describe() string {
	return s.identity.String() + " of this app, from the App Service endpoint at " + s.question(s.env("IDENTITY_ENDPOINT") == "").place()
}

// Assertion implements bridge.Source.
func (s *AppServiceSource) Assertion(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	old := s.env("IDENTITY_ENDPOINT") == ""
	out, err := s.ask(ctx, req, old)
	if !old && s.env("MSI_SECRET") != "" && isUnsupportedVersion(err) {
		return s.ask(ctx, req, true) // a Functions host from before 2019-08-01
	}
	return out, err
}

// question is the request in the protocol of 2019, or in that of 2017.
func (s *AppServiceSource) question(old bool) ask {
	if !old {
		return s.with(ask{
			endpoint: s.env("IDENTITY_ENDPOINT"),
			query:    url.Values{"api-version": {appServiceVersion}, "resource": {s.resource}},
			header:   http.Header{"X-Identity-Header": {s.env("IDENTITY_HEADER")}},
		}, map[string]string{"msi_res_id": "mi_res_id"})
	}
	return s.with(ask{
		endpoint: cmp.Or(s.env("MSI_ENDPOINT"), s.env("IDENTITY_ENDPOINT")),
		query:    url.Values{"api-version": {appServiceOldVersion}, "resource": {s.resource}},
		header:   http.Header{"Secret": {s.env("MSI_SECRET")}},
	}, map[string]string{"client_id": "clientid", "msi_res_id": "mi_res_id"})
}

// with adds the identity under the name that the protocol has for it.
func (s *AppServiceSource) with(q ask, names map[string]string) ask {
	if s.identity.name == "" {
		return q
	}
	name := s.identity.name
	if other, ok := names[name]; ok {
		name = other
	}
	q.query.Set(name, s.identity.value)
	return q
}

func (s *AppServiceSource) ask(ctx context.Context, req bridge.AssertionRequest, old bool) (bridge.Assertion, error) {
	q := s.question(old)
	if last := s.last.Load(); req.Fresh && last != nil && !old {
		q.query.Set("token_sha256_to_refresh", *last)
	}
	out, err := q.put(ctx, platform{
		http: s.http, clock: s.clock, resource: s.resource, refusal: s.refusal,
		silent: func(err error) error { return hinted(err, "the platform's own endpoint is silent: restart the app") },
	})
	if err == nil {
		s.last.Store(fingerprint(out.Token))
	}
	return out, err
}

func (s *AppServiceSource) refusal(a answer) error {
	out, _ := a.refused()
	if hint := identityHint(out.Text, "az webapp identity assign, az functionapp identity assign or az containerapp identity assign"); hint != "" {
		out.Hint = hint
	} else if a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden || a.Status == http.StatusBadRequest && s.env("IDENTITY_HEADER") == "" {
		out.Hint = "the platform changes IDENTITY_HEADER when it restarts: pass the variable through, never a copy of its value"
	}
	if strings.EqualFold(out.Code, "UnsupportedApiVersion") {
		out.Hint = "this host is older than api-version " + appServiceVersion + " and gives no MSI_SECRET, so update the Functions host"
	}
	return out
}
