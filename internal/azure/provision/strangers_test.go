package provision

import (
	"testing"

	"github.com/landbridge/landbridge/internal/estate"
)

func TestStrangersOfAnIdentity(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	k := c.keeper()
	write(t, k, theIdentity())
	write(t, k, theCredential())
	evil := theCredential()
	evil.Name, evil.Issuer, evil.Subject = "github", "https://token.actions.githubusercontent.com", "repo:a/b:ref:refs/heads/main"
	write(t, k, evil)
	found, err := k.Strangers(ctxOf(t), "prod", []estate.Spec{theIdentity(), theCredential()})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d, %v", len(found), err)
	}
	equal(t, "name", "github", found[0].Spec.(*estate.FederatedCredential).Name)
}
