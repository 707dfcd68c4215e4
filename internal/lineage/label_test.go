package lineage_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/lineage"
)

var (
	keyForm   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	valueForm = regexp.MustCompile(`^[a-z0-9_-]{0,63}$`)
)

// Whatever tags Azure has, their labels are valid, each tag has its own, and they are the same every time.
func TestFoldProperties(t *testing.T) {
	t.Parallel()
	tag := rapid.OneOf(rapid.String(), rapid.StringMatching(`[aA][-_. ]?[0-9a-f]{0,9}`), rapid.StringMatching(`[A-Za-z .]{50,80}`), rapid.StringMatching(`goog[a-z]`))
	rapid.Check(t, func(t *rapid.T) {
		tags := rapid.MapOf(tag, rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z ]{60,70}`))).Draw(t, "tags")
		f := lineage.Folding{Mark: rapid.SampledFrom([]string{lineage.Mark, ""}).Draw(t, "mark")}
		labels, held := f.Fold("", tags)
		again, _ := f.Fold("", maps.Clone(tags))
		if !cmp.Equal(labels, again) || len(held) != 0 {
			t.Fatal("not the same every time")
		}
		if len(labels) != len(tags) {
			t.Fatalf("%d labels of %d tags", len(labels), len(tags))
		}
		seen := map[string]bool{}
		for _, l := range labels {
			if !keyForm.MatchString(l.Key) || !valueForm.MatchString(l.Value) || strings.HasPrefix(l.Key, "goog") {
				t.Fatalf("%q=%q of %q", l.Key, l.Value, l.Tag)
			}
			if seen[l.Key] {
				t.Fatalf("%q twice", l.Key)
			}
			seen[l.Key] = true
			if text, ok := tags[l.Tag]; !ok || text != l.Text {
				t.Fatalf("the original of %q is lost", l.Key)
			}
		}
		have := map[string]string{}
		for _, l := range labels {
			have[l.Key] = l.Value
		}
		if d := f.Compare(labels, have); len(d) != 0 {
			t.Fatalf("labels differ from themselves: %+v", d)
		}
	})
}

func TestFold(t *testing.T) {
	t.Parallel()
	f := lineage.Folding{Mark: lineage.Mark, Deny: lineage.Deny{"cost*", "*owner*", "Secret"}}
	labels, held := f.Fold("ML-Prod", map[string]string{
		"Environment": "Prod", "a.b": "1", "a b": "2", "Cost-Centre": "4711", "DataOwner": "x", "secret": "y", "secrets": "Z",
	})
	got := map[string]string{}
	for _, l := range labels {
		got[l.Key] = l.Value
	}
	want := map[string]string{
		"azure-environment": "prod", "azure-resource-group": "ml-prod", "azure-secrets": "z",
		"azure-a-b-" + short("a b"): "2", "azure-a-b-" + short("a.b"): "1",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(labels) != 5 {
		t.Error(diff, labels)
	}
	if diff := cmp.Diff([]string{"Cost-Centre", "DataOwner", "secret"}, held); diff != "" {
		t.Error(diff)
	}
}

// short is as much of a text's SHA-256 as follows a label's key.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

func TestDeny(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, key string
		want         bool
	}{
		{"*", "", true},
		{"*", "any", true},
		{"a*c", "abc", true},
		{"a*c", "ac", true},
		{"a*a", "a", false},
		{"*mid*dle*", "xmidydlez", true},
		{"*mid*dle*", "xdleymid", false},
		{"Owner", "OWNER", true},
		{"Owner", "Owners", false},
	} {
		if (lineage.Deny{c.pattern}).Denies(c.key) != c.want {
			t.Errorf("%q of %q is not %v", c.pattern, c.key, c.want)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	f := lineage.Folding{Mark: lineage.Mark}
	labels, _ := f.Fold("ml-prod", map[string]string{"Environment": "Prod", "Team": "fraud", "Tier": "gold"})
	have := map[string]string{"azure-team": "risk", "azure-tier": "gold", "azure-old": "x", "environment": "dev", "tier": "gold", "other": "y"}
	want := []lineage.Difference{
		{Kind: lineage.Missing, Key: "azure-environment", Want: "prod", Tag: "Environment", Text: "Prod"},
		{Kind: lineage.Stale, Key: "azure-old", Have: "x"},
		{Kind: lineage.Missing, Key: "azure-resource-group", Want: "ml-prod", Tag: "resource-group", Text: "ml-prod"},
		{Kind: lineage.Changed, Key: "azure-team", Want: "fraud", Have: "risk", Tag: "Team", Text: "fraud"},
		{Kind: lineage.Foreign, Key: "environment", Want: "prod", Have: "dev", Tag: "Environment", Text: "Prod"},
	}
	got := f.Compare(labels, have)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	writes := slices.Sorted(maps.Keys(lineage.Writes(got)))
	if diff := cmp.Diff([]string{"azure-environment", "azure-resource-group", "azure-team"}, writes); diff != "" {
		t.Error(diff)
	}
	// Without a mark nothing that is there is ours.
	plain := lineage.Folding{}
	labels, _ = plain.Fold("", map[string]string{"Environment": "Prod", "Team": "fraud"})
	got = plain.Compare(labels, map[string]string{"environment": "dev", "other": "y"})
	if diff := cmp.Diff(map[string]string{"team": "fraud"}, lineage.Writes(got)); diff != "" || got[0].Kind != lineage.Foreign {
		t.Error(diff, got)
	}
}
