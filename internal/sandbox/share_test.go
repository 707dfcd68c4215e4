package sandbox_test

import (
	"io"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/files"
	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/wire"
)

// content reads everything below a share.
func content(t *testing.T, o files.Options, q dataset.Query) map[string]string {
	t.Helper()
	s, err := files.New(o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for f, err := range s.List(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), f, 0, f.Size)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		out[f.Name] = string(text)
	}
	return out
}

// TestShareOfTheDefaultWorld reads the share that the vault protects as it is, as it was, and by the address of its recovery point, and
// has another point brought back as a share of the staging account.
func TestShareOfTheDefaultWorld(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	s := start(t, sandbox.Options{Clock: clock})
	p := s.Profile()
	pool := certPool(t, p.CAPEM)
	m, err := rest.NewManager(rest.Options{HTTP: wire.New(wire.Options{RootCAs: pool, NoProxy: true, MaxBody: 16 << 20}), Leaser: reads{s, clock}, Endpoint: p.Azure.ARMURL})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vaults.New(vaults.Options{Manager: m, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	streamer := wire.NewStreamer(wire.StreamOptions{RootCAs: pool})
	t.Cleanup(streamer.CloseIdle)
	open := func(account, share string) files.Options {
		return files.Options{HTTP: streamer, Clock: clock, Leaser: reads{s, clock}, AccountURL: p.HTTPS + "/files/" + account, Share: share}
	}
	const weights, old, fresh = "classifier/weights.bin", "weights of the classifier\n", "weights of the classifier, trained again\n"
	models := open(p.Azure.StorageAccount, "models")
	if got := content(t, models, dataset.Query{}); len(got) != 3 || got[weights] != fresh {
		t.Errorf("as it is: %q", got)
	}
	if got := content(t, models, dataset.Query{At: clock().Add(-6*time.Hour - 30*time.Minute)}); len(got) != 3 || got[weights] != old {
		t.Errorf("before it was trained again: %q", got)
	}
	item, readable, vaulted := sharePoints(t, v, p.Azure.SubscriptionID)
	u, err := url.Parse(readable.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	models.Snapshot = u.Query().Get("sharesnapshot")
	if got := content(t, models, dataset.Query{}); got[weights] != old {
		t.Errorf("of the recovery point %s: %q", readable.Snapshot, got)
	}

	op, err := v.Restore(t.Context(), protect.Request{Item: item, Point: vaulted, Target: protect.Target{Account: p.Azure.StagingAccountID, Share: "restored"}})
	for err == nil && op.Phase != protect.Done {
		later.Add(int64(op.Wait))
		op, err = v.Follow(t.Context(), op)
	}
	if err != nil || op.State != protect.Succeeded {
		t.Fatalf("%v %+v", err, op.Failure)
	}
	if got := content(t, open(p.Azure.StagingAccount, "restored"), dataset.Query{}); len(got) != 2 || got[weights] != old {
		t.Errorf("restored: %q", got)
	}
}

// sharePoints finds the protected share, its point that can be read as a snapshot, and the one in the vault.
func sharePoints(t *testing.T, v *vaults.Vaults, subscription string) (item protect.Item, readable, vaulted protect.Point) {
	t.Helper()
	for i, err := range v.Items(t.Context(), protect.Scope{Subscriptions: []string{subscription}}) {
		if err != nil {
			t.Fatal(err)
		}
		if i.Workload == protect.FileShare {
			item = i
		}
	}
	for point, err := range v.Points(t.Context(), item, protect.Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		if point.Snapshot != "" {
			readable = point
		} else {
			vaulted = point
		}
	}
	return item, readable, vaulted
}
