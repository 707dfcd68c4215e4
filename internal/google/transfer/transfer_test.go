package transfer_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/transfer"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

func TestACopyIsHandedOverOnce(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	c, o := f.client(), order()
	h := must(c.Start(ctx, o))(t)
	if h.Job != "transferJobs/lb-weights-r1" || h.Operation == "" {
		t.Fatalf("handed over as %+v", h)
	}
	if again := must(f.client().Start(ctx, o))(t); again != h { // another process, after a crash
		t.Errorf("the second time %+v, want %+v", again, h)
	}
	states := []transfer.State{}
	for range 4 {
		p := must(c.Follow(ctx, h))(t)
		states = append(states, p.State)
		f.pass(time.Minute)
	}
	if diff := cmp.Diff([]transfer.State{transfer.Queued, transfer.Running, transfer.Running, transfer.Done}, states); diff != "" {
		t.Error(diff)
	}
	want := transfer.Progress{State: transfer.Done, Found: transfer.Count{Objects: 2, Bytes: 9}, Copied: transfer.Count{Objects: 2, Bytes: 9}}
	p := must(c.Follow(ctx, h))(t)
	if diff := cmp.Diff(want, timeless(p)); diff != "" {
		t.Error(diff)
	}
	if p.Began.IsZero() || !p.Ended.After(p.Began) {
		t.Errorf("it worked from %v to %v", p.Began, p.Ended)
	}
	if err := c.Verdict(ctx, o, h, p); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"in/a.bin", "in/b, c.bin"}, f.buckets.Names("copies")); diff != "" {
		t.Error(diff)
	}
	if b := must(f.buckets.Bytes("copies", "in/b, c.bin"))(t); string(b) != "beta" {
		t.Errorf("copied %q", b)
	}
}

func TestNothingIsWrittenOverOrDeleted(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	must(f.buckets.Put("copies", "in/a.bin", []byte("alpha"), nil))(t)
	must(f.buckets.Put("copies", "in/b, c.bin", []byte("stale"), nil))(t)
	must(f.buckets.Put("copies", "in/other.bin", []byte("other"), nil))(t)
	c := f.client()
	h := must(c.Start(ctx, order()))(t)
	f.pass(time.Hour)
	want := transfer.Progress{State: transfer.Done, Found: transfer.Count{Objects: 2, Bytes: 9}, Skipped: transfer.Count{Objects: 2, Bytes: 9}}
	if diff := cmp.Diff(want, timeless(must(c.Follow(ctx, h))(t))); diff != "" {
		t.Error(diff)
	}
	if b := must(f.buckets.Bytes("copies", "in/b, c.bin"))(t); string(b) != "stale" {
		t.Errorf("what was there is now %q", b)
	}
	if diff := cmp.Diff([]string{"in/a.bin", "in/b, c.bin", "in/other.bin"}, f.buckets.Names("copies")); diff != "" {
		t.Error(diff)
	}
}

func TestTheListOfObjectsDecides(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	c, o := f.client(), order()
	o.Manifest = f.names("b, c.bin", "gone.bin")
	h := must(c.Start(ctx, o))(t)
	f.pass(time.Hour)
	p := must(c.Follow(ctx, h))(t)
	want := transfer.Progress{
		State: transfer.Failed, Found: transfer.Count{Objects: 1, Bytes: 4}, Copied: transfer.Count{Objects: 1, Bytes: 4}, Failed: transfer.Count{Objects: 1},
		Problems: []transfer.Problem{{Code: "NOT_FOUND", Count: 1, Samples: []transfer.Sample{
			{URL: "https://models.blob.core.windows.net/weights/v1/gone.bin", Detail: "BlobNotFound: The specified blob does not exist."},
		}}},
	}
	if diff := cmp.Diff(want, timeless(p), cmp.Transformer("firstLine", func(s transfer.Sample) [2]string { return [2]string{s.URL, s.Detail[:20]} })); diff != "" {
		t.Error(diff)
	}
	wants(t, c.Verdict(ctx, o, h, p), "NOT_FOUND", "the transfer transferJobs/lb-weights-r1 failed for 1 objects: NOT_FOUND: BlobNotFound", "gcloud transfer operations describe "+h.Operation)
}

func TestWhichDoorIsClosed(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	c, o := f.client(), order()
	failure := func(run string) (transfer.Progress, error) {
		o.Run = run
		h := must(c.Start(ctx, o))(t)
		f.pass(time.Hour)
		p := must(c.Follow(ctx, h))(t)
		return p, c.Verdict(ctx, o, h, p)
	}
	f.application("Storage Blob Data Reader on " + account)
	p, err := failure("untrusted")
	wants(t, err, "PERMISSION_DENIED", "transferJobs/lb-weights-untrusted failed: PERMISSION_DENIED: Failed to get a token for the Azure application. AADSTS70021",
		`let the application trust the agent: az ad app federated-credential create --id `+client+` --parameters '{"name":"google-storage-transfer","issuer":"https://accounts.google.com","subject":"`+f.subject+`","audiences":["api://AzureADTokenExchange"]}'`)
	if p.State != transfer.Failed || len(p.Problems) != 1 || len(p.Problems[0].Samples) != 1 {
		t.Errorf("progress %+v", p)
	}
	trusted := trust.FederatedCredential{Name: "google", Issuer: "https://accounts.google.com", Subject: f.subject, Audiences: []string{"api://AzureADTokenExchange"}}
	f.application("Reader on "+account, trusted)
	_, err = failure("blind")
	wants(t, err, "PERMISSION_DENIED", "AuthorizationPermissionMismatch", `az role assignment create --assignee `+client+` --role "Storage Blob Data Reader"`)

	f.application("Storage Blob Data Reader on "+account, trusted)
	o.Run = "late"
	h := must(c.Start(ctx, o))(t)
	if err := f.world.Unbind("gs://copies", "roles/storage.objectUser", "serviceAccount:"+agentOf); err != nil {
		t.Fatal(err)
	}
	f.pass(time.Hour)
	p = must(c.Follow(ctx, h))(t)
	wants(t, c.Verdict(ctx, o, h, p), "PERMISSION_DENIED", "does not have storage.objects.create access", "let the agent write: gcloud storage buckets add-iam-policy-binding gs://copies --member serviceAccount:"+agentOf)
	o.Run = "later"
	_, err = c.Start(ctx, o)
	wants(t, err, "FAILED_PRECONDITION", "does not have required permissions", "gs://copies --member serviceAccount:"+agentOf+" --role roles/storage.legacyBucketWriter")
}

func TestATransferIsCancelled(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	c, o := f.client(), order()
	h := must(c.Start(ctx, o))(t)
	f.pass(2 * time.Minute)
	if err := c.Cancel(ctx, o, h); err != nil {
		t.Fatal(err)
	}
	f.pass(time.Hour)
	p := must(c.Follow(ctx, h))(t)
	if p.State != transfer.Cancelled || p.Copied.Objects != 1 || !p.State.Ended() {
		t.Errorf("progress %+v", p)
	}
	wants(t, c.Verdict(ctx, o, h, p), "ABORTED", "was cancelled", "what was copied stays")
}

// Who knows only the order finds its operation; and one that ended badly is followed by another, once.
func TestASpentTransferIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	c, o := f.client(), order()
	if err := c.Cancel(ctx, o, transfer.Handover{}); err != nil { // nothing was ordered
		t.Fatal(err)
	}
	first := must(c.Start(ctx, o))(t)
	if err := c.Cancel(ctx, o, transfer.Handover{}); err != nil {
		t.Fatal(err)
	}
	if p := must(c.Follow(ctx, first))(t); p.State != transfer.Cancelled {
		t.Errorf("progress %+v", p)
	}
	o.Spent = first.Operation
	second := must(c.Start(ctx, o))(t)
	if again := must(c.Start(ctx, o))(t); again != second || second.Operation == first.Operation {
		t.Errorf("after %+v came %+v and %+v", first, second, again)
	}
	f.pass(time.Hour)
	if p := must(c.Follow(ctx, second))(t); p.State != transfer.Done || p.Copied.Objects != 2 {
		t.Errorf("progress %+v", p)
	}
}

func TestOrdersThatAreRefused(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	c := f.client()
	must(c.Start(ctx, order()))(t)
	for name, one := range map[string]struct {
		change           func(*transfer.Order)
		code, text, hint string
	}{
		"other source": {func(o *transfer.Order) { o.Source.Prefix = "v2/" }, "job_differs", "with another source", "begin another run"},
		"other target": {func(o *transfer.Order) { o.Target.Prefix = "" }, "job_differs", "with another target", "begin another run"},
		"other list":   {func(o *transfer.Order) { o.Manifest = "gs://copies/x.csv" }, "job_differs", "with another list of objects", ""},
		"no list":      {func(o *transfer.Order) { o.Manifest = "/tmp/x.csv" }, "manifest_refused", "is not in a bucket", "gs://BUCKET/OBJECT"},
		"no identity":  {func(o *transfer.Order) { o.Identity.TenantID = "" }, "identity_missing", "no Entra application", "client id"},
		"a folder":     {func(o *transfer.Order) { o.Source.Store = dataset.Folder }, "place_refused", "not from folder to bucket", "engine to landbridge"},
		"a bad name":   {func(o *transfer.Order) { o.Dataset = "a b" }, "name_refused", "make no name of a transfer job", "letters"},
	} {
		o := order()
		one.change(&o)
		_, err := c.Start(ctx, o)
		t.Log(name)
		wants(t, err, one.code, one.text, one.hint)
	}
	if err := f.world.Unbind("demo", "roles/storagetransfer.admin", "user:operator@example.com"); err != nil {
		t.Fatal(err)
	}
	_, err := c.Start(ctx, order())
	wants(t, err, "PERMISSION_DENIED", "storagetransfer.jobs.create", "grant roles/storagetransfer.user on the project: it holds storagetransfer.jobs.create")
	f.world.SetFault("storagetransfer", world.Fault{HTML: true, Status: http.StatusBadGateway})
	_, err = c.Follow(ctx, transfer.Handover{Job: "transferJobs/x", Operation: "transferOperations/x"})
	wants(t, err, "answer_not_google", "cannot follow the transfer transferJobs/x", "HTTPS_PROXY")
	_, err = transfer.New(ctx, transfer.Options{HTTP: wire.New(wire.Options{}), Leaser: f})
	wants(t, err, "project_missing", "need a Google Cloud project", "backup.project")
}

// The service's own metadata, and a store that fails for a while.
func TestMetadataAndFaultsOnTheWay(t *testing.T) {
	t.Parallel()
	f, ctx := newFar(t), t.Context()
	if err := f.blobs.Apply(blobapi.Seed{Account: "models", Container: "weights", Blob: "v3/x.bin", Data: []byte("x"), ContentType: "application/x-x", Metadata: map[string]string{"kind": "weights"}}); err != nil {
		t.Fatal(err)
	}
	c, o := f.client(), order()
	o.Source.Prefix = "v3/"
	h := must(c.Start(ctx, o))(t)
	f.world.SetFault("gcs", world.Fault{Reset: true, Times: 2})
	f.pass(time.Hour)
	if p := must(c.Follow(ctx, h))(t); p.State != transfer.Done || p.Copied.Objects != 1 {
		t.Errorf("progress %+v", p)
	}
	if b := must(f.buckets.Bytes("copies", "in/x.bin"))(t); string(b) != "x" {
		t.Errorf("copied %q", b)
	}
}

// timeless is progress without when it was.
func timeless(p transfer.Progress) transfer.Progress {
	p.Began, p.Ended = time.Time{}, time.Time{}
	return p
}
