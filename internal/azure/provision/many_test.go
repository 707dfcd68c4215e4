package provision

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// TestAHundredWorkloadsOnFiveClusters reads what a large set-up reads, each call as late as over a slow line, and 32 at a
// time, as set-up does. The calls are counted; how long they take is the machine's affair, a second on a quiet one.
func TestAHundredWorkloadsOnFiveClusters(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const workloads, latency = 100, 50 * time.Millisecond
	var wanted []estate.Spec
	for n := range 5 {
		name := fmt.Sprintf("c%d", n)
		c.world.AddCluster(world.Cluster{
			Name: name, TenantID: tenant, Issuer: strings.Replace(issuer, "77777777", fmt.Sprintf("7777777%d", n), 1),
			Managed: &world.ManagedCluster{Subscription: subscriber, ResourceGroup: "rg", Location: "westeurope", OIDCIssuer: true},
		})
		wanted = append(wanted, &estate.Cluster{Subscription: subscriber, ResourceGroup: "rg", Name: name, OIDCIssuer: true})
	}
	for n := range workloads {
		name, principal := fmt.Sprintf("w%d", n), world.GUID()
		i := world.Identity{
			Name: name, TenantID: tenant, ClientID: world.GUID(), ObjectID: principal, Managed: true, Location: "westeurope",
			ResourceID: groupScope + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + name,
			Tags:       map[string]string{estate.AzureMarkKey: "shop"}, Roles: []string{"Storage Blob Data Reader on " + storageScope},
		}
		wanted = append(wanted, &estate.Identity{Subscription: subscriber, ResourceGroup: "rg", Name: name, Location: "westeurope"}, theAssignment(principal))
		for m := range 5 {
			f := numbered(n)
			f.Identity, f.Name, f.Issuer = name, fmt.Sprint(f.Name, "-c", m), strings.Replace(issuer, "77777777", fmt.Sprintf("7777777%d", m), 1)
			i.Credentials = append(i.Credentials, trust.FederatedCredential{Name: f.Name, Issuer: f.Issuer, Subject: f.Subject, Audiences: []string{audience}})
			wanted = append(wanted, f)
		}
		c.world.AddIdentity(i)
	}
	slow := c.server.Config.Handler
	c.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(latency)
		defer timer.Stop()
		<-timer.C
		slow.ServeHTTP(rw, r)
	})
	k := c.keeper()
	began := time.Now()
	slots, errs := make(chan struct{}, 32), make([]error, len(wanted))
	var wg sync.WaitGroup
	for n, want := range wanted {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			live, err := k.Read(ctxOf(t), want)
			if err == nil && !live.Exists() {
				err = fmt.Errorf("%s %d is not there", want.Kind(), n)
			}
			errs[n] = err
		})
	}
	wg.Wait()
	if n := slices.IndexFunc(errs, func(err error) bool { return err != nil }); n >= 0 {
		t.Fatal(errs[n])
	}
	owned, err := k.Owned(ctxOf(t), "shop", wanted)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	equal(t, "owned: identities, and their credentials", workloads*6, len(owned))
	calls := len(c.took(false))
	if most := 1 + 1 + 1 + 2*workloads; calls > most {
		t.Errorf("%d calls, %d would do", calls, most)
	}
	t.Logf("%d things in %d calls and %s", len(wanted), calls, took)
}
