package catalog_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google/catalog"
	"github.com/landbridge/landbridge/internal/lineage"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	name := must[string](t)(c.Record(t.Context(), copied()))
	g := must[catalog.Graph](t)(c.Graph(t.Context(), name, 0))
	if len(g.Artifacts) != 2 || len(g.Executions) != 1 || len(g.Events) != 2 {
		t.Fatalf("%d artifacts, %d executions, %d events", len(g.Artifacts), len(g.Executions), len(g.Events))
	}
	uris := map[string]any{}
	for _, a := range g.Artifacts {
		uris[a.URI] = a.Metadata["recovery_point"]
	}
	want := map[string]any{"https://acct.blob.core.windows.net/training/fraud/": "rp-1", "gs://copies/fraud/": nil}
	if diff := cmp.Diff(want, uris); diff != "" {
		t.Error(diff)
	}
	for _, a := range g.Artifacts {
		if a.Metadata["recovery_point"] == nil {
			continue
		}
		if diff := cmp.Diff(map[string]string{"azure-environment": "prod", "azure-resource-group": "ml-prod"}, a.Labels); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]any{"Environment": "Prod", "resource-group": "ml-prod"}, a.Metadata["azure_tags"]); diff != "" {
			t.Error(diff)
		}
	}
	e := g.Executions[0]
	if e.State != "COMPLETE" || e.Metadata["run"] != "01JDC0FFEE" || e.Metadata["manifest"] != copied().Manifest || e.Metadata["check_crc32c"] != "12" {
		t.Errorf("%+v", e)
	}
}

// An attempt that breaks off after any of its calls is finished by the next one, which makes nothing twice.
func TestRecordAgain(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	must[string](t)(f.catalog().Record(t.Context(), copied()))
	calls := len(f.writes())
	if calls != 8 {
		t.Fatalf("%d calls that write", calls)
	}
	for broken := range calls {
		f := newFar(t)
		seen := 0
		f.when(func(rw http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				return false
			}
			seen++
			if seen-1 == broken {
				rw.WriteHeader(http.StatusServiceUnavailable)
			}
			return seen-1 == broken
		})
		c := f.catalog()
		if _, err := c.Record(t.Context(), copied()); err == nil || !refusal(t, err).Retry {
			t.Fatalf("call %d failed, and Record says %v", broken, err)
		}
		for range 2 {
			name := must[string](t)(c.Record(t.Context(), copied()))
			g := must[catalog.Graph](t)(c.Graph(t.Context(), name, 0))
			if len(g.Artifacts) != 2 || len(g.Executions) != 1 || len(g.Events) != 2 {
				t.Fatalf("after a failure of call %d: %d artifacts, %d executions, %d events", broken, len(g.Artifacts), len(g.Executions), len(g.Events))
			}
		}
	}
}

// A copy that was made on top of another one leads back to what that was restored from.
func TestRecordOnTop(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	must[string](t)(c.Record(t.Context(), copied()))
	next := copied()
	next.ID, next.Previous, next.Manifest, next.Point = "01JDNEXT", next.Manifest, "sha256:"+strings.Repeat("cd", 32), lineage.Point{}
	name := must[string](t)(c.Record(t.Context(), next))
	g := must[catalog.Graph](t)(c.Graph(t.Context(), name, 0))
	points := 0
	for _, a := range g.Artifacts {
		if a.Metadata["recovery_point"] == "rp-1" {
			points++
		}
		if a.Metadata["manifest"] == copied().Manifest && a.Metadata["objects"] != 12.0 {
			t.Errorf("the copy before was written over: %v", a.Metadata)
		}
	}
	if len(g.Artifacts) != 4 || len(g.Events) != 5 || points != 1 {
		t.Errorf("%d artifacts, %d events, %d points", len(g.Artifacts), len(g.Events), points)
	}
}

// A run that failed, and came to its end in another attempt, is COMPLETE then; who changes it meanwhile is not overwritten.
func TestRecordOfAnotherState(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	failed := copied()
	failed.Failed, failed.Manifest = "no room", ""
	source := must[string](t)(c.Record(t.Context(), failed))
	f.when(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			r.Body = replaced(`{"state":"COMPLETE","etag":"1"}`)
		}
		return false
	})
	_, err := c.Record(t.Context(), copied())
	if e := refusal(t, err); e.Code != catalog.CodeOvertaken || !e.Retry || e.Text != "somebody else has changed the execution of this run in Vertex ML Metadata meanwhile" {
		t.Errorf("%+v", e)
	}
	f.when(nil)
	must[string](t)(c.Record(t.Context(), copied()))
	g := must[catalog.Graph](t)(c.Graph(t.Context(), source, 1))
	if len(g.Executions) != 1 || g.Executions[0].State != "COMPLETE" {
		t.Errorf("%+v", g.Executions)
	}
}

// A verification reads the copy that the run before wrote: it hangs on the same artifact.
func TestRecordOfVerify(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	written := must[string](t)(c.Record(t.Context(), copied()))
	verify := copied()
	verify.ID, verify.Act = "01JDVER1FY", lineage.Verify
	if read := must[string](t)(c.Record(t.Context(), verify)); read != written {
		t.Errorf("read %s, written %s", read, written)
	}
	if g := must[catalog.Graph](t)(c.Graph(t.Context(), written, 0)); len(g.Artifacts) != 2 || len(g.Executions) != 2 {
		t.Errorf("%d artifacts, %d executions", len(g.Artifacts), len(g.Executions))
	}
}

func TestRecordRefused(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	if err := f.world.Unbind(project, "roles/aiplatform.user", "user:teller"); err != nil {
		t.Fatal(err)
	}
	_, err := f.catalog().Record(t.Context(), copied())
	e := refusal(t, err)
	if e.Kind != bridge.Denied || e.Hop != bridge.HopCatalog || e.Retry {
		t.Errorf("%+v", e)
	}
	for text, part := range map[string]string{
		e.Text: "vertex ai refused the call: PERMISSION_DENIED: Permission 'aiplatform.metadataStores.get' denied",
		e.Hint: "--role=roles/aiplatform.user --member=serviceAccount:teller@demo.iam.gserviceaccount.com",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}

func TestRecordBusy(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.when(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.Header().Set("Retry-After", "7")
		rw.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	_, err := f.catalog().Record(t.Context(), copied())
	if e := refusal(t, err); !e.Retry || e.RetryAfter != 7*time.Second || e.Kind != bridge.Unreachable {
		t.Errorf("%+v", e)
	}
}

// A project that never had a metadata store gets one, and is told to wait where that takes its time.
func TestStoreIsBeingMade(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.when(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/metadataStores") {
			return false
		}
		_, _ = rw.Write([]byte(`{"name":"operations/1"}`))
		return true
	})
	_, err := f.catalog().Record(t.Context(), copied())
	if e := refusal(t, err); e.Code != "metadata_store_pending" || !e.Retry || e.RetryAfter == 0 {
		t.Errorf("%+v", e)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]catalog.Options{
		"project_refused":  {Project: "a/b", Location: location},
		"location_refused": {Project: project, Location: "us/central1"},
		"endpoint_refused": {Project: project, Location: location, VertexEndpoint: "http://example.com"},
	} {
		if _, err := catalog.New(o); err == nil || refusal(t, err).Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
