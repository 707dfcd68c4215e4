package google

import (
	"context"
	"errors"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Federate is the first leg of an exchange alone: STS. The lease is the federated principal's own.
func (x *Exchange) Federate(ctx context.Context, a bridge.Assertion) (bridge.Lease, error) {
	return attempt{Exchange: x, assertion: a, scopes: x.o.Scopes}.federate(ctx, x.o.Scopes)
}

// Impersonate is the second leg alone: the access token of the exchange's service account, for what Federate gave for the
// assertion.
func (x *Exchange) Impersonate(ctx context.Context, a bridge.Assertion, federated bridge.Lease) (bridge.Lease, error) {
	if x.o.ServiceAccount == "" {
		return federated, nil
	}
	return attempt{Exchange: x, assertion: a, scopes: x.o.Scopes}.accessToken(ctx, federated)
}

// IDToken has a service account sign an ID token for whoever the lease belongs to: an operator with
// roles/iam.serviceAccountOpenIdTokenCreator proves with it what a program that runs as the account would. Of the options
// Wire, Clock, ServiceAccount and IAMEndpoint count.
func IDToken(ctx context.Context, o ExchangeOptions, caller bridge.Lease, audience string) (bridge.Lease, error) {
	if o.Wire == nil || o.Clock == nil || o.ServiceAccount == "" || audience == "" {
		return bridge.Lease{}, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopImpersonate, Code: "id_token_incomplete", Text: "an ID token needs a wire client, a clock, a service account and an audience"}
	}
	if err := checkImpersonation(o); err != nil {
		return bridge.Lease{}, err
	}
	base, err := Endpoint("iamcredentials", o.IAMEndpoint, iamService+"."+DefaultUniverse)
	if err != nil {
		return bridge.Lease{}, err
	}
	x := &Exchange{o: o, iam: strings.TrimSuffix(base, "/")}
	lease, err := attempt{Exchange: x, audience: audience}.idToken(ctx, caller)
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Kind == bridge.Denied {
		// The hint speaks of a workload; here it is a person who asks.
		e.Hint = "gcloud iam service-accounts add-iam-policy-binding " + o.ServiceAccount + " --role=roles/iam.serviceAccountOpenIdTokenCreator --member=user:YOU"
	}
	return lease, err
}
