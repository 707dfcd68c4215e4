package catalog_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/sandbox/catalogapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

func replaced(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func TestUses(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	seed := catalogapi.Seed{Project: project, Location: location, Title: "reports", URI: "gs://copies/fraud/x.csv", Labels: map[string]string{"team": "a"}}
	dataset := must[string](t)(f.cloud.AddDataset(seed))
	seed.Title, seed.URI = "model", "gs://copies/fraud/model/"
	model := must[string](t)(f.cloud.AddModel(seed))
	var got []string
	for _, u := range must[[]lineage.Use](t)(f.catalog().Uses(t.Context())) {
		got = append(got, fmt.Sprint(u.Kind, " ", u.Name, " ", u.Title, " ", u.URIs, " ", u.Labels, " ", u.Artifact != "", " ", u.Created.IsZero()))
	}
	want := []string{
		"vertex dataset " + dataset + " reports [gs://copies/fraud/x.csv] map[team:a] true false",
		"model " + model + " model [gs://copies/fraud/model/] map[team:a] true false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUsesArePaged(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	for i := range 250 {
		must[string](t)(f.cloud.AddModel(catalogapi.Seed{Project: project, Location: location, Title: fmt.Sprint(i), URI: "gs://b/m"}))
	}
	seen := map[string]bool{}
	for _, u := range must[[]lineage.Use](t)(f.catalog().Uses(t.Context())) {
		seen[u.Name] = true
	}
	if len(seen) != 250 {
		t.Errorf("%d models", len(seen))
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	if err := f.buckets.AddBucket(storageapi.Bucket{Name: "copies", Project: project}); err != nil {
		t.Fatal(err)
	}
	got := must[[]lineage.Use](t)(f.catalog().Buckets(t.Context()))
	if len(got) != 1 || got[0].Name != "gs://copies" || got[0].Kind != lineage.UseBucket || !copied().Target.Under(got[0].URIs[0]) {
		t.Errorf("%+v", got)
	}
}

// From a model one can walk to the recovery point, where the training job recorded what it read.
func TestOrigins(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	run := copied()
	data := must[string](t)(c.Record(t.Context(), run))
	model := must[string](t)(f.cloud.AddModel(catalogapi.Seed{Project: project, Location: location, Title: "trained", URI: "gs://models/1"}))
	uses := must[[]lineage.Use](t)(c.Uses(t.Context()))
	f.train(data, uses[0].Artifact)
	uses = must[[]lineage.Use](t)(c.Origins(t.Context(), uses))
	if uses[0].Manifest != run.Manifest {
		t.Fatalf("%+v", uses[0])
	}
	h := lineage.NewHistory([]lineage.Copy{{
		Run: run.ID, Act: run.Act, Dataset: run.Dataset, Manifest: run.Manifest, Source: run.Source, Target: run.Target, Point: run.Point, Created: run.Ended,
	}}, uses)
	reached := h.From("rp-1")
	if len(reached) != 1 || reached[0].Use.Name != model || reached[0].Later {
		t.Errorf("%+v", reached)
	}
	node := h.Tree()[0]
	var kinds []string
	for {
		kinds = append(kinds, node.Kind)
		if len(node.From) == 0 {
			break
		}
		node = node.From[0]
	}
	if diff := cmp.Diff([]string{"model", "copy", "run", "source", "recovery point"}, kinds); diff != "" {
		t.Error(diff)
	}
}

// Where all that hangs together is too much for one answer, what is near is asked for; where that is too much too, time must tell.
func TestOriginsOfMuch(t *testing.T) {
	t.Parallel()
	for least, want := range map[string]string{"": copied().Manifest, "4": ""} {
		f := newFar(t)
		c := f.catalog()
		data := must[string](t)(c.Record(t.Context(), copied()))
		must[string](t)(f.cloud.AddModel(catalogapi.Seed{Project: project, Location: location, Title: "trained", URI: "gs://models/1"}))
		uses := must[[]lineage.Use](t)(c.Uses(t.Context()))
		f.train(data, uses[0].Artifact)
		f.when(func(rw http.ResponseWriter, r *http.Request) bool {
			hops := r.URL.Query().Get("maxHops")
			if !strings.HasSuffix(r.URL.Path, "Subgraph") || hops != "" && hops != least {
				return false
			}
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = rw.Write([]byte(`{"error":{"code":400,"status":"FAILED_PRECONDITION","message":"too many"}}`))
			return true
		})
		if uses = must[[]lineage.Use](t)(c.Origins(t.Context(), uses)); uses[0].Manifest != want {
			t.Errorf("%q: %+v", least, uses[0])
		}
	}
}

// train records a training job as somebody else's program does: it read one artifact and wrote another.
func (f *far) train(read, wrote string) {
	f.Helper()
	store := "/v1/projects/" + project + "/locations/" + location + "/metadataStores/default"
	f.post(store+"/executions?executionId=training-1", `{"schemaTitle":"system.CustomJobExecution","state":"COMPLETE"}`)
	f.post(store+"/executions/training-1:addExecutionEvents", fmt.Sprintf(`{"events":[{"artifact":%q,"type":"INPUT"},{"artifact":%q,"type":"OUTPUT"}]}`, read, wrote))
}

func (f *far) post(path, body string) {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPost, f.server.URL+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	lease, _ := f.Lease(f.Context(), leaseOf())
	req.Header.Set("Authorization", "Bearer "+lease.Token.Reveal())
	resp, err := f.server.Client().Do(req)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		f.Fatalf("%s: %d %s", path, resp.StatusCode, text)
	}
}

func TestListingIsNotJSON(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.when(func(rw http.ResponseWriter, _ *http.Request) bool {
		_, _ = rw.Write([]byte(`{"datasets":[{"createTime":"yesterday"}]}`))
		return true
	})
	_, err := f.catalog().Uses(t.Context())
	if e := refusal(t, err); e.Code != "answer_unusable" || !strings.Contains(e.Text, "is not the JSON due") {
		t.Errorf("%+v", e)
	}
}
