package google

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// accessToken turns the federated token into one of the service account.
func (at attempt) accessToken(ctx context.Context, federated bridge.Lease) (bridge.Lease, error) {
	start := at.now()
	var body struct {
		AccessToken string    `json:"accessToken"`
		ExpireTime  time.Time `json:"expireTime"`
	}
	a, err := at.callIAM(ctx, federated, "generateAccessToken", map[string]any{
		"scope":    at.scopes,
		"lifetime": strconv.Itoa(seconds(at.o.Lifetime)) + "s",
	}, &body)
	switch {
	case err != nil:
		return bridge.Lease{}, err
	case body.AccessToken == "":
		return bridge.Lease{}, a.unusable("no accessToken")
	case body.ExpireTime.IsZero():
		return bridge.Lease{}, a.unusable("no expireTime")
	}
	lease := bridge.Lease{
		Token: bridge.NewSecret(body.AccessToken), Type: bridge.AccessToken,
		Principal: bridge.Principal(at.o.ServiceAccount), Scopes: at.scopes, Expiry: body.ExpireTime,
	}
	lease.Trace = at.impersonated(federated, "access token of "+at.o.ServiceAccount, lease.Expiry, start)
	return lease, nil
}

// idToken has the service account sign an ID token. Its expiry is a claim of it: the answer names none.
func (at attempt) idToken(ctx context.Context, federated bridge.Lease) (bridge.Lease, error) {
	start := at.now()
	var body struct {
		Token string `json:"token"`
	}
	a, err := at.callIAM(ctx, federated, "generateIdToken", map[string]any{"audience": at.audience, "includeEmail": true}, &body)
	if err != nil {
		return bridge.Lease{}, err
	}
	token := bridge.NewSecret(body.Token)
	claims, err := tokenfile.Peek(token)
	if err != nil || claims.Expiry.IsZero() {
		return bridge.Lease{}, a.unusable("no ID token with an expiry")
	}
	lease := bridge.Lease{
		Token: token, Type: bridge.IDToken, Principal: bridge.Principal(at.o.ServiceAccount),
		Audience: at.audience, Expiry: claims.Expiry,
	}
	lease.Trace = at.impersonated(federated, "ID token of "+at.o.ServiceAccount+" for "+at.audience, lease.Expiry, start)
	return lease, nil
}

// callIAM calls one method of the service account. The project in the path is always "-".
func (at attempt) callIAM(ctx context.Context, federated bridge.Lease, method string, body map[string]any, into any) (answer, error) {
	if len(at.o.Delegates) > 0 {
		chain := make([]string, len(at.o.Delegates))
		for i, d := range at.o.Delegates {
			chain[i] = "projects/-/serviceAccounts/" + d
		}
		body["delegates"] = chain
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return answer{}, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopImpersonate, Code: "encode", Text: "cannot encode the request", Cause: err}
	}
	header := http.Header{"Authorization": {"Bearer " + federated.Token.Reveal()}, "Accept": {"application/json"}}
	if at.o.QuotaProject != "" {
		header.Set("X-Goog-User-Project", at.o.QuotaProject)
	}
	resp, err := at.o.Wire.PostJSON(ctx, bridge.HopImpersonate, at.iam+"/v1/projects/-/serviceAccounts/"+url.PathEscape(at.o.ServiceAccount)+":"+method, header, payload)
	if err != nil {
		return answer{}, err
	}
	a := answer{hop: bridge.HopImpersonate, from: host(at.iam), resp: resp}
	if resp.Status != http.StatusOK {
		return a, at.explain(a.refusal())
	}
	return a, a.decode(into)
}

func (at attempt) impersonated(federated bridge.Lease, what string, expiry, start time.Time) []bridge.Step {
	return step(federated.Trace, bridge.Step{
		Hop: bridge.HopImpersonate, Who: at.o.ServiceAccount, What: what, Expiry: expiry, Took: at.now().Sub(start),
	})
}
