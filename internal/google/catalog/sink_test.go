package catalog_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/google/catalog"
	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/wire"
)

func leaseOf() bridge.LeaseRequest {
	return bridge.LeaseRequest{Scopes: []string{google.CloudPlatform}}
}

func TestDataLineage(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	sink := f.catalog(func(o *catalog.Options) { o.LineageLocation = "us" }).DataLineage()
	for _, e := range (lineage.Producer{}).Events(copied()) {
		if err := sink.Send(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	told := f.cloud.Told()
	if len(told) != 4 || told[0].EventType != "START" || told[3].EventType != "COMPLETE" || told[0].Run != told[3].Run {
		t.Errorf("%+v", told)
	}
	if !strings.HasPrefix(told[0].Run, "projects/"+number+"/locations/us/processes/") {
		t.Error(told[0].Run)
	}
}

func TestDataLineageRefuses(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	sink := f.catalog().DataLineage()
	long := copied()
	long.Target.Place.Prefix = strings.Repeat("x", 4000) + "/"
	large := copied()
	large.Source.Tags = map[string]string{"x": strings.Repeat("x", 5_000_000)}
	for want, r := range map[string]lineage.Run{"name_too_long": long, "event_too_large": large} {
		if err := sink.Send(t.Context(), lineage.Producer{}.End(r)); err == nil || refusal(t, err).Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if len(f.writes()) != 0 {
		t.Error("it was sent all the same")
	}
	if err := f.world.Unbind(project, "roles/datalineage.producer", "user:teller"); err != nil {
		t.Fatal(err)
	}
	err := sink.Send(t.Context(), lineage.Producer{}.End(copied()))
	if e := refusal(t, err); !strings.Contains(e.Text, "data lineage refused the call: PERMISSION_DENIED") || !strings.Contains(e.Hint, "roles/datalineage.producer") {
		t.Errorf("%+v", e)
	}
}

func TestConsumer(t *testing.T) {
	t.Parallel()
	var status int
	var heard []byte
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer a-key" || r.URL.Path != "/api/v1/lineage" {
			t.Errorf("%s with %q", r.URL, r.Header)
		}
		var e lineage.Event
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			t.Error(err)
		}
		heard = append(heard, e.EventType...)
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte("says why"))
	}))
	t.Cleanup(server.Close)
	client := wire.New(wire.Options{})
	t.Cleanup(client.CloseIdle)
	sink := must[catalog.Sink](t)(catalog.NewConsumer(catalog.ConsumerOptions{HTTP: client, URL: server.URL + "/api/v1/lineage", Key: bridge.NewSecret("a-key")}))
	e := lineage.Producer{}.End(copied())
	for _, c := range []struct {
		status int
		kind   bridge.Kind
		retry  bool
	}{
		{http.StatusCreated, 0, false},
		{http.StatusServiceUnavailable, bridge.Unreachable, true},
		{http.StatusTooManyRequests, bridge.Unreachable, true},
		{http.StatusForbidden, bridge.Denied, false},
		{http.StatusNotFound, bridge.Usage, false},
		{http.StatusUnprocessableEntity, bridge.Fault, false},
	} {
		status = c.status
		err := sink.Send(t.Context(), e)
		if c.kind == 0 {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		got := refusal(t, err)
		if got.Kind != c.kind || got.Retry != c.retry || !strings.HasSuffix(got.Text, ": says why") {
			t.Errorf("%d: %+v", c.status, got)
		}
	}
	if string(heard) != strings.Repeat("COMPLETE", 6) {
		t.Errorf("heard %s", heard)
	}
	for _, url := range []string{"http://example.com/x", "https://u:p@h/x", "https://h/x?key=1", "h/x"} {
		if _, err := catalog.NewConsumer(catalog.ConsumerOptions{URL: url}); err == nil || refusal(t, err).Code != "consumer_refused" {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lineage.jsonl")
	sink := catalog.NewFile(path)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			for _, e := range (lineage.Producer{}).Events(copied()) {
				if err := sink.Send(t.Context(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	text := must[[]byte](t)(os.ReadFile(path))
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("%.80s", line)
		}
	}
	if len(lines) != 80 {
		t.Errorf("%d lines", len(lines))
	}
	err := catalog.NewFile(filepath.Join(path, "x")).Send(t.Context(), lineage.Producer{}.End(copied()))
	if e := refusal(t, err); e.Code != "lineage_file" {
		t.Errorf("%+v", e)
	}
}
