// Package google is the Google shore: the Security Token Service, service-account impersonation, the metadata identity
// token, credential files, and the few Vertex AI calls that the tour makes.
//
// Assertions enter, leases leave; every answer of Google's is judged by its shape and refused with Google's own words, the
// reason and the fix. It must never retry, never cache, never send a token to a host that the operator did not name or
// that is not Google's, and never put one into an error.
package google

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// CloudPlatform is the scope that covers every Google Cloud API; IAM roles narrow it.
const CloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// Lifetimes of a service-account token.
const (
	DefaultLifetime = time.Hour
	MaxLifetime     = 12 * time.Hour // with the organisation's leave
)

// ExchangeOptions configure an Exchange. Wire, Clock and Provider are needed.
type ExchangeOptions struct {
	Wire  *wire.Client
	Clock bridge.Clock
	// Provider is the workload identity pool provider that trusts the assertion's issuer; see ParseProvider.
	Provider string
	// AssertionAudience is the "aud" to ask of the assertion's source, where the provider lists allowed audiences;
	// the provider's own name when empty.
	AssertionAudience string
	// ServiceAccount to impersonate; when empty the federated token itself is the lease (direct access).
	ServiceAccount string
	// Delegates lead from the federated principal to ServiceAccount, each allowed to mint tokens for the next.
	Delegates []string
	// Scopes of a lease whose request names none; CloudPlatform when empty.
	Scopes []string
	// Lifetime of a service-account token; an hour when zero. More needs AllowLongLifetime.
	Lifetime          time.Duration
	AllowLongLifetime bool
	// QuotaProject is billed for the calls to IAM Service Account Credentials.
	QuotaProject string
	// Region keeps the exchange at sts.REGION.rep.googleapis.com.
	Region string
	// UniverseDomain of another Google Cloud than the public one.
	UniverseDomain string
	// STSEndpoint and IAMEndpoint replace Google's base URLs: https, or http on loopback.
	STSEndpoint, IAMEndpoint string
}

// Exchange turns an assertion into a Google lease. It implements bridge.Exchanger.
type Exchange struct {
	o        ExchangeOptions
	provider Provider
	sts, iam string // base URLs
}

var _ bridge.Exchanger = (*Exchange)(nil)

// NewExchange checks the options; it calls nobody.
func NewExchange(o ExchangeOptions) (*Exchange, error) {
	if o.Wire == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopSTS, Code: "exchange_incomplete", Text: "an exchange needs a wire client and a clock"}
	}
	p, err := ParseProvider(o.Provider)
	if err != nil {
		return nil, err
	}
	if err := checkImpersonation(o); err != nil {
		return nil, err
	}
	domain, err := Universe(o.UniverseDomain)
	if err != nil {
		return nil, err
	}
	if o.Region != "" && !regionForm().MatchString(o.Region) {
		return nil, usage("region_invalid", fmt.Sprintf("sts region %q is not a region", o.Region), "use a region such as europe-west4, or leave it out for the global endpoint")
	}
	if o.Region != "" && o.STSEndpoint != "" {
		return nil, usage("endpoint_ambiguous", "both a region and an endpoint of sts are named", "keep one of the two")
	}
	x := &Exchange{o: o, provider: p}
	if x.sts, err = Endpoint("sts", o.STSEndpoint, stsHost(o.Region, domain)); err != nil {
		return nil, err
	}
	if x.iam, err = Endpoint("iamcredentials", o.IAMEndpoint, iamService+"."+domain); err != nil {
		return nil, err
	}
	if len(x.o.Scopes) == 0 {
		x.o.Scopes = []string{CloudPlatform}
	}
	if x.o.Lifetime == 0 {
		x.o.Lifetime = DefaultLifetime
	}
	if x.o.AssertionAudience == "" {
		x.o.AssertionAudience = p.Audience()
	}
	return x, nil
}

func checkImpersonation(o ExchangeOptions) error {
	switch {
	case o.ServiceAccount == "" && len(o.Delegates) > 0:
		return usage("delegates_without_service_account", "delegates are named, but no service account that they lead to", "name the service account, or drop the delegates for direct access")
	case o.ServiceAccount == "" && o.Lifetime != 0:
		return usage("lifetime_without_service_account", "a lifetime is set, but with direct access the lease lives as long as the assertion, at most an hour", "name a service account, or drop the lifetime")
	case o.Lifetime < 0 || o.Lifetime%time.Second != 0:
		return usage("lifetime_invalid", fmt.Sprintf("lifetime %v is not a number of seconds", o.Lifetime), "use 3600s or less")
	case o.Lifetime != 0 && o.Lifetime <= bridge.MinLife:
		return usage("lifetime_too_short", fmt.Sprintf("a lifetime of %d s is not more than the %d s that a lease has when it is handed out", seconds(o.Lifetime), seconds(bridge.MinLife)), "use 3600s")
	case o.Lifetime > MaxLifetime:
		return usage("lifetime_too_long", fmt.Sprintf("a lifetime of %d s is longer than the %d s that google ever allows", seconds(o.Lifetime), seconds(MaxLifetime)), "use 3600s or less")
	case o.Lifetime > DefaultLifetime && !o.AllowLongLifetime:
		return usage("lifetime_too_long", fmt.Sprintf("a lifetime of %d s is longer than the 3600 s that google allows without an organisation policy", seconds(o.Lifetime)),
			fmt.Sprintf("use 3600s or less; or have %s listed in constraints/iam.allowServiceAccountCredentialLifetimeExtension and then allow the long lifetime explicitly", o.ServiceAccount))
	}
	for _, sa := range append(slices.Clone(o.Delegates), o.ServiceAccount) {
		if strings.ContainsAny(sa, "/:?#% \t\r\n") {
			return usage("service_account_invalid", fmt.Sprintf("%q is not the e-mail or unique id of a service account", sa), "use NAME@PROJECT.iam.gserviceaccount.com")
		}
	}
	return nil
}

// AssertionAudience implements bridge.Exchanger.
func (x *Exchange) AssertionAudience() string { return x.o.AssertionAudience }

// Provider is the provider that the exchange goes through.
func (x *Exchange) Provider() Provider { return x.provider }

// Exchange implements bridge.Exchanger: one call to STS, and with a service account one more to IAM.
func (x *Exchange) Exchange(ctx context.Context, a bridge.Assertion, req bridge.LeaseRequest) (bridge.Lease, error) {
	direct := x.o.ServiceAccount == ""
	if direct && req.Audience != "" {
		return bridge.Lease{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopImpersonate, Code: "id_token_needs_service_account",
			Text: "an ID token was asked for, but with direct access there is no service account that could sign it",
			Hint: "name a service account to impersonate, and grant " + string(x.provider.Principal(a.Subject)) + " roles/iam.workloadIdentityUser on it",
		}
	}
	scopes := req.Scopes
	if len(scopes) == 0 {
		scopes = x.o.Scopes
	}
	at := attempt{Exchange: x, assertion: a, scopes: scopes, audience: req.Audience}
	if direct {
		return at.federate(ctx, scopes)
	}
	// The federated token only opens the service account: it needs no scope of the request.
	federated, err := at.federate(ctx, []string{CloudPlatform})
	if err != nil {
		return bridge.Lease{}, err
	}
	if req.Audience != "" {
		return at.idToken(ctx, federated)
	}
	return at.accessToken(ctx, federated)
}

// attempt is one exchange under way: what refusals are explained with.
type attempt struct {
	*Exchange
	assertion bridge.Assertion
	scopes    []string
	audience  string
}

// step appends to a trace without touching the array that others may hold.
func step(trace []bridge.Step, s bridge.Step) []bridge.Step { return append(slices.Clip(trace), s) }

func (x *Exchange) now() time.Time { return x.o.Clock().Round(0) }

func seconds(d time.Duration) int { return int(d / time.Second) }

func usage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Code: code, Text: text, Hint: hint}
}
