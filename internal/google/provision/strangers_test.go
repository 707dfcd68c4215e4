package provision_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/estate"
)

func TestStrangersOfAPool(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	pool := c.pool()
	mine := provider()
	c.write(mine)
	other, forgotten := provider(), provider()
	other.ID, forgotten.ID, forgotten.Disabled = "evil-one", "asleep", true
	if _, err := c.Write(t.Context(), "another", other, estate.Live{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(t.Context(), "another", forgotten, estate.Live{}); err != nil {
		t.Fatal(err)
	}
	found, err := c.Strangers(t.Context(), setup, []estate.Spec{pool, mine})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d, %v", len(found), err)
	}
	if p := found[0].Spec.(*estate.Provider); p.ID != "evil-one" || p.Issuer != other.Issuer || found[0].Setup != "another" {
		t.Errorf("%+v", found[0])
	}
}
