package googleapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestJobs(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	g.world.SetPace(world.Pace{Operation: time.Minute})
	const jobs = vertexPath + "/batchPredictionJobs"
	type job struct{ Name, State, DisplayName string }
	var made, got job
	g.into(g.do(http.MethodPost, jobs, `{"displayName":"night","model":"publishers/google/models/flash","inputConfig":{"instancesFormat":"jsonl"},"outputConfig":{"predictionsFormat":"jsonl"}}`, g.federated()), &made)
	if made.State != "JOB_STATE_PENDING" || made.DisplayName != "night" || !strings.HasPrefix(made.Name, "projects/1234567890/locations/us-central1/batchPredictionJobs/") {
		t.Errorf("made %+v", made)
	}
	g.world.SetPace(world.Pace{})
	url := "/v1/" + made.Name
	g.into(g.do(http.MethodGet, url, "", g.federated()), &got)
	if got.State != "JOB_STATE_SUCCEEDED" {
		t.Errorf("done: %+v", got)
	}
	g.into(g.do(http.MethodPost, url+":cancel", `{}`, g.federated()), &struct{}{})
	var list struct{ BatchPredictionJobs []job }
	g.into(g.do(http.MethodGet, jobs, "", g.federated()), &list)
	if diff := cmp.Diff([]job{{made.Name, "JOB_STATE_CANCELLED", "night"}}, list.BatchPredictionJobs); diff != "" {
		t.Errorf("list (-want +got)\n%s", diff)
	}
	g.into(g.do(http.MethodDelete, url, "", g.federated()), &struct{}{})
	want := refusal{404, "NOT_FOUND", "", `The BatchPredictionJob "` + made.Name + `" does not exist.`}
	if diff := cmp.Diff(want, g.refusal(g.do(http.MethodGet, url, "", g.federated()))); diff != "" {
		t.Error(diff)
	}
	for body, text := range map[string]string{
		`{"displayName":"x"}`: "List of found errors:\t1.Field: inputConfig; Message: Required field is not set.\t",
		`{"when":"now"}`:      `Invalid JSON payload received. Unknown name "when": Cannot find field.`,
	} {
		if got := g.refusal(g.do(http.MethodPost, jobs, body, g.federated())); got.Message != text {
			t.Errorf("%s: %+v", body, got)
		}
	}
	if got := g.refusal(g.do(http.MethodPost, jobs, `{}`, g.serviceAccount(target))); !strings.Contains(got.Message, "'aiplatform.batchPredictionJobs.create'") {
		t.Errorf("%+v", got)
	}
	if got := g.refusal(g.do(http.MethodPatch, url, `{}`, g.federated())); got.Code != http.StatusNotImplemented {
		t.Errorf("%+v", got)
	}
}

func TestCachedContents(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	const caches = vertexPath + "/cachedContents"
	body := func(n int) string {
		return `{"model":"` + strings.TrimPrefix(flash, "/v1/") + `","ttl":"60s","contents":[{"role":"user","parts":[{"text":"` + strings.Repeat("word", n) + `"}]}]}`
	}
	if got := g.refusal(g.do(http.MethodPost, caches, body(9), g.federated())); got.Message != "The cached content is of 10 tokens. The minimum token count to start caching is 1024." {
		t.Errorf("%+v", got)
	}
	var made struct {
		Name, ExpireTime string
		Contents         any
	}
	g.into(g.do(http.MethodPost, caches, body(2000), g.federated()), &made)
	if made.ExpireTime != "2026-11-23T12:01:00.000000Z" || made.Contents != nil {
		t.Errorf("%+v", made)
	}
	var got struct {
		UsageMetadata struct{ CachedContentTokenCount, PromptTokenCount int }
	}
	g.into(g.do(http.MethodPost, flash+":generateContent", gemini("hello bridge", `,"cachedContent":"`+made.Name+`"`), g.federated()), &got)
	if got.UsageMetadata.CachedContentTokenCount != 2001 || got.UsageMetadata.PromptTokenCount != 2004 {
		t.Errorf("%+v", got)
	}
	elsewhere := strings.Replace(flash, "us-central1", "europe-west4", 1)
	if got := g.refusal(g.do(http.MethodPost, elsewhere+":generateContent", gemini("x", `,"cachedContent":"`+made.Name+`"`), g.federated())); got.Code != http.StatusNotFound {
		t.Errorf("a cache of another location: %+v", got)
	}
}
