package provision

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// body is the cluster as AKS shows it, without what changes by itself.
func (c *pretended) body(t *testing.T) map[string]any {
	t.Helper()
	s, err := c.keeper().clients.of(subscriber)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.clusters.Get(ctxOf(t), "rg", "prod", nil)
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(got.ManagedCluster)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(content, &out); err != nil {
		t.Fatal(err)
	}
	delete(out, "eTag")
	return out
}

// TestClusterKeepsEverythingElse compares the whole cluster before and after: a PUT that leaves something out takes it away.
func TestClusterKeepsEverythingElse(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	before := c.body(t)
	both := theCluster()
	both.WorkloadIdentity = true
	write(t, c.keeper(), both)
	after := c.body(t)
	properties := after["properties"].(map[string]any)
	equal(t, "issuer", map[string]any{"enabled": true, "issuerURL": issuer}, properties["oidcIssuerProfile"].(map[string]any))
	security := properties["securityProfile"].(map[string]any)
	equal(t, "workload identity", any(map[string]any{"enabled": true}), security["workloadIdentity"])
	delete(security, "workloadIdentity")
	properties["oidcIssuerProfile"] = map[string]any{"enabled": false}
	equal(t, "all else", before, after)
}

// TestClusterIsNeverSwitchedOff: what is on and not wanted is not seen, and stays on.
func TestClusterIsNeverSwitchedOff(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	both := theCluster()
	both.WorkloadIdentity = true
	write(t, k, both)
	c.took(true)
	live := write(t, k, theCluster())
	equal(t, "seen", estate.Fields(theCluster()), estate.Fields(live.Spec))
	write(t, k, &estate.Cluster{Subscription: subscriber, ResourceGroup: "rg", Name: "prod"})
	equal(t, "writes", []string{}, c.took(true))
	equal(t, "code", "not_removed", refused(t, k.Remove(ctxOf(t), both)).Code)
}

// TestInterruptedOperation: a run that was killed while AKS worked finds the work going on, waits, and writes nothing.
func TestInterruptedOperation(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.world.SetPace(world.Pace{Operation: 300 * time.Millisecond})
	ctx, kill := context.WithCancel(ctxOf(t))
	c.veto = func(r *http.Request) int { // dies as soon as it looks how far AKS has come
		if strings.Contains(r.URL.Path, "/operations/") {
			kill()
		}
		return 0
	}
	_, err := c.keeper().Write(ctx, "shop", theCluster(), estate.Live{})
	if e := refused(t, err); e.Code != "canceled" || e.Retry {
		t.Fatalf("killed: %v", err)
	}
	equal(t, "writes of the first run", 1, len(c.took(true)))

	k := c.keeper()
	live := read(t, k, theCluster())
	if live.Spec.(*estate.Cluster).OIDCIssuer || live.Outputs["issuer"] != "" {
		t.Error("an issuer that is not there yet counts")
	}
	live, err = k.Write(ctxOf(t), "shop", theCluster(), live)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "issuer", issuer, live.Outputs["issuer"])
	equal(t, "writes of the second run", []string{}, c.took(true))
}

func TestClusterOperationIsBounded(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.world.SetPace(world.Pace{Operation: time.Hour})
	k := c.keeper()
	k.o.Patience = 20 * time.Millisecond
	_, err := k.Write(ctxOf(t), "shop", theCluster(), estate.Live{})
	e := refused(t, err)
	equal(t, "code", "operation_slow", e.Code)
	equal(t, "text", "cannot switch on the OIDC issuer of AKS cluster prod: AKS cluster prod is still being changed after 20ms", e.Text)
	equal(t, "hint", "AKS goes on by itself: run the same again later, it takes up the wait", e.Hint)
}

// TestClusterChangedMeanwhile: somebody else's change between our read and our write is not overwritten.
func TestClusterChangedMeanwhile(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.veto = func(r *http.Request) int {
		if r.Method == http.MethodPut {
			_ = c.world.UpdateCluster(issuer, func(k *world.Cluster) error {
				k.Managed.ETag, k.Managed.Tags = "newer", map[string]string{"team": "another"}
				return nil
			})
		}
		return 0
	}
	_, err := c.keeper().Write(ctxOf(t), "shop", theCluster(), estate.Live{})
	e := refused(t, err)
	if e.Status != http.StatusPreconditionFailed || !e.Retry || e.Kind != bridge.Unreachable {
		t.Errorf("%+v", e)
	}
	k, err := c.world.Cluster(issuer)
	if err != nil || k.Managed.Tags["team"] != "another" || k.Managed.OIDCIssuer {
		t.Errorf("somebody's change is gone: %+v, %v", k.Managed, err)
	}
}

func TestClusterThatIsNotThere(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	want := theCluster()
	want.Name = "nowhere"
	if live := read(t, k, want); live.Exists() {
		t.Errorf("%+v", live)
	}
	_, err := k.Write(ctxOf(t), "shop", want, estate.Live{})
	equal(t, "code", "ResourceNotFound", refused(t, err).Code)
}
