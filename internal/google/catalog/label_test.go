package catalog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/google/catalog"
	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/sandbox/catalogapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

// things are a Vertex dataset, a model and a bucket, each with a label of somebody's own.
func (f *far) things() map[string]string {
	f.Helper()
	seed := catalogapi.Seed{Project: project, Location: location, Title: "x", URI: "gs://copies/x", Labels: map[string]string{"environment": "dev"}}
	if err := f.buckets.AddBucket(storageapi.Bucket{Name: "copies", Project: project}); err != nil {
		f.Fatal(err)
	}
	f.patch("/storage/v1/b/copies", `{"labels":{"environment":"dev"}}`)
	return map[string]string{
		"dataset": must[string](f)(f.cloud.AddDataset(seed)), "model": must[string](f)(f.cloud.AddModel(seed)), "bucket": "gs://copies",
	}
}

func TestAlign(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	labels := lineage.Data{Group: "ml-prod", Tags: map[string]string{"Environment": "Prod"}}
	changed := lineage.Data{Group: "ml-prod", Tags: map[string]string{"Environment": "Test"}}
	for kind, name := range f.things() {
		t.Run(kind, func(t *testing.T) {
			left := must[[]lineage.Difference](t)(c.Align(t.Context(), name, labels))
			want := []lineage.Difference{{Kind: lineage.Foreign, Key: "environment", Want: "prod", Have: "dev", Tag: "Environment", Text: "Prod"}}
			if diff := cmp.Diff(want, left); diff != "" {
				t.Error(diff)
			}
			f.writes()
			if left = must[[]lineage.Difference](t)(c.Align(t.Context(), name, labels)); len(f.writes()) != 0 || !cmp.Equal(want, left) {
				t.Error("a second time writes again, or says something else")
			}
			differences := must[[]lineage.Difference](t)(c.Differences(t.Context(), name, changed))
			if len(differences) != 2 || differences[0].Kind != lineage.Changed || differences[0].Have != "prod" || differences[0].Want != "test" {
				t.Errorf("%+v", differences)
			}
			must[[]lineage.Difference](t)(c.Align(t.Context(), name, changed))
			if left := must[[]lineage.Difference](t)(c.Differences(t.Context(), name, changed)); len(left) != 1 || left[0].Have != "dev" {
				t.Errorf("%+v", left)
			}
		})
	}
}

// Who changes labels between our reading and writing is not overwritten.
func TestAlignOvertaken(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	labels := lineage.Data{Group: "ml-prod"}
	for kind, name := range f.things() {
		t.Run(kind, func(t *testing.T) {
			path := "/v1/" + name + "?updateMask=labels"
			if kind == "bucket" {
				path = "/storage/v1/b/copies"
			}
			first := true
			f.when(func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPatch && first {
					first = false
					f.patch(path, `{"labels":{"their":"own"}}`)
				}
				return false
			})
			_, err := c.Align(t.Context(), name, labels)
			e := refusal(t, err)
			if e.Code != catalog.CodeOvertaken || !e.Retry || !strings.Contains(e.Text, "somebody else has changed the labels of "+name) {
				t.Errorf("%+v", e)
			}
			if left := must[[]lineage.Difference](t)(c.Align(t.Context(), name, labels)); len(left) != 0 {
				t.Errorf("%+v", left)
			}
		})
	}
}

func (f *far) patch(path, body string) {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPatch, f.server.URL+path, strings.NewReader(body))
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
		f.Fatalf("%s: %d", path, resp.StatusCode)
	}
}

func TestAlignRefuses(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	c := f.catalog()
	for _, name := range []string{"projects/p/locations/l/endpoints/1", "gs://a/b", "gs://", "projects/p/locations/l/models/1?x"} {
		if _, err := c.Differences(t.Context(), name, lineage.Data{}); err == nil || refusal(t, err).Code != "resource_refused" {
			t.Errorf("%s: %v", name, err)
		}
	}
	tags := map[string]string{}
	for i := range 70 {
		tags[fmt.Sprint("t", i)] = "x"
	}
	labels := lineage.Data{Tags: tags}
	name := f.things()["model"]
	_, err := c.Align(t.Context(), name, labels)
	if e := refusal(t, err); e.Code != "too_many_labels" || !strings.HasSuffix(e.Text, "would have 71 labels, and may have 64") {
		t.Errorf("%+v", e)
	}
	_, err = c.Align(t.Context(), parent+"/models/12345", labels)
	if e := refusal(t, err); e.Code != "NOT_FOUND" || e.Retry {
		t.Errorf("%+v", e)
	}
}
