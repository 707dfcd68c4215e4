package setup_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

func privateIssuer() setup.Spec {
	s := example()
	s.Clusters[0].UploadKeys = true
	return s
}

func TestWatchKeysUploadsWhatRotated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := privateIssuer()
		f := world(s)
		apply(t, plan(t, f, s))
		f.things["provider 123456789 azure aks-prod"].Spec.(*estate.Provider).Condition = "for apply"
		var seen []setup.Watched
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		err := setup.WatchKeys(ctx, setup.Input{Spec: s, Keepers: f.keepers()}, setup.WatchOptions{Every: time.Minute, Seen: func(w setup.Watched) {
			seen = append(seen, w)
			switch len(seen) {
			case 1:
				f.things["issuer prod"].Serial++ // the cluster has a new key
			case 2:
				f.broken["issuer prod"] = &bridge.Error{Kind: bridge.Denied, Text: "forbidden"}
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		want := []setup.Watched{
			{Cluster: "prod", Provider: "provider/azure/aks-prod"},
			{Cluster: "prod", Provider: "provider/azure/aks-prod", Uploaded: true, Added: []string{"prod1"}, Dropped: []string{"prod0"}},
			{Cluster: "prod", Provider: "provider/azure/aks-prod", Error: "forbidden"},
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
		if got, want := seen[1].Line(), "provider/azure/aks-prod: uploaded the keys of prod; new: prod1; gone: prod0"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if p := f.things["provider 123456789 azure aks-prod"].Spec.(*estate.Provider); p.Condition != "for apply" {
			t.Error("the watch changed more than the keys")
		}
	})
}

func TestWatchKeysOnce(t *testing.T) {
	t.Parallel()
	in := func(s setup.Spec) (setup.Input, *fake) {
		f := world(s)
		return setup.Input{Spec: s, Keepers: f.keepers()}, f
	}
	none, _ := in(example())
	err := setup.WatchKeys(t.Context(), none, setup.WatchOptions{})
	if bridge.KindOf(err) != bridge.Usage || err.Error() != "no cluster with upload_keys has a workload of the route direct: Google fetches the keys of all others itself" {
		t.Errorf("%v", err)
	}
	missing, _ := in(privateIssuer())
	if err := setup.WatchKeys(t.Context(), missing, setup.WatchOptions{}); bridge.KindOf(err) == bridge.Fault || err == nil {
		t.Errorf("without a provider: %v", err)
	}
	theirs, f := in(privateIssuer())
	apply(t, plan(t, f, privateIssuer()))
	f.things["provider 123456789 azure aks-prod"].Setup = "other"
	if err := setup.WatchKeys(t.Context(), theirs, setup.WatchOptions{}); err == nil || err.Error() != "provider/azure/aks-prod: the provider belongs to the set-up other" {
		t.Errorf("%v", err)
	}
}
