package azure

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

// identity selects a user-assigned managed identity; the zero value is the system-assigned one, or the only one.
type identity struct{ name, value string }

// identityOf reads the selector; without one AZURE_CLIENT_ID decides, as it does for every Azure SDK.
func identityOf(d Deps, s Settings) identity {
	switch {
	case s.ClientID != "":
		return identity{"client_id", s.ClientID}
	case s.ObjectID != "":
		return identity{"object_id", s.ObjectID}
	case s.ResourceID != "":
		return identity{"msi_res_id", s.ResourceID}
	}
	if id := d.Env("AZURE_CLIENT_ID"); id != "" {
		return identity{"client_id", id}
	}
	return identity{}
}

func (i identity) String() string {
	if i.name == "" {
		return "managed identity"
	}
	return "managed identity " + i.value
}

// ask is one question to a managed-identity endpoint.
type ask struct {
	endpoint string
	query    url.Values
	header   http.Header
}

// address puts the query behind the endpoint, whose own parameters stay.
func (q ask) address() (string, error) {
	u, err := url.Parse(q.endpoint)
	if err != nil || u.Host == "" {
		return "", usage("endpoint_malformed", "the managed-identity endpoint is not a URL", "unset the variable or setting that names it, or write http://HOST:PORT/PATH")
	}
	query := u.Query()
	for name, values := range q.query {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// place is the endpoint without its query.
func (q ask) place() string {
	u, err := url.Parse(q.endpoint)
	if err != nil {
		return ""
	}
	return u.Host + u.Path
}

// platform is who answers the question: how it is reached, and what its silence and its refusals mean.
type platform struct {
	http     *wire.Client
	clock    bridge.Clock
	resource string
	silent   func(error) error
	refusal  func(answer) error
}

// put asks, and reads the assertion out of the answer.
func (q ask) put(ctx context.Context, p platform) (bridge.Assertion, error) {
	address, err := q.address()
	if err != nil {
		return bridge.Assertion{}, err
	}
	start := p.clock()
	resp, err := p.http.Get(ctx, bridge.HopHome, address, q.header)
	if err != nil {
		return bridge.Assertion{}, p.silent(err)
	}
	a := answer{resp, bridge.HopHome, hostOf(q.endpoint)}
	if resp.Status != http.StatusOK {
		return bridge.Assertion{}, p.refusal(a)
	}
	return issued(a, p.clock, start, "asked "+q.place()+" for "+p.resource)
}

// issued reads the answer of a managed-identity endpoint. Its own expiry fields come in six notations and say what the
// platform believes; the token's claims say what the far shore will hold it to, so only they are read.
func issued(a answer, clock bridge.Clock, asked time.Time, what string) (bridge.Assertion, error) {
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := a.decode(&body); err != nil {
		return bridge.Assertion{}, err
	}
	if body.AccessToken == "" {
		return bridge.Assertion{}, a.bad("without an access_token")
	}
	out, err := tokenfile.Peek(bridge.NewSecret(body.AccessToken))
	if err != nil {
		return bridge.Assertion{}, a.bad("with an access_token that is not a JWT")
	}
	return living(out, a, clock, asked, what)
}

// living refuses a token that is dead or does not say when it dies, and writes the step of the trace.
func living(out bridge.Assertion, a answer, clock bridge.Clock, asked time.Time, what string) (bridge.Assertion, error) {
	now := clock()
	if out.Expiry.IsZero() {
		return bridge.Assertion{}, a.bad("with a token that has no expiry")
	}
	if !now.Before(out.Expiry) {
		bad := a.bad(fmt.Sprintf("with a token that expired %s ago", now.Sub(out.Expiry).Round(time.Second)))
		bad.Code, bad.Hint = "token_expired", "check this machine's clock: timedatectl"
		return bridge.Assertion{}, bad
	}
	out.Trace = []bridge.Step{{Hop: bridge.HopHome, Who: out.Subject, What: what, Expiry: out.Expiry, Took: now.Sub(asked)}}
	return out, nil
}

// identityHint is what to do about the refusals that all managed-identity endpoints have in common.
func identityHint(text string, assign string) string {
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "multiple user assigned identities"):
		return "name the identity: set client_id, or AZURE_CLIENT_ID; on AKS nodes there are always several, so use kind kubernetes or azure-workload-identity there"
	case strings.Contains(lower, "identity not found"), strings.Contains(lower, "no managed identity found"), strings.Contains(lower, "no user assigned or delegated managed identity"):
		return "assign the identity to this host, or correct client_id, object_id or resource_id: " + assign
	case strings.Contains(lower, "metadata header"):
		return "something drops the request's headers: add 169.254.169.254 to NO_PROXY"
	case strings.Contains(lower, "aadsts500011"), strings.Contains(lower, "was not found in the tenant"):
		return "the resource has no service principal in this tenant: leave resource unset to use " + TokenExchangeResource + ", which needs none"
	}
	return ""
}
