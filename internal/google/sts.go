package google

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

// federate is the token exchange (RFC 8693) at Google's Security Token Service. The call carries no Authorization
// header: Google's reference warns that one can make it fail.
func (at attempt) federate(ctx context.Context, scopes []string) (bridge.Lease, error) {
	start := at.now()
	kind := at.assertion.Type
	if kind == "" {
		kind = bridge.JWT
	}
	resp, err := at.o.Wire.PostForm(ctx, bridge.HopSTS, at.sts+"/v1/token", http.Header{"Accept": {"application/json"}}, url.Values{
		"grant_type":           {tokenExchange},
		"requested_token_type": {string(bridge.AccessToken)},
		"audience":             {at.provider.Name()},
		"scope":                {strings.Join(scopes, " ")},
		"subject_token_type":   {string(kind)},
		"subject_token":        {at.assertion.Token.Reveal()},
	})
	if err != nil {
		return bridge.Lease{}, err
	}
	answer := answer{hop: bridge.HopSTS, from: host(at.sts), resp: resp}
	if resp.Status != http.StatusOK {
		return bridge.Lease{}, at.explain(answer.refusal())
	}
	var body struct {
		AccessToken     string          `json:"access_token"`
		IssuedTokenType string          `json:"issued_token_type"`
		TokenType       string          `json:"token_type"`
		ExpiresIn       json.RawMessage `json:"expires_in"`
	}
	if err := answer.decode(&body); err != nil {
		return bridge.Lease{}, err
	}
	switch {
	case body.AccessToken == "":
		return bridge.Lease{}, answer.unusable("no access_token")
	case !strings.EqualFold(body.TokenType, "Bearer"):
		return bridge.Lease{}, answer.unusable(fmt.Sprintf("token_type %q where Bearer is due", short(body.TokenType)))
	case body.IssuedTokenType != "" && body.IssuedTokenType != string(bridge.AccessToken):
		return bridge.Lease{}, answer.unusable(fmt.Sprintf("issued_token_type %q where an access token is due", short(body.IssuedTokenType)))
	}
	life, err := expiresIn(answer, body.ExpiresIn)
	if err != nil {
		return bridge.Lease{}, err
	}
	end := at.now()
	lease := bridge.Lease{
		Token: bridge.NewSecret(body.AccessToken), Type: bridge.AccessToken,
		Principal: at.provider.Principal(at.assertion.Subject), Scopes: scopes,
		Expiry: start.Add(life), // from before the call: a slow answer must not lengthen a life
	}
	lease.Trace = step(at.assertion.Trace, bridge.Step{
		Hop: bridge.HopSTS, Who: string(lease.Principal), Expiry: lease.Expiry, Took: end.Sub(start),
		What: "exchange at " + host(at.sts) + " through provider " + at.provider.Pool + "/" + at.provider.ID,
	})
	return lease, nil
}

// expiresIn reads the life of a federated token. Google leaves it out when the assertion has a couple of seconds left,
// for a federated token never outlives its assertion; a fresh assertion helps.
func expiresIn(a answer, raw json.RawMessage) (time.Duration, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, dying("expires_in_absent", a.from+" answered without expires_in: the assertion is about to expire")
	}
	var n int64
	if err := json.Unmarshal(raw, &n); err != nil {
		return 0, a.unusable("an expires_in that is not a whole number")
	}
	if n <= 0 {
		return 0, dying("expires_in_not_positive", fmt.Sprintf("%s answered expires_in %d: the token is dead already", a.from, n))
	}
	return time.Duration(min(n, int64(MaxLifetime/time.Second))) * time.Second, nil
}

func dying(code, text string) error {
	return &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopSTS, Code: code, Text: text, Stale: true, Status: http.StatusOK,
		Hint: "project the service-account token with expirationSeconds: 7200 or more, so that it is renewed in time; check the clock",
	}
}
