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

func numbered(n int) *estate.FederatedCredential {
	f := theCredential()
	f.Name, f.Subject = estate.CredentialName("shop", fmt.Sprintf("w-%d", n)), fmt.Sprintf("system:serviceaccount:shop:w-%d", n)
	return f
}

// TestCredentialsAreWrittenOneAtATime: the pretended Azure refuses two writes at a time, as the real one does; each takes a
// while, so that two would meet.
func TestCredentialsAreWrittenOneAtATime(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	write(t, k, theIdentity())
	c.world.SetPace(world.Pace{Latency: 3 * time.Millisecond})
	errs := make(chan error)
	for n := range 20 {
		go func() {
			_, err := k.Write(ctxOf(t), "shop", numbered(n), estate.Live{})
			errs <- err
		}()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	equal(t, "writes at once", 1, c.most)
	_, err := k.Write(ctxOf(t), "shop", numbered(20), estate.Live{})
	e := refused(t, err)
	equal(t, "the 21st", "identity web has 20 federated credentials, and Azure takes no more", e.Text)
	if e.Kind != bridge.Usage || e.Retry || !strings.Contains(e.Hint, "route: direct") {
		t.Errorf("%+v", e)
	}
	changed := numbered(3)
	changed.Audience = "api://other"
	if _, err := k.Write(ctxOf(t), "shop", changed, estate.Live{}); err != nil {
		t.Errorf("a full identity's credentials can still be changed: %v", err)
	}
}

// TestConflictOfAnotherWriter: somebody else writes to the identity. The refusal says to come back, and we leave the identity
// alone until then.
func TestConflictOfAnotherWriter(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	identity := write(t, k, theIdentity())
	done, ok := c.world.WriteCredentials(identity.Outputs["client_id"])
	if !ok {
		t.Fatal("somebody is at it already")
	}
	_, err := k.Write(ctxOf(t), "shop", theCredential(), estate.Live{})
	e := refused(t, err)
	equal(t, "code", "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", e.Code)
	if !e.Retry || e.RetryAfter != k.o.Pause || e.Status != http.StatusConflict || e.Kind != bridge.Unreachable {
		t.Errorf("%+v", e)
	}
	done()
	began := time.Now()
	if _, err := k.Write(ctxOf(t), "shop", theCredential(), estate.Live{}); err != nil {
		t.Fatal(err)
	}
	if paused := time.Since(began); paused < k.o.Pause/2 {
		t.Errorf("wrote again after %s", paused)
	}
}

func TestCredentialRefusals(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	write(t, k, theIdentity())
	write(t, k, theCredential())
	c.took(true)
	change := func(f func(*estate.FederatedCredential)) *estate.FederatedCredential {
		out := theCredential()
		f(out)
		return out
	}
	tests := map[string]struct {
		want             *estate.FederatedCredential
		code, text, hint string
	}{
		"the same pair under another name": {
			change(func(f *estate.FederatedCredential) { f.Name = "landbridge_other_web" }), "credential_exists",
			"identity web trusts this issuer and subject already, by its federated credential landbridge_shop_prod-web: Azure takes the pair once",
			"it belongs to the set-up shop: take the workload out of that file, or remove it first: az identity federated-credential delete --name landbridge_shop_prod-web --identity-name web --resource-group rg",
		},
		"a long name": {
			change(func(f *estate.FederatedCredential) { f.Name = "x_" + strings.Repeat("y", 119) }), "credential_name",
			`federated credential name "x_` + strings.Repeat("y", 119) + `" is not one that Azure takes`,
			"3 to 120 letters, digits, - and _, a letter or digit first: shorten the names of set-up, cluster or workload",
		},
		"two audiences": {
			change(func(f *estate.FederatedCredential) { f.Audience = "a, b" }), "credential_audience",
			"federated credential landbridge_shop_prod-web must have exactly one audience", "api://AzureADTokenExchange",
		},
		"no issuer": {
			change(func(f *estate.FederatedCredential) { f.Issuer = "" }), "credential_empty",
			"federated credential landbridge_shop_prod-web has no issuer or no subject", "switch on the cluster's OIDC issuer first",
		},
		"an identity that is not there": {
			change(func(f *estate.FederatedCredential) { f.Identity = "nobody" }), "ParentResourceNotFound",
			"cannot write the federated credential landbridge_shop_prod-web of nobody: Failed to perform 'write' on resource(s) of type 'userAssignedIdentities/federatedIdentityCredentials', because the parent resource '" +
				groupScope + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody' could not be found.", "",
		},
		"Entra as the issuer": {
			change(func(f *estate.FederatedCredential) {
				f.Issuer = "https://login.microsoftonline.com/" + tenant + "/v2.0"
			}), "BadRequest",
			"cannot write the federated credential landbridge_shop_prod-web of web: Issuer: AAD-issued tokens may not be used for federated identity flows.", "",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.keeper().Write(ctxOf(t), "shop", tc.want, estate.Live{})
			e := refused(t, err)
			equal(t, "code", tc.code, e.Code)
			equal(t, "text", tc.text, said(e))
			equal(t, "hint", tc.hint, e.Hint)
			if e.Kind != bridge.Usage || e.Retry {
				t.Errorf("kind %v, retry %v", e.Kind, e.Retry)
			}
		})
	}
}

// TestCredentialChanged: another issuer or subject under the same name is a change of it.
func TestCredentialChanged(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	write(t, k, theIdentity())
	write(t, k, theCredential())
	moved := theCredential()
	moved.Issuer = strings.Replace(issuer, "westeurope", "northeurope", 1)
	equal(t, "changed", estate.Live{Spec: moved, Setup: "shop"}, write(t, k, moved))
	equal(t, "read", estate.Live{Spec: moved, Setup: "shop"}, read(t, k, theCredential()))
}
