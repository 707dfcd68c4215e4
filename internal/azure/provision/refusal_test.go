package provision

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestWhoMay: each refusal names the role to ask for, for the one who asked.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	principal := write(t, c.keeper(), theIdentity()).Outputs["principal_id"]
	ask := func(role, at string) string {
		return fmt.Sprintf("ask for the role %s: az role assignment create --assignee-object-id %s --role %q --scope %s; it takes some minutes, and a new sign-in", role, stranger, role, at)
	}
	group := "/subscriptions/" + subscriber + "/resourceGroups/rg"
	reads := map[string]struct {
		want estate.Spec
		hint string
	}{
		"clusters":    {theCluster(), ask("Azure Kubernetes Service Cluster User Role", group)},
		"identities":  {theIdentity(), ask("Managed Identity Contributor", group)},
		"credentials": {theCredential(), ask("Managed Identity Contributor", group)},
		"assignments": {theAssignment(principal), ask("Reader", storageScope)},
	}
	for name, tc := range reads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.keeperOf(stranger).Read(ctxOf(t), tc.want)
			e := refused(t, err)
			if e.Code != "AuthorizationFailed" || e.Kind != bridge.Denied || e.Retry || e.Status != http.StatusForbidden || e.Hop != bridge.HopARM {
				t.Errorf("%+v", e)
			}
			equal(t, "hint", tc.hint, e.Hint)
		})
	}
}

// TestWhoMayWrite: a reader may plan and not apply; the refusal names what is missing for that.
func TestWhoMayWrite(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	principal := write(t, c.keeper(), theIdentity()).Outputs["principal_id"]
	const reader = "cccccccc-2222-4333-8444-555555555555"
	c.world.AddIdentity(world.Identity{Name: "reader@example.com", TenantID: tenant, ObjectID: reader, User: true, Roles: []string{"Reader on " + scope}})
	other := theIdentity()
	other.Name = "other"
	for role, want := range map[string]estate.Spec{
		clusterWriter: theCluster(), identityWriter: other, assigner: theAssignment(principal),
	} {
		k := c.keeperOf(reader)
		live := read(t, k, want)
		_, err := k.Write(ctxOf(t), "shop", want, live)
		e := refused(t, err)
		at := "/subscriptions/" + subscriber + "/resourceGroups/rg"
		if role == assigner {
			at = storageScope
		}
		equal(t, "hint", fmt.Sprintf("ask for the role %s: az role assignment create --assignee-object-id %s --role %q --scope %s; it takes some minutes, and a new sign-in", role, reader, role, at), e.Hint)
	}
	_, err := c.keeperOf(reader).Write(ctxOf(t), "shop", theCredential(), estate.Live{})
	const text = "cannot write the federated credential landbridge_shop_prod-web of web: The client 'reader@example.com' with object id '" + reader +
		"' does not have authorization to perform action 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write' over scope '" + groupScope
	if e := refused(t, err); !strings.HasPrefix(e.Text, text) {
		t.Errorf("text: %s", e.Text)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	principal := write(t, k, theIdentity()).Outputs["principal_id"]
	elsewhere, nowhere, role := theIdentity(), theIdentity(), theAssignment(principal)
	elsewhere.Subscription, nowhere.ResourceGroup, role.Role = "66666666-0000-4666-8666-666666666666", "nowhere", "Blob Reeder"
	unplaced, newborn := theIdentity(), theAssignment("cccccccc-cccc-4ccc-8ccc-cccccccccccc")
	unplaced.Name, unplaced.Location = "unplaced", ""
	tests := map[string]struct {
		do               func() error
		code, text, hint string
		kind             bridge.Kind
		retry            bool
	}{
		"no such subscription": {
			func() error { _, err := k.Read(ctxOf(t), elsewhere); return err }, "SubscriptionNotFound",
			"cannot list the managed identities of resource group rg: The subscription '66666666-0000-4666-8666-666666666666' could not be found.",
			"correct the subscription in landbridge.yaml, or sign in to its tenant: az account list --output table", bridge.Usage, false,
		},
		"no such resource group": {
			func() error { _, err := k.Read(ctxOf(t), nowhere); return err }, "ResourceGroupNotFound",
			"cannot list the managed identities of resource group nowhere: Resource group 'nowhere' could not be found.",
			"make it, or correct the resource group in landbridge.yaml: az group list --output table", bridge.Usage, false,
		},
		"no such role": {
			func() error { _, err := k.Read(ctxOf(t), role); return err }, "role_unknown",
			`there is no role "Blob Reeder" that can be assigned on ` + storageScope,
			`correct it in landbridge.yaml: az role definition list --name "Blob Reeder"; custom roles need the subscription among their assignable scopes`, bridge.Usage, false,
		},
		"no location": {
			func() error { _, err := k.Write(ctxOf(t), "shop", unplaced, estate.Live{}); return err }, "location_missing",
			"no location is named for the managed identity unplaced",
			"set setup.azure.location, as a rule the resource group's: az group show --name rg --query location", bridge.Usage, false,
		},
		"a principal that Entra does not know": {
			func() error { _, err := k.Write(ctxOf(t), "shop", newborn, estate.Live{}); return err }, "PrincipalNotFound",
			"cannot give cccccccc-cccc-4ccc-8ccc-cccccccccccc the role Storage Blob Data Reader on " + storageScope + ": Principal cccccccccccc4ccc8ccccccccccccccc does not exist in the directory " + tenant +
				". Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. " +
				"In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. ...",
			"a new identity is known everywhere after a minute: try again", bridge.Unreachable, true,
		},
		"something else": {
			func() error { _, err := k.Read(ctxOf(t), &estate.Pool{}); return err }, "wrong_side", "a pool is not Azure's", "", bridge.Fault, false,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := refused(t, tc.do())
			equal(t, "code", tc.code, e.Code)
			equal(t, "text", tc.text, said(e))
			equal(t, "hint", tc.hint, e.Hint)
			if e.Kind != tc.kind || e.Retry != tc.retry {
				t.Errorf("kind %v, retry %v", e.Kind, e.Retry)
			}
		})
	}
}

// TestFaults: throttling and outages say whether and when to come back, and one call makes one attempt.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault world.Fault
		code  string
		after time.Duration
		retry bool
	}{
		"throttled":  {world.Fault{Status: 429, RetryAfter: 17 * time.Second}, "TooManyRequests", 17 * time.Second, true},
		"overloaded": {world.Fault{Status: 503}, "ServerBusy", 0, true},
		"broken":     {world.Fault{Status: 500}, "InternalServerError", 0, true},
		"a proxy":    {world.Fault{HTML: true}, "bad_answer", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			c.world.SetFault("arm", tc.fault)
			_, err := c.keeper().Read(ctxOf(t), theIdentity())
			e := refused(t, err)
			if e.Kind != bridge.Unreachable || e.Code != tc.code || e.RetryAfter != tc.after || e.Retry != tc.retry {
				t.Errorf("%+v", e)
			}
			equal(t, "attempts", 1, len(c.took(false)))
		})
	}
	c := newCloud(t)
	k := c.keeper()
	c.server.Close()
	_, err := k.Read(ctxOf(t), theIdentity())
	if e := refused(t, err); e.Code != "unreachable" || !e.Retry {
		t.Errorf("%+v", e)
	}
}
