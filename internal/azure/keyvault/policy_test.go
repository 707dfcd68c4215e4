package keyvault_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
)

// TestPolicyKeepsASecretGood lets processes come by at any time and die after any step: a version that is good is always there, none is older than
// the policy lets it, and none is taken away before its overlap is over.
func TestPolicyKeepsASecretGood(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		policy := keyvault.Policy{Every: 30 * 24 * time.Hour, Overlap: time.Duration(rapid.IntRange(1, 29*24).Draw(t, "overlap")) * time.Hour}
		now := noon
		all := []keyvault.Version{{ID: "0", Enabled: true, Created: now, Tags: map[string]string{}}} // the newest first
		for range rapid.IntRange(1, 80).Draw(t, "visits") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40*24).Draw(t, "hours")) * time.Hour)
			want := policy.Next(all, now)
			if u := want.Unrecorded; u.ID != "" && rapid.Bool().Draw(t, "recorded") {
				u.Tags[keyvault.RecordedTag] = u.Tags[keyvault.RotationTag]
			}
			if !rapid.Bool().Draw(t, "alive") { // the process died before the step
				continue
			}
			switch want.Do {
			case keyvault.StepSet:
				if age := now.Sub(all[0].Created); age < policy.Every {
					t.Fatalf("rotated after %v", age)
				}
				if slices.ContainsFunc(all, func(v keyvault.Version) bool { return v.Tags[keyvault.RotationTag] == want.Rotation }) {
					t.Fatalf("rotation %s was made before", want.Rotation)
				}
				made := keyvault.Version{ID: fmt.Sprint(len(all)), Enabled: true, Created: now, Tags: map[string]string{keyvault.RotationTag: want.Rotation}}
				all = slices.Insert(all, 0, made)
			case keyvault.StepDisable:
				if over := now.Sub(all[0].Created); over < policy.Overlap {
					t.Fatalf("disabled after %v of %v", over, policy.Overlap)
				}
				for i := range all[1:] {
					all[i+1].Enabled = false
				}
			default:
				if now.Sub(all[0].Created) >= policy.Every {
					t.Fatal("due, and nothing is wanted")
				}
			}
			if !all[0].Enabled {
				t.Fatal("the newest version is disabled")
			}
		}
	})
}

func TestNextOfASecretThatSomebodyElseChanged(t *testing.T) {
	t.Parallel()
	policy := keyvault.Policy{Every: 24 * time.Hour, Overlap: time.Hour}
	at := func(id string, age time.Duration, enabled bool, rotation string) keyvault.Version {
		v := keyvault.Version{ID: id, Enabled: enabled, Created: noon.Add(-age), Tags: map[string]string{}}
		if rotation != "" {
			v.Tags[keyvault.RotationTag] = rotation
		}
		return v
	}
	expired := at("a", time.Hour, true, "")
	expired.Expires = noon
	for name, tt := range map[string]struct {
		all  []keyvault.Version
		do   string
		id   string
		told string
	}{
		"no version":                      {},
		"all disabled":                    {all: []keyvault.Version{at("a", 100*time.Hour, false, "")}},
		"expired before its time":         {all: []keyvault.Version{expired}, do: keyvault.StepSet, id: "after-a"},
		"the new one was taken back":      {all: []keyvault.Version{at("b", time.Hour, false, "after-a"), at("a", 25*time.Hour, true, "")}, do: keyvault.StepSet, id: "after-b"},
		"set by hand, and not a rotation": {all: []keyvault.Version{at("b", 2*time.Hour, true, ""), at("a", 25*time.Hour, true, "")}},
		"the overlap is over":             {all: []keyvault.Version{at("b", time.Hour, true, "r"), at("a", 25*time.Hour, true, "")}, do: keyvault.StepDisable, id: "r", told: "b"},
		"the overlap goes on":             {all: []keyvault.Version{at("b", time.Minute, true, "r"), at("a", 25*time.Hour, true, "")}, id: "r", told: "b"},
	} {
		got := policy.Next(tt.all, noon)
		if got.Do != tt.do || got.Rotation != tt.id || got.Unrecorded.ID != tt.told {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestRecorded marks a version and leaves its other tags alone; the next rotation is not recorded by the mark of the one before.
func TestRecorded(t *testing.T) {
	t.Parallel()
	v, ctx := newVault(t), t.Context()
	c := v.client()
	v.secret(keyvaultapi.Secret{Name: "api-key", Value: bridge.NewSecret("old"), Created: noon.Add(-48 * time.Hour), Tags: map[string]string{"for": "jobs"}})
	wants(t, c.Recorded(ctx, apiKey, "r1"), "rotation_incomplete", `no version of rotation "r1"`, "rotate it first")
	policy := keyvault.Policy{Every: 24 * time.Hour, Overlap: time.Hour}
	for _, id := range []string{"r1", "r2"} {
		v.pass(time.Minute)
		must(c.Rotate(ctx, keyvault.Rotation{Reference: apiKey, ID: id, New: keyvault.Random(32)}))(t)
		for range 2 {
			if next := policy.Next(must(c.Versions(ctx, apiKey))(t), v.clock()); next.Unrecorded.Tags[keyvault.RotationTag] != id {
				t.Fatalf("%s: %+v", id, next)
			}
		}
		for range 2 {
			if err := c.Recorded(ctx, apiKey, id); err != nil {
				t.Fatal(err)
			}
		}
		all := must(c.Versions(ctx, apiKey))(t)
		if next := policy.Next(all, v.clock()); next.Unrecorded.ID != "" || all[0].Tags["for"] != "jobs" || !all[0].Enabled {
			t.Errorf("%s: %+v %+v", id, next, all[0])
		}
	}
	v.pass(2 * time.Hour)
	if next := policy.Next(must(c.Versions(ctx, apiKey))(t), v.clock()); next.Do != keyvault.StepDisable || next.Rotation != "r2" {
		t.Errorf("%+v", next)
	}
}
