package google_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// TestLegs: the two legs alone come to what the whole exchange comes to.
func TestLegs(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: stsOK, accessPath: iamOK})
	x := newExchange(t, f, impersonating)
	federated, err := x.Federate(t.Context(), assertion())
	if err != nil {
		t.Fatal(err)
	}
	if len(federated.Trace) == 0 || federated.Trace[len(federated.Trace)-1].Hop != bridge.HopSTS {
		t.Errorf("the first leg's trace: %+v", federated.Trace)
	}
	lease, err := x.Impersonate(t.Context(), assertion(), federated)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := x.Exchange(t.Context(), assertion(), bridge.LeaseRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if lease.Principal != whole.Principal || len(lease.Trace) != len(whole.Trace) {
		t.Errorf("legs: %s %+v, whole: %s %+v", lease.Principal, lease.Trace, whole.Principal, whole.Trace)
	}
}

// TestIDTokenOfAnOperator: a person's refusal names the person's role, not the workload's.
func TestIDTokenOfAnOperator(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{idPath: {status: 403, body: `{"error":{"code":403,"message":"Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist).","status":"PERMISSION_DENIED"}}`}})
	o := google.ExchangeOptions{Wire: wire.New(wire.Options{NoProxy: true}), Clock: clock, ServiceAccount: account, IAMEndpoint: f.URL}
	_, err := google.IDToken(t.Context(), o, bridge.Lease{Token: bridge.NewSecret("ya29.person")}, "api://AzureADTokenExchange")
	if bridge.KindOf(err) != bridge.Denied || !strings.Contains(bridge.HintOf(err), "--role=roles/iam.serviceAccountOpenIdTokenCreator") {
		t.Errorf("%v; hint %q", err, bridge.HintOf(err))
	}
	_, err = google.IDToken(t.Context(), google.ExchangeOptions{}, bridge.Lease{}, "x")
	if bridge.KindOf(err) != bridge.Fault {
		t.Errorf("%v", err)
	}
}
