package sandbox_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/backup/inventory"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/wire"
)

// reads is the Google job's identity in Azure, with tokens as Entra would have given it.
type reads struct {
	s     *sandbox.Sandbox
	clock bridge.Clock
}

func (l reads) Lease(_ context.Context, r bridge.LeaseRequest) (bridge.Lease, error) {
	p := l.s.Profile().Azure
	tenant, err := l.s.World().Tenant(p.TenantID)
	if err != nil {
		return bridge.Lease{}, err
	}
	now := l.clock()
	token, err := tenant.Keys.Sign(map[string]any{
		"aud": strings.TrimSuffix(r.Scopes[0], "/.default"), "iss": "https://sts.windows.net/" + p.TenantID + "/", "tid": p.TenantID, "oid": p.ReaderObjectID, "appid": p.ReaderClientID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	return bridge.Lease{Token: bridge.NewSecret(token), Type: bridge.AccessToken, Expiry: time.Now().Add(time.Hour)}, err
}

// TestBackupOfTheDefaultWorld sees what the default world protects and has a point brought back, over real connections.
func TestBackupOfTheDefaultWorld(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	s := start(t, sandbox.Options{Clock: clock})
	p := s.Profile()
	m, err := rest.NewManager(rest.Options{
		HTTP: wire.New(wire.Options{RootCAs: certPool(t, p.CAPEM), NoProxy: true, MaxBody: 16 << 20}), Leaser: reads{s, clock}, Endpoint: p.Azure.ARMURL,
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vaults.New(vaults.Options{Manager: m, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	r := protect.Request{Target: protect.Target{Account: "/subscriptions/" + p.Azure.SubscriptionID + "/resourceGroups/" + p.Azure.ResourceGroup + "/providers/Microsoft.Storage/storageAccounts/landbridgestaging"}}
	report, err := inventory.Collect(t.Context(), inventory.Options{
		Inventory: v, History: v, Clock: clock, Scope: protect.Scope{Subscriptions: []string{p.Azure.SubscriptionID}},
		Datasets: []inventory.Dataset{
			{Name: "reports", Source: dataset.Place{Store: dataset.Blob, Account: p.Azure.StorageAccount, Name: p.Azure.Container}, RPO: time.Hour},
			{Name: "models", Source: dataset.Place{Store: dataset.Files, Account: p.Azure.StorageAccount, Name: "models"}, RPO: time.Hour},
		},
		Environments: []inventory.Environment{{Name: "training", Tags: []string{"env=training"}}, {Name: "inference", Tags: []string{"env=inference"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range report.Items {
		if i.Workload == protect.Blobs {
			r.Item = i.Item
		}
	}
	total := inventory.Totals{
		Items: 6, ByState: map[protect.State]int{protect.Protected: 4, protect.Failing: 1, protect.SoftDeleted: 1}, FailedJobs: 2, Missed: 1,
		ByWorkload:   map[protect.Workload]int{protect.Blobs: 1, protect.PostgreSQL: 1, protect.Disk: 1, protect.VM: 1, protect.FileShare: 1, protect.SQL: 1},
		Environments: map[string]int{"training": 3, "inference": 3},
	}
	if diff := cmp.Diff(total, report.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	// Operational backup of the account is continuous; the share's last snapshot is seven hours old.
	models, reports := report.Datasets[0], report.Datasets[1]
	if reports.Missed || reports.Environment != "training" || reports.Cover != inventory.Covered || !models.Missed || models.Environment != "inference" {
		t.Errorf("datasets: %+v", report.Datasets)
	}
	for point, err := range v.Points(t.Context(), r.Item, protect.Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		if point.Time.After(r.Point.Time) {
			r.Point = point
		}
	}
	op, err := v.Restore(t.Context(), r)
	for err == nil && op.Phase != protect.Done {
		later.Add(int64(op.Wait))
		op, err = v.Follow(t.Context(), op)
	}
	if err != nil || op.State != protect.Succeeded {
		t.Fatalf("%v %+v", err, op.Failure)
	}
	lease, err := reads{s, clock}.Lease(t.Context(), bridge.LeaseRequest{Scopes: []string{"https://storage.azure.com/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	staged := p.HTTPS + "/landbridgestaging/" + p.Azure.Container + "/" + p.Azure.Blob
	if got := get(t, tlsClient(t, p.CAPEM), staged, "Authorization: Bearer "+lease.Token.Reveal(), "x-ms-version: 2023-11-03"); !strings.Contains(got, "The bridge opened in March") {
		t.Errorf("the staged blob: %q", got)
	}
}
