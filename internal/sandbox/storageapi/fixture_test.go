package storageapi_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const quantum = 256 << 10

// gcs is the API over a small world whose clock the test moves.
type gcs struct {
	testing.TB
	world  *world.World
	cloud  *storageapi.Storage
	server *httptest.Server
	now    time.Time
}

func newGCS(t testing.TB, b storageapi.Bucket, o storageapi.Options) *gcs {
	t.Helper()
	g := &gcs{TB: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	g.world = world.New(func() time.Time { return g.now })
	g.world.AddProject(world.Project{
		ID: "demo", Number: "1234567890", Services: map[string]bool{"storage.googleapis.com": true},
		Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/storage.admin", Members: []string{"user:admin"}}}},
	})
	google := googleapi.New(g.world, googleapi.Options{})
	g.cloud = storageapi.New(google, g.world, o)
	b.Name, b.Project = "b-1", "demo"
	if err := g.cloud.AddBucket(b); err != nil {
		t.Fatal(err)
	}
	g.server = httptest.NewServer(google)
	t.Cleanup(g.server.Close)
	return g
}

type answer struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any
}

// reason is why a call was refused.
func (a answer) reason() string {
	e, _ := a.json["error"].(map[string]any)
	errs, _ := e["errors"].([]any)
	if len(errs) == 0 {
		return ""
	}
	reason, _ := errs[0].(map[string]any)["reason"].(string)
	return reason
}

func (a answer) message() string {
	e, _ := a.json["error"].(map[string]any)
	text, _ := e["message"].(string)
	return text
}

// as makes a call as somebody, "" with no token; header is "Name: value" lines.
func (g *gcs) as(who, call, body string, header ...string) answer {
	g.Helper()
	a, err := g.try(who, call, strings.NewReader(body), header...)
	if err != nil {
		g.Fatal(err)
	}
	return a
}

func (g *gcs) try(who, call string, body io.Reader, header ...string) (answer, error) {
	method, path, _ := strings.Cut(call, " ")
	if !strings.HasPrefix(path, "http") {
		path = g.server.URL + path
	}
	r, err := http.NewRequestWithContext(g.Context(), method, path, body)
	if err != nil {
		g.Fatal(err)
	}
	if who != "" {
		token := g.world.Issue(world.Grant{
			Principal: "user", Members: []string{"user:" + who}, Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}, Expiry: g.now.Add(time.Hour),
		})
		r.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	if a.body, err = io.ReadAll(resp.Body); err != nil {
		return a, err
	}
	_ = json.Unmarshal(a.body, &a.json)
	return a, nil
}

// admin is a call of somebody who may do all.
func (g *gcs) admin(call, body string, header ...string) answer {
	g.Helper()
	return g.as("admin", call, body, header...)
}

// ok is such a call that must succeed.
func (g *gcs) ok(call, body string, header ...string) answer {
	g.Helper()
	a := g.admin(call, body, header...)
	if a.status/100 != 2 {
		g.Fatalf("%s: %d %s", call, a.status, a.body)
	}
	return a
}

func (g *gcs) put(name, content string) answer {
	g.Helper()
	return g.ok("POST /upload/storage/v1/b/b-1/o?uploadType=media&name="+name, content)
}

func (g *gcs) holds(name string, want []byte) {
	g.Helper()
	got, err := g.cloud.Bytes("b-1", name)
	if err != nil || !bytes.Equal(got, want) {
		g.Errorf("%s holds %d bytes, %v; want %d", name, len(got), err, len(want))
	}
}

func crc(b []byte) string { return checksum.Of(checksum.Update(0, b)).String() }
