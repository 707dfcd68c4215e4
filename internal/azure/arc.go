package azure

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	arcBase    = "http://127.0.0.1:40342"
	arcVersion = "2020-06-01"
)

// ArcSource asks the Azure Arc agent of a machine outside Azure. The agent wants proof of local rights first: it answers
// 401 and names a file that only members of group himds may read, whose content goes back with the second request.
type ArcSource struct {
	http     *wire.Client
	clock    bridge.Clock
	endpoint string
	tokens   string
	identity identity
	resource string
}

// NewArc returns a source; it makes no call. IDENTITY_ENDPOINT moves it, as it does in Azure's SDKs.
func NewArc(d Deps, s Settings) (*ArcSource, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(Arc)
	}
	if err != nil {
		return nil, err
	}
	endpoint, err := withPath(cmp.Or(s.Endpoint, d.Env("IDENTITY_ENDPOINT"), arcBase), imdsPath)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(endpoint); err != nil || !loopback(u.Hostname()) {
		return nil, usage("endpoint_refused", "the Arc endpoint "+hostOf(endpoint)+" is not on this machine, and would be handed the agent's key", "use "+arcBase)
	}
	return &ArcSource{
		http: d.HTTP.Direct(), clock: d.Clock, endpoint: endpoint, identity: identityOf(d, s), resource: s.resource(),
		tokens: cmp.Or(d.ArcTokens, arcTokens(d.Env)),
	}, nil
}

// Describe implements bridge.Describer.
func (s *ArcSource) Describe() string {
	return s.identity.String() + " of this machine, from the Azure Arc agent at " + hostOf(s.endpoint)
}

// Assertion implements bridge.Source. The agent has no way to be asked for a fresh token, so that Fresh only means
// asking again.
func (s *ArcSource) Assertion(ctx context.Context, _ bridge.AssertionRequest) (bridge.Assertion, error) {
	q := ask{
		endpoint: s.endpoint,
		query:    url.Values{"api-version": {arcVersion}, "resource": {s.resource}},
	}
	if s.identity.name != "" {
		q.query.Set(s.identity.name, s.identity.value)
	}
	address, err := q.address()
	if err != nil {
		return bridge.Assertion{}, err
	}
	start := s.clock()
	challenge, err := s.get(ctx, address, "")
	if err != nil {
		return bridge.Assertion{}, err
	}
	if challenge.Status != http.StatusUnauthorized {
		return bridge.Assertion{}, s.unchallenged(challenge)
	}
	key, err := s.key(challenge.Header.Get("WWW-Authenticate"))
	if err != nil {
		return bridge.Assertion{}, err
	}
	a, err := s.get(ctx, address, key)
	if err != nil {
		return bridge.Assertion{}, err
	}
	if a.Status != http.StatusOK {
		return bridge.Assertion{}, s.refusal(a)
	}
	out, err := issued(a, s.clock, start, "asked "+q.place()+" for "+s.resource)
	if err != nil {
		return bridge.Assertion{}, err
	}
	return out, s.confirm(a, out)
}

func (s *ArcSource) get(ctx context.Context, address, key string) (answer, error) {
	header := http.Header{"Metadata": {"true"}}
	if key != "" {
		header.Set("Authorization", "Basic "+key)
	}
	resp, err := s.http.Get(ctx, bridge.HopHome, address, header)
	if err != nil {
		return answer{}, hinted(err, "check that the agent runs: systemctl status himdsd")
	}
	return answer{resp, bridge.HopHome, hostOf(s.endpoint)}, nil
}

// unchallenged is for an agent that answers without having asked for proof: then it is none.
func (s *ArcSource) unchallenged(a answer) error {
	if a.Status == http.StatusOK {
		out := a.bad("without asking for proof of local rights, as the Arc agent does")
		out.Code = "arc_unchallenged"
		return out
	}
	return s.refusal(a)
}

func (s *ArcSource) refusal(a answer) error {
	out, _ := a.refused()
	if hint := identityHint(out.Text, "az connectedmachine update --identity-type SystemAssigned"); hint != "" {
		out.Hint = hint
	}
	return out
}

// confirm makes sure that the identity is the one that was named: an old agent ignores the selector and gives the
// machine's own.
func (s *ArcSource) confirm(a answer, out bridge.Assertion) error {
	if s.identity.name == "" {
		return nil
	}
	var echo map[string]json.RawMessage
	if err := a.decode(&echo); err != nil {
		return err
	}
	for _, name := range []string{s.identity.name, strings.Replace(s.identity.name, "msi_res_id", "mi_res_id", 1)} {
		var value string
		if json.Unmarshal(echo[name], &value) == nil && strings.EqualFold(value, s.identity.value) {
			return nil
		}
	}
	var claims struct {
		ObjectID string `json:"oid"`
		AppID    string `json:"appid"`
		AZP      string `json:"azp"`
	}
	if tokenfile.Decode(out.Token, &claims) == nil {
		for _, value := range []string{claims.ObjectID, claims.AppID, claims.AZP} {
			if strings.EqualFold(value, s.identity.value) {
				return nil
			}
		}
	}
	return &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopHome, Code: "identity_unconfirmed",
		Text: "the Arc agent did not confirm that the token is of " + s.identity.String(),
		Hint: "older agents only give the machine's own identity: update the agent, or remove client_id, object_id, resource_id and AZURE_CLIENT_ID",
	}
}
