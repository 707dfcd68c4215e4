package storage_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

func refusal(t testing.TB, err error) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("%v is no *bridge.Error", err)
	}
	return e
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const quota = `{"error":{"code":429,"message":"The object exceeded the rate limit for object mutation operations","errors":[{"reason":"rateLimitExceeded"}]}}`
	for name, c := range map[string]struct {
		status     int
		body       string
		kind       bridge.Kind
		code       string
		retry      bool
		text, hint string
	}{
		"throttled":    {429, quota, bridge.Unreachable, "rateLimitExceeded", true, "exceeded the rate limit", ""},
		"down":         {503, "<html>", bridge.Unreachable, "http_503", true, "answered 503 for bucket copies", ""},
		"old quota":    {403, `{"error":{"message":"slow","errors":[{"reason":"userRateLimitExceeded"}]}}`, bridge.Unreachable, "userRateLimitExceeded", true, "slow", ""},
		"not granted":  {403, `{"error":{"message":"x does not have storage.objects.get access","errors":[{"reason":"forbidden"}]}}`, bridge.Denied, dataset.CodeUnauthorized, false, "storage.objects.get", "roles/storage.objectViewer"},
		"no delete":    {403, `{"error":{"message":"Permission 'storage.objects.delete' denied","errors":[{"reason":"forbidden"}]}}`, bridge.Denied, dataset.CodeUnauthorized, false, "", "roles/storage.objectUser"},
		"scopes":       {403, `{"error":{"message":"Insufficient Permission","errors":[{"reason":"insufficientPermissions"}]}}`, bridge.Denied, dataset.CodeUnauthorized, false, "", "devstorage.read_write"},
		"kept":         {403, `{"error":{"message":"held","errors":[{"reason":"retentionPolicyNotMet"}]}}`, bridge.Denied, "retentionPolicyNotMet", false, "held", "retention period"},
		"token":        {401, `{"error":{"message":"Invalid Credentials","errors":[{"reason":"authError"}]}}`, bridge.Denied, dataset.CodeUnauthorized, true, "Invalid Credentials", "landbridge doctor"},
		"no bucket":    {404, `{"error":{"message":"The specified bucket does not exist.","errors":[{"reason":"notFound"}]}}`, bridge.Usage, "bucket_not_found", false, "there is no bucket copies", "check the name"},
		"no object":    {404, `{"error":{"message":"No such object: copies/x","errors":[{"reason":"notFound"}]}}`, bridge.Drifted, dataset.CodeNotFound, false, "no such object", ""},
		"who pays":     {400, `{"error":{"message":"User project specified is missing","errors":[{"reason":"userProjectMissing"}]}}`, bridge.Usage, "userProjectMissing", false, "", "quota project"},
		"elsewhere":    {307, ``, bridge.Unreachable, "bucket_elsewhere", false, "", "another location"},
		"in XML":       {412, `<Error><Code>PreconditionFailed</Code><Message>m</Message></Error>`, bridge.Drifted, dataset.CodeChanged, false, "somebody else", "plan again"},
		"not JSON":     {200, `<html>`, bridge.Unreachable, "response_malformed", true, "something else than its JSON", "proxy"},
		"half of JSON": {200, `{"name":"x`, bridge.Unreachable, "response_malformed", true, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, storageapi.Bucket{})
			f.when(func(rw http.ResponseWriter, _ *http.Request) bool {
				rw.Header().Set("Retry-After", "3")
				rw.WriteHeader(c.status)
				_, _ = io.WriteString(rw, c.body)
				return true
			})
			_, err := f.store().Stat(t.Context(), "x")
			e := refusal(t, err)
			if e.Kind != c.kind || e.Code != c.code || e.Retry != c.retry || !strings.Contains(e.Text, c.text) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("got %v %s retry=%v\n%s\n%s", e.Kind, e.Code, e.Retry, e.Text, e.Hint)
			}
			if e.Hop != bridge.HopBucket || c.status >= 400 && e.RetryAfter != 3*time.Second {
				t.Errorf("hop %s, after %v", e.Hop, e.RetryAfter)
			}
		})
	}
}

// What the sandbox's own Cloud Storage refuses comes out the same way.
func TestRightsAreNamed(t *testing.T) {
	t.Parallel()
	f := newFar(t, storageapi.Bucket{})
	s := f.store()
	if err := f.world.Unbind("gs://"+bucket, "roles/storage.objectUser", "user:copier"); err != nil {
		t.Fatal(err)
	}
	for role, do := range map[string]func() error{
		"roles/storage.objectViewer": func() error { _, err := s.Stat(t.Context(), "x"); return err },
		"roles/storage.objectCreator": func() error {
			_, err := s.Put(t.Context(), dataset.Write{Name: "x"}, strings.NewReader(""))
			return err
		},
		"roles/storage.objectUser": func() error { return s.Delete(t.Context(), dataset.Object{Name: "x"}) },
	} {
		if e := refusal(t, do()); e.Code != dataset.CodeUnauthorized || e.Kind != bridge.Denied || !strings.Contains(e.Hint, "grant "+role+" on gs://"+bucket) {
			t.Errorf("%s: %v, %s", role, e, e.Hint)
		}
	}
	_, err := f.store(func(o *storage.Options) { o.Bucket = "elsewhere" }).Stat(t.Context(), "x")
	if code(err) != "bucket_not_found" {
		t.Errorf("got %v", err)
	}
}

func TestOptionsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    storage.Options
		code string
	}{
		"endpoint with a path": {storage.Options{Bucket: "b", Endpoint: "https://x/y"}, "endpoint_refused"},
		"no endpoint":          {storage.Options{Bucket: "b", Endpoint: "storage"}, "endpoint_refused"},
		"no bucket":            {storage.Options{}, "bucket_refused"},
		"bucket as a URL":      {storage.Options{Bucket: "gs://b"}, "bucket_refused"},
		"half a prefix":        {storage.Options{Bucket: "b", Prefix: "x"}, "prefix_refused"},
		"absolute prefix":      {storage.Options{Bucket: "b", Prefix: "/x/"}, "prefix_refused"},
	} {
		if _, err := storage.New(c.o); code(err) != c.code || bridge.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	s, err := storage.New(storage.Options{Bucket: "b", Prefix: "p/"})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"": "is empty", strings.Repeat("x", 1023): "longer than 1,024", "\xff": "not UTF-8", "a\nb": "line break",
	} {
		if err := s.CheckName(name); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{strings.Repeat("x", 1022), "a/", "/", "a//b", "..", "%", "a?b#c", " "} {
		if err := s.CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
