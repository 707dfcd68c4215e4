package google

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// MetadataToken is a workload's own access token, from the metadata server of the place that it runs in. It implements
// bridge.Exchanger for who needs no exchange: the assertion says who it is, and is not sent.
type MetadataToken struct{ server *MetadataIdentity }

// NewMetadataToken returns one; it calls nobody.
func NewMetadataToken(o MetadataOptions) (*MetadataToken, error) {
	server, err := NewMetadataIdentity(o)
	if err != nil {
		return nil, err
	}
	return &MetadataToken{server}, nil
}

// ownAudience is what the identity token is asked for that names the workload in records; no one else is to take it.
const ownAudience = "https://landbridge.invalid/own-identity"

// AssertionAudience implements bridge.Exchanger.
func (*MetadataToken) AssertionAudience() string { return ownAudience }

// Exchange implements bridge.Exchanger.
func (m *MetadataToken) Exchange(ctx context.Context, a bridge.Assertion, req bridge.LeaseRequest) (bridge.Lease, error) {
	o := m.server.o
	scopes := req.Scopes
	if len(scopes) == 0 {
		scopes = []string{CloudPlatform}
	}
	start := o.Clock()
	resp, err := o.Wire.Get(ctx, bridge.HopHome,
		"http://"+o.Host+"/computeMetadata/v1/instance/service-accounts/"+url.PathEscape(o.Account)+"/token?scopes="+url.QueryEscape(strings.Join(scopes, ",")),
		http.Header{"Metadata-Flavor": {"Google"}})
	if err != nil {
		return bridge.Lease{}, err
	}
	if err := m.server.check(resp); err != nil {
		return bridge.Lease{}, err
	}
	var body struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if json.Unmarshal(resp.Body, &body) != nil || body.AccessToken == "" || body.ExpiresIn <= 0 {
		return bridge.Lease{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "answer_unusable", Status: resp.Status,
			Text: "the metadata server at " + o.Host + " answered with something that is not an access token",
		}
	}
	expiry := start.Add(time.Duration(body.ExpiresIn) * time.Second)
	trace := append(a.Trace, bridge.Step{ //nolint:gocritic // a.Trace is this call's own
		Hop: bridge.HopHome, Who: a.Subject, What: "access token from the metadata server", Expiry: expiry, Took: o.Clock().Sub(start),
	})
	return bridge.Lease{Token: bridge.NewSecret(body.AccessToken), Type: bridge.AccessToken, Principal: bridge.Principal(a.Subject), Scopes: scopes, Expiry: expiry, Trace: trace}, nil
}
