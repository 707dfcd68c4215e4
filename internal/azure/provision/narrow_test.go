package provision

import (
	"testing"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestOperatorOfOneResourceGroup: who may do everything in one resource group, and nothing in the subscription, can set up
// what lies in it.
func TestOperatorOfOneResourceGroup(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const local = "dddddddd-2222-4333-8444-555555555555"
	c.world.AddIdentity(world.Identity{
		Name: "local@example.com", TenantID: tenant, ObjectID: local, User: true,
		Roles: []string{"Contributor on " + groupScope, "Role Based Access Control Administrator on " + groupScope},
	})
	k := c.keeperOf(local)
	write(t, k, theCluster())
	principal := write(t, k, theIdentity()).Outputs["principal_id"]
	write(t, k, theCredential())
	role := theAssignment(principal)
	equal(t, "assignment", estate.Fields(role), estate.Fields(write(t, k, role).Spec))
	c.took(true)
	for _, want := range []estate.Spec{theCluster(), theIdentity(), theCredential(), role} {
		write(t, k, want)
	}
	equal(t, "writes of what is there", []string{}, c.took(true))
	k.Forget()
	owned, err := k.Owned(ctxOf(t), "shop", []estate.Spec{theCluster()})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "owned", []estate.Kind{estate.KindFederatedCredential, estate.KindIdentity, estate.KindRoleAssignment}, kinds(owned))
	if err := k.Remove(ctxOf(t), role); err != nil {
		t.Fatal(err)
	}
	if live := read(t, k, role); live.Exists() {
		t.Errorf("%+v", live)
	}
}
