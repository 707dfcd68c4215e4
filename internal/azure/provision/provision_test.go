package provision

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestEverything is set-up's way through Azure: nothing there, made, made again without a write, found by its mark, removed.
func TestEverything(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	for _, want := range []estate.Spec{theIdentity(), theCredential()} {
		if live := read(t, k, want); live.Exists() {
			t.Fatalf("%s is there before it was made: %+v", want.Kind(), live)
		}
	}
	cluster := read(t, k, theCluster())
	equal(t, "the cluster before", estate.Live{
		Spec:    &estate.Cluster{Subscription: subscriber, ResourceGroup: "rg", Name: "prod"},
		Outputs: map[string]string{"location": "westeurope", "tenant_id": tenant},
	}, cluster)
	c.took(true)

	cluster = write(t, k, theCluster())
	equal(t, "the cluster's issuer", issuer, cluster.Outputs["issuer"])
	identity := write(t, k, theIdentity())
	made, err := c.world.IdentityAt(groupScope + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the identity", estate.Live{
		Spec: theIdentity(), Setup: "shop",
		Outputs: map[string]string{
			"client_id": made.ClientID, "principal_id": made.ObjectID, "tenant_id": tenant,
			"id": strings.Replace(made.ResourceID, "resourceGroups", "resourcegroups", 1),
		},
	}, identity)
	equal(t, "the credential", estate.Live{Spec: theCredential(), Setup: "shop"}, write(t, k, theCredential()))
	role := theAssignment(made.ObjectID)
	assigned := write(t, k, role)
	equal(t, "the assignment", role, assigned.Spec.(*estate.RoleAssignment))
	equal(t, "its mark", "shop", assigned.Setup)
	writes := c.took(true)
	equal(t, "writes", 4, len(writes))

	for _, want := range []estate.Spec{theCluster(), theIdentity(), theCredential(), role} {
		live := write(t, k, want)
		equal(t, "again: "+string(want.Kind()), estate.Fields(want), estate.Fields(live.Spec))
		again, err := k.Write(ctxOf(t), "shop", want, estate.Live{}) // as an interrupted run would, that has not read it
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "without having read it: "+string(want.Kind()), estate.Fields(want), estate.Fields(again.Spec))
	}
	equal(t, "writes of what is there", []string{}, c.took(true))

	k.Forget()
	owned, err := k.Owned(ctxOf(t), "shop", []estate.Spec{theCluster()})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "owned, found by their marks alone", []estate.Kind{estate.KindFederatedCredential, estate.KindIdentity, estate.KindRoleAssignment}, kinds(owned))
	for _, l := range owned {
		equal(t, "whose", "shop", l.Setup)
	}
	none, err := k.Owned(ctxOf(t), "another", []estate.Spec{theCluster(), theIdentity(), role})
	if err != nil || len(none) > 0 {
		t.Errorf("another set-up owns %v, %v", none, err)
	}

	for _, l := range []estate.Spec{role, theCredential(), theIdentity()} { // as setup's order is
		for range 2 { // the second time it is gone already
			if err := k.Remove(ctxOf(t), l); err != nil {
				t.Fatalf("remove %s: %v", l.Kind(), err)
			}
		}
	}
	owned, err = k.Owned(ctxOf(t), "shop", []estate.Spec{theCluster(), theIdentity(), theCredential(), role})
	if err != nil || len(owned) > 0 {
		t.Errorf("left over: %v, %v", owned, err)
	}
	equal(t, "assignments left", 1, len(c.world.RoleAssignments())) // the operator's
}

func kinds(all []estate.Live) []estate.Kind {
	out := []estate.Kind{}
	for _, l := range all {
		out = append(out, l.Spec.Kind())
	}
	slices.Sort(out)
	return out
}

// TestRemovedInTheWrongOrder: an identity that goes first leaves its assignments behind, and they can still be removed.
func TestRemovedInTheWrongOrder(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	identity := write(t, k, theIdentity())
	write(t, k, theCredential())
	role := theAssignment(identity.Outputs["principal_id"])
	write(t, k, role)
	for _, s := range []estate.Spec{theIdentity(), theCredential(), role} {
		if err := k.Remove(ctxOf(t), s); err != nil {
			t.Fatalf("remove %s: %v", s.Kind(), err)
		}
	}
	equal(t, "assignments left", 1, len(c.world.RoleAssignments()))
}

// TestWhatOthersMadeStaysTheirs: a thing that was there keeps its mark, or that it has none.
func TestWhatOthersMadeStaysTheirs(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	c.world.AddIdentity(world.Identity{
		Name: "Web", TenantID: tenant, ClientID: world.GUID(), ObjectID: world.GUID(), Managed: true, Location: "northeurope",
		ResourceID: groupScope + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Web", Tags: map[string]string{"owner": "someone"},
		Roles: []string{"Storage Blob Data Reader on " + storageScope},
	})
	live := write(t, k, theIdentity())
	equal(t, "mark", "", live.Setup)
	equal(t, "where it is", "northeurope", live.Spec.(*estate.Identity).Location)
	role := write(t, k, theAssignment(live.Outputs["principal_id"]))
	equal(t, "mark of the assignment", "", role.Setup)
	blind, err := k.Write(ctxOf(t), "shop", theIdentity(), estate.Live{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "mark, when it was made meanwhile", "", blind.Setup)
	equal(t, "writes", []string{}, c.took(true))
	owned, err := k.Owned(ctxOf(t), "shop", []estate.Spec{theIdentity(), theAssignment(live.Outputs["principal_id"])})
	if err != nil || len(owned) > 0 {
		t.Errorf("set-up owns what others made: %v, %v", owned, err)
	}
}

// TestOwnedOfAnotherSpelling: what is wanted by GUID or in other letters is found in those words, and not as a stray.
func TestOwnedOfAnotherSpelling(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	principal := write(t, k, theIdentity()).Outputs["principal_id"]
	role := theAssignment(principal)
	role.Role, role.Scope = "2A2B9908-6EA1-4AE2-8E65-A410DF84E7D1", strings.ToUpper(storageScope[:20])+storageScope[20:]
	write(t, k, role)
	owned, err := k.Owned(ctxOf(t), "shop", []estate.Spec{role})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "owned", []estate.Live{{Spec: role, Setup: "shop", Outputs: owned[0].Outputs}}, owned)
	owned, err = k.Owned(ctxOf(t), "shop", []estate.Spec{theIdentity()})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(owned, func(l estate.Live) bool { return l.Spec.Kind() == estate.KindRoleAssignment })
	equal(t, "a stray's role", "Storage Blob Data Reader", owned[at].Spec.(*estate.RoleAssignment).Role)
}

// TestReadsAreShared: a hundred workloads are read in a few calls.
func TestReadsAreShared(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	write(t, k, theIdentity())
	write(t, k, theCredential())
	k.Forget()
	c.took(false)
	errs := make(chan error)
	for range 50 {
		for _, want := range []estate.Spec{theCluster(), theIdentity(), theCredential()} {
			go func() {
				_, err := k.Read(ctxOf(t), want)
				errs <- err
			}()
		}
	}
	for range 150 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	got := c.took(false)
	slices.Sort(got)
	equal(t, "calls", []string{
		"GET " + "/providers/Microsoft.ContainerService/managedClusters",
		"GET " + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
		"GET " + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web/federatedIdentityCredentials",
	}, got)
}

func TestFollowsNoForeignLink(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	foreign := newCloud(t)
	k := c.keeper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, foreign.server.URL+"/subscriptions", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.clients.options.Transport.Do(req)
	equal(t, "code", "link_refused", refused(t, err).Code)
	equal(t, "calls", []string{}, foreign.took(false))
}
