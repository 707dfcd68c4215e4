package estate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/landbridge/landbridge/internal/estate"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	issuer := estate.Ref("cluster/prod.west", "issuer") // an address may have dots
	text := "a " + issuer + " b " + estate.Ref("identity/x", "principal_id")
	want := []estate.Reference{{Address: "cluster/prod.west", Output: "issuer"}, {Address: "identity/x", Output: "principal_id"}}
	if d := cmp.Diff(want, estate.References(text)); d != "" {
		t.Error(d)
	}
	got := estate.Replace(text, func(r estate.Reference) string { return "<" + r.Address + "|" + r.Output + ">" })
	if want := "a <cluster/prod.west|issuer> b <identity/x|principal_id>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := estate.Replace("{{no reference}}", nil); got != "{{no reference}}" {
		t.Errorf("%q", got)
	}
}

func TestResolveReachesEveryTextAndChangesNothing(t *testing.T) {
	t.Parallel()
	ref := estate.Ref("project/p", "number")
	was := &estate.Provider{
		Project: ref, Pool: "pool", ID: "id", Issuer: "https://" + ref, Audiences: []string{ref, "b"}, Mapping: map[string]string{"a": ref},
	}
	grants := &estate.Grants{Ours: []string{"x" + ref}, Grants: []estate.Grant{{Role: "r", Member: ref + "y"}}}
	seven := func(estate.Reference) string { return "7" }
	want := &estate.Provider{Project: "7", Pool: "pool", ID: "id", Issuer: "https://7", Audiences: []string{"7", "b"}, Mapping: map[string]string{"a": "7"}}
	if d := cmp.Diff(estate.Spec(want), estate.Resolve(was, seven)); d != "" {
		t.Error(d)
	}
	wantGrants := &estate.Grants{Ours: []string{"x7"}, Grants: []estate.Grant{{Role: "r", Member: "7y"}}}
	if d := cmp.Diff(estate.Spec(wantGrants), estate.Resolve(grants, seven)); d != "" {
		t.Error(d)
	}
	if was.Audiences[0] != ref || was.Mapping["a"] != ref || grants.Grants[0].Member != ref+"y" {
		t.Error("what was resolved has changed")
	}
	if n := len(estate.AllReferences(was)); n != 4 {
		t.Errorf("%d references, want 4", n)
	}
	if d := cmp.Diff([]string{"", "", ref + "y", "r", "x" + ref}, estate.Texts(grants), cmpopts.SortSlices(strings.Compare)); d != "" {
		t.Errorf("the texts of grants: %s", d)
	}
	labelled := &estate.Namespace{Reach: estate.Reach{Cluster: "c"}, Name: "n", Labels: map[string]string{"key": "value"}}
	if d := cmp.Diff([]string{"", "", "c", "n", "key", "value"}, estate.Texts(labelled), cmpopts.SortSlices(strings.Compare)); d != "" {
		t.Errorf("the texts of a namespace: %s", d)
	}
	inside := &estate.Namespace{Reach: estate.Reach{Cluster: "c", Context: ref}, Name: "n"}
	if got := estate.Resolve(inside, seven).(*estate.Namespace).Context; got != "7" {
		t.Errorf("inside an embedded struct: %q", got)
	}
}

func TestFieldsLeaveOutThePlace(t *testing.T) {
	t.Parallel()
	got := estate.Fields(&estate.FederatedCredential{Subscription: "s", Identity: "i", Name: "n", Issuer: "https://a", Subject: "b", Audience: "c"})
	if d := cmp.Diff(map[string]any{"issuer": "https://a", "subject": "b", "audience": "c"}, got); d != "" {
		t.Error(d)
	}
}
