package lineage_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/lineage"
)

var (
	began    = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	manifest = "sha256:" + strings.Repeat("ab", 32)
	previous = "sha256:" + strings.Repeat("cd", 32)
)

// full is a run with everything that there is to tell.
func full() lineage.Run {
	return lineage.Run{
		ID: "01JDC0FFEE", Act: lineage.Sync, Dataset: "fraud", Began: began, Ended: began.Add(time.Minute), At: began.Add(-time.Hour),
		Source: lineage.Data{
			Place: dataset.Place{Store: dataset.Blob, Account: "acct", Name: "training", Prefix: "fraud/2026/"}, Group: "ml-prod",
			Tags: map[string]string{"Environment": "Prod", "cost-centre": "4711", "Owner": "someone"},
		},
		Target:   lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "copies", Prefix: "fraud/"}},
		Point:    lineage.Point{ID: "rp-1", Item: "/subscriptions/s/item", Vault: "vault-1", Policy: "daily", Tier: "Vaulted"},
		Manifest: manifest, Previous: previous, Objects: 12, Bytes: 1200, Changed: 3, ChangedBytes: 300,
		Checks: []lineage.Check{{"objects", "12", "12"}, {"crc32c", "12", "11"}},
	}
}

// schemas are OpenLineage's and our own, which the events and every facet in them must keep to.
type schemas struct {
	byURL    map[string]string
	resolved map[string]*jsonschema.Resolved // by reference
}

func load(t *testing.T) *schemas {
	t.Helper()
	s := &schemas{map[string]string{}, map[string]*jsonschema.Resolved{}}
	for _, folder := range []string{".", "testdata/openlineage"} {
		files, err := fs.Glob(os.DirFS(folder), "*.json")
		if err != nil || len(files) == 0 {
			t.Fatal(folder, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(path.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			var head struct {
				ID string `json:"$id"`
			}
			if err := json.Unmarshal(text, &head); err != nil {
				t.Fatal(name, err)
			}
			s.byURL[head.ID] = string(text)
		}
	}
	return s
}

func (s *schemas) schema(u *url.URL) (*jsonschema.Schema, error) {
	text, ok := s.byURL[u.String()]
	if !ok {
		return nil, errors.New("no schema " + u.String())
	}
	var out jsonschema.Schema
	return &out, json.Unmarshal([]byte(text), &out)
}

// check holds a value against what $ref names.
func (s *schemas) check(ref string, v any) error {
	if s.resolved[ref] == nil {
		resolved, err := (&jsonschema.Schema{Ref: ref}).Resolve(&jsonschema.ResolveOptions{Loader: s.schema})
		if err != nil {
			return err
		}
		s.resolved[ref] = resolved
	}
	return s.resolved[ref].Validate(v)
}

func TestEventsKeepToTheSchemas(t *testing.T) {
	t.Parallel()
	s := load(t)
	failed, cancelled, repair, verify := full(), full(), full(), full()
	failed.Failed, failed.Manifest = "bucket: no room", ""
	cancelled.Cancelled = true
	repair.Act, repair.Mends = lineage.Repair, "01JDBEF0RE"
	verify.Act = lineage.Verify
	least := lineage.Run{
		ID: "x", Act: lineage.Sync, Dataset: "d", Began: began, Ended: began,
		Source: lineage.Data{Place: dataset.Place{Store: dataset.Folder, Name: "/a b"}}, Target: lineage.Data{Place: dataset.Place{Store: dataset.Files, Account: "a", Name: "s"}},
	}
	facets := map[string]bool{}
	for _, r := range []lineage.Run{full(), failed, cancelled, repair, verify, least} {
		for _, e := range (lineage.Producer{Version: "v1.2.3"}).Events(r) {
			v := generic(t, e)
			if err := s.check(e.SchemaURL, v); err != nil {
				t.Errorf("%s of %s: %v", e.EventType, r.Act, err)
			}
			walk(v, func(name string, facet map[string]any) {
				facets[name] = true
				if err := s.check(facet["_schemaURL"].(string), facet); err != nil {
					t.Errorf("facet %s of %s: %v", name, r.Act, err)
				}
			})
		}
	}
	want := []string{
		"dataQualityAssertions", "dataSource", "datasetType", "errorMessage", "inputStatistics", "jobType", lineage.Ours, "lifecycleStateChange",
		"outputStatistics", "parent", "processing_engine", "storage", "symlinks", "tags", "version",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(facets))); diff != "" {
		t.Errorf("facets seen (-want +got):\n%s", diff)
	}
}

// The check of the schemas can fail.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	s := load(t)
	e := lineage.Producer{}.End(full())
	v := generic(t, e)
	delete(v, "producer")
	if s.check(e.SchemaURL, v) == nil {
		t.Error("an event without a producer is good")
	}
	v = generic(t, e)
	facet := v["run"].(map[string]any)["facets"].(map[string]any)[lineage.Ours].(map[string]any)
	facet["manifest"] = "md5:1"
	if s.check(facet["_schemaURL"].(string), facet) == nil {
		t.Error("a manifest with another digest is good")
	}
}

func generic(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// walk calls with every facet in v.
func walk(v any, with func(name string, facet map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			walk(one, with)
		}
	case map[string]any:
		for name, one := range v {
			if facet, ok := one.(map[string]any); ok && facet["_schemaURL"] != nil {
				with(name, facet)
				continue
			}
			walk(one, with)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	p := lineage.Producer{Deny: lineage.Deny{"cost*", "OWNER"}}
	events := p.Events(full())
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.EventType+" "+e.Job.Name.Name)
	}
	if diff := cmp.Diff([]string{"START dataset.sync.fraud", "START dataset.verify.fraud", "COMPLETE dataset.verify.fraud", "COMPLETE dataset.sync.fraud"}, kinds); diff != "" {
		t.Error(diff)
	}
	if events[0].Run.ID != events[3].Run.ID || events[1].Run.ID == events[0].Run.ID || events[0].Run.ID != lineage.UUID("01JDC0FFEE") {
		t.Error("ids of runs do not fit together")
	}
	text, _ := json.Marshal(events)
	for _, secret := range []string{"4711", "someone"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("a tag that was held back is told: %s", secret)
		}
	}
	end := generic(t, events[3])
	out := end["outputs"].([]any)[0].(map[string]any)
	for got, want := range map[any]any{
		out["facets"].(map[string]any)["version"].(map[string]any)["datasetVersion"]:                           manifest,
		out["facets"].(map[string]any)["lifecycleStateChange"].(map[string]any)["lifecycleStateChange"]:        "OVERWRITE",
		out["outputFacets"].(map[string]any)["outputStatistics"].(map[string]any)["size"]:                      300.0,
		end["run"].(map[string]any)["facets"].(map[string]any)[lineage.Ours].(map[string]any)["recoveryPoint"]: "rp-1",
	} {
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	checks := events[2].Inputs[0].InputFacets["dataQualityAssertions"]["assertions"].([]any)
	if diff := cmp.Diff(map[string]any{"assertion": "crc32c", "success": false, "expected": "12", "actual": "11"}, checks[1]); diff != "" {
		t.Error(diff)
	}
	if parent := events[2].Run.Facets["parent"]["run"].(map[string]any)["runId"]; parent != events[0].Run.ID {
		t.Errorf("the verification's parent is %v", parent)
	}
}

// What is not known before the first byte is not in the first event.
func TestStart(t *testing.T) {
	t.Parallel()
	e := lineage.Producer{}.Start(full())
	text, _ := json.Marshal(e)
	for _, later := range []string{manifest, "Statistics", "errorMessage"} {
		if strings.Contains(string(text), later) {
			t.Errorf("%s is in the START event", later)
		}
	}
	if !e.EventTime.Equal(began) {
		t.Errorf("at %v", e.EventTime)
	}
}

func TestEndsOfRuns(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*lineage.Run){
		"COMPLETE": func(*lineage.Run) {},
		"FAIL":     func(r *lineage.Run) { r.Failed = "no" },
		"ABORT":    func(r *lineage.Run) { r.Cancelled = true },
	} {
		r := full()
		change(&r)
		if got := (lineage.Producer{}).End(r).EventType; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	first := full()
	first.Previous = ""
	if got := (lineage.Producer{}).End(first).Outputs[0].Facets["lifecycleStateChange"]["lifecycleStateChange"]; got != "CREATE" {
		t.Errorf("the first copy is %v", got)
	}
}
