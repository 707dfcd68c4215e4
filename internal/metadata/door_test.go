package metadata_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/metadata"
)

const (
	secretText = "test-token-that-nobody-may-log"
	email      = "app@demo.iam.gserviceaccount.com"
	v1         = "/computeMetadata/v1/"
	tokenPath  = v1 + "instance/service-accounts/default/token"
)

// leaser hands out one lease, or fails, and remembers what it was asked for.
type leaser struct {
	mu    sync.Mutex
	lease bridge.Lease
	err   error
	asked []bridge.LeaseRequest
}

func (l *leaser) Lease(_ context.Context, req bridge.LeaseRequest) (bridge.Lease, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, req)
	return l.lease, l.err
}

// recorder keeps records, or fails.
type recorder struct {
	mu      sync.Mutex
	records []bridge.Record
	err     error
}

func (r *recorder) Record(_ context.Context, rec bridge.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	r.records = append(r.records, rec)
	return nil
}

func (r *recorder) all() []bridge.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.records)
}

// door is a running door with what a test wants to look at.
type door struct {
	*metadata.Server
	addr     string
	leaser   *leaser
	recorder *recorder
	registry *prometheus.Registry
	stop     func() // ends the door and waits for its end
}

// start runs a door on loopback as production does. The clock stands still.
func start(t *testing.T, change func(*metadata.Options)) *door {
	t.Helper()
	now := time.Now()
	d := &door{
		leaser: &leaser{lease: bridge.Lease{
			Token: bridge.NewSecret(secretText), Type: bridge.AccessToken, Principal: email, Scopes: []string{metadata.CloudPlatform}, Expiry: now.Add(3599500 * time.Millisecond),
		}},
		recorder: &recorder{},
		registry: prometheus.NewRegistry(),
	}
	o := metadata.Options{
		Leaser: d.leaser, Recorder: d.recorder, Clock: func() time.Time { return now }, Registry: d.registry,
		Identity: metadata.Identity{
			ProjectID: "demo", NumericProjectID: "123456789012", Zone: "us-central1-a", InstanceID: "42", InstanceName: "pod-1",
			Hostname: "pod-1.demo.internal", ClusterName: "blue", ClusterLocation: "westeurope", ServiceAccount: email,
			Attributes: map[string]string{"a\"b": "<1>"},
		},
	}
	if change != nil {
		change(&o)
	}
	s, err := metadata.New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.Server = s
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, l) }()
	d.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
	t.Cleanup(d.stop)
	return d
}

// ask sends one request; headers are "Name: value", "-Name" takes one away.
func (d *door) ask(t *testing.T, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.addr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Metadata-Flavor", "Google")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		switch {
		case name == "Host":
			req.Host = value
		case strings.HasPrefix(name, "-"):
			req.Header.Del(name[1:])
		default:
			req.Header.Add(name, value)
		}
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestEveryValueAndEveryShape(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	account := `{"aliases":["default"],"email":"` + email + `","scopes":["` + metadata.CloudPlatform + `"]}`
	instance := `{"attributes":{"a\"b":"\u003c1\u003e","cluster-location":"westeurope","cluster-name":"blue"},"hostname":"pod-1.demo.internal","id":42,` +
		`"maintenanceEvent":"NONE","name":"pod-1","preempted":"FALSE","serviceAccounts":{"` + email + `":` + account + `,"default":` + account + `},` +
		`"zone":"projects/123456789012/zones/us-central1-a"}`
	for _, c := range []struct {
		path, body, contentType string
		status                  int
	}{
		{"/", "computeMetadata/\n", "application/text", 200},
		{"/computeMetadata/", "v1/\n", "application/text", 200},
		{v1, "instance/\nproject/\nuniverse/\n", "application/text", 200},
		{v1 + "instance/", "attributes/\nhostname\nid\nmaintenance-event\nname\npreempted\nservice-accounts/\nzone\n", "application/text", 200},
		{v1 + "instance/id", "42", "application/text", 200},
		{v1 + "instance/id?alt=json", "42", "application/json", 200},
		{v1 + "instance/name", "pod-1", "application/text", 200},
		{v1 + "instance/name?alt=json", `"pod-1"`, "application/json", 200},
		{v1 + "instance/name?recursive=true", "pod-1", "application/text", 200},
		{v1 + "instance/hostname", "pod-1.demo.internal", "application/text", 200},
		{v1 + "instance/zone", "projects/123456789012/zones/us-central1-a", "application/text", 200},
		{v1 + "instance/attributes/", "a\"b\ncluster-location\ncluster-name\n", "application/text", 200},
		{v1 + "instance/attributes/cluster-name", "blue", "application/text", 200},
		{v1 + "instance/attributes/cluster-location", "westeurope", "application/text", 200},
		{v1 + "instance/attributes/a%22b", "<1>", "application/text", 200},
		{v1 + "instance/service-accounts/", email + "/\ndefault/\n", "application/text", 200},
		{v1 + "instance/service-accounts/default/", "aliases\nemail\nidentity\nscopes\ntoken\n", "application/text", 200},
		{v1 + "instance/service-accounts/default/email", email, "application/text", 200},
		{v1 + "instance/service-accounts/" + email + "/email", email, "application/text", 200},
		{v1 + "instance/service-accounts/default/scopes", metadata.CloudPlatform + "\n", "application/text", 200},
		{v1 + "instance/service-accounts/default/aliases", "default\n", "application/text", 200},
		{v1 + "instance/service-accounts/default/?recursive=true", account, "application/json", 200},
		{v1 + "instance/service-accounts/?recursive=true", `{"` + email + `":` + account + `,"default":` + account + `}`, "application/json", 200},
		{v1 + "instance/service-accounts/default/?recursive=true&alt=text", "aliases default\nemail " + email + "\nscopes " + metadata.CloudPlatform + "\n", "application/text", 200},
		{v1 + "project/", "attributes/\nnumeric-project-id\nproject-id\n", "application/text", 200},
		{v1 + "project/project-id", "demo", "application/text", 200},
		{v1 + "project/numeric-project-id", "123456789012", "application/text", 200},
		{v1 + "project/attributes/", "", "application/text", 200},
		{v1 + "universe/", "universe-domain\n", "application/text", 200},
		{v1 + "universe/universe-domain", "googleapis.com", "application/text", 200},
		{v1 + "universe/universe_domain", "googleapis.com", "application/text", 200},
		{v1 + "?recursive=true", `{"instance":` + instance + `,"project":{"attributes":{},"numericProjectId":123456789012,"projectId":"demo"},"universe":{"universeDomain":"googleapis.com"}}`, "application/json", 200},
		{v1 + "project/?recursive=TRUE&alt=text", "numeric-project-id 123456789012\nproject-id demo\n", "application/text", 200},
		{v1 + "instance", v1 + "instance/\n", "text/html", 301},
		{"/computeMetadata", "/computeMetadata/\n", "text/html", 301},
		{"/computeMetadata/v1", v1 + "\n", "text/html", 301},
		{v1 + "instance/service-accounts/default", v1 + "instance/service-accounts/default/\n", "text/html", 301},
	} {
		resp, body := d.ask(t, "GET", c.path)
		if resp.StatusCode != c.status || body != c.body || resp.Header.Get("Content-Type") != c.contentType {
			t.Errorf("%s: %d %q\n got %q\nwant %q", c.path, resp.StatusCode, resp.Header.Get("Content-Type"), body, c.body)
		}
		if c.status == 200 && strings.HasPrefix(c.path, v1) && len(resp.Header.Get("ETag")) != 16 {
			t.Errorf("%s: ETag %q", c.path, resp.Header.Get("ETag"))
		}
		stamped(t, c.path, resp)
	}
	resp, _ := d.ask(t, "GET", v1+"instance?recursive=true")
	if got := resp.Header.Get("Location"); got != "http://"+d.addr+v1+"instance/?recursive=true" {
		t.Errorf("Location %q", got)
	}
	if n := len(d.recorder.all()); n != 0 {
		t.Errorf("values left %d records", n)
	}
}

func stamped(t *testing.T, what string, resp *http.Response) {
	t.Helper()
	for name, want := range map[string]string{"Metadata-Flavor": "Google", "Server": "Metadata Server for VM", "X-Xss-Protection": "0", "X-Frame-Options": "SAMEORIGIN"} {
		if got := resp.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: header %s is %q", what, name, got)
		}
	}
}

func TestUnknownAndMalformed(t *testing.T) {
	t.Parallel()
	d := start(t, func(o *metadata.Options) { o.Identity.Zone = "" })
	for path, want := range map[string]string{
		v1 + "instance/zone":                                  "404|The requested URL <code>/computeMetadata/v1/instance/zone</code> was not found on this server.",
		v1 + "instance/name/":                                 "404|The requested URL <code>/computeMetadata/v1/instance/name/</code> was not found on this server.",
		v1 + "instance/%3Cscript%3E":                          "404|The requested URL <code>/computeMetadata/v1/instance/&lt;script&gt;</code> was not found on this server.",
		v1 + "instance/service-accounts/other/token":          "404|was not found on this server.",
		v1 + "instance/service-accounts/default/token/":       "404|was not found on this server.",
		"/computeMetadata/v1beta1/instance/id":                "404|was not found on this server.",
		v1 + "instance/?alt=json":                             "400|alt needs recursive=true when a directory is asked for",
		v1 + "instance/id?alt=xml":                            "400|alt must be json or text",
		v1 + "instance/?wait_for_change=true":                 "400|wait_for_change needs recursive=true when a directory is asked for",
		v1 + "instance/id?wait_for_change=true&timeout_sec=x": "400|timeout_sec must be a number of seconds",
	} {
		resp, body := d.ask(t, "GET", path)
		status, text, _ := strings.Cut(want, "|")
		if resp.Status[:3] != status || !strings.Contains(body, text) || !strings.Contains(body, "<title>Error "+status+" (") {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
		stamped(t, path, resp)
	}
}

func TestTokenIsLeasedRecordedAndHandedOut(t *testing.T) {
	t.Parallel()
	d := start(t, func(o *metadata.Options) { o.PeerUIDs = []uint32{uint32(os.Getuid())} })
	for _, path := range []string{tokenPath, v1 + "instance/service-accounts/" + email + "/token"} {
		resp, body := d.ask(t, "GET", path)
		if body != `{"access_token":"`+secretText+`","expires_in":3599,"token_type":"Bearer"}` || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
		stamped(t, path, resp)
	}
	_, body := d.ask(t, "GET", tokenPath+"?alt=text&scopes=https%3A%2F%2Fa,openid")
	if body != "access_token "+secretText+"\nexpires_in 3599\ntoken_type Bearer\n" {
		t.Errorf("as text: %q", body)
	}
	if diff := cmp.Diff([]bridge.LeaseRequest{{}, {}, {Scopes: []string{"https://a", "openid"}}}, d.leaser.asked); diff != "" {
		t.Errorf("the leaser was asked for (-want +got)\n%s", diff)
	}
	records := d.recorder.all()
	if len(records) != 3 {
		t.Fatalf("%d records", len(records))
	}
	got := records[0]
	if !strings.HasPrefix(got.Caller, "127.0.0.1:") || !strings.HasSuffix(got.Caller, " uid "+itoa(os.Getuid())) {
		t.Errorf("caller %q", got.Caller)
	}
	got.Caller, got.Time = "", time.Time{}
	want := bridge.Record{
		Event: bridge.EventCrossing, Door: "metadata", Principal: email, Scopes: []string{metadata.CloudPlatform},
		Token: bridge.NewSecret(secretText).Name(), Expiry: d.leaser.lease.Expiry,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got)\n%s", diff)
	}
	long := strings.Repeat("x", 10_000) // federated tokens are long; the answer must still have a length
	d.leaser.mu.Lock()
	d.leaser.lease.Token = bridge.NewSecret(long)
	d.leaser.mu.Unlock()
	if resp, body := d.ask(t, "GET", tokenPath); resp.ContentLength != int64(len(body)) || !strings.Contains(body, long) {
		t.Errorf("a long token: Content-Length %d of %d", resp.ContentLength, len(body))
	}
}

func TestTokenRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"?scopes=" + strings.Repeat("a,", 33): `{"error":"invalid_scope","error_description":"more than 32 scopes were asked for"}`,
		"?scopes=" + strings.Repeat("a", 257): `{"error":"invalid_scope","error_description":"a scope is longer than 256 bytes or has a character that scopes cannot have"}`,
		"?scopes=a%22b":                       `{"error":"invalid_scope","error_description":"a scope is longer than 256 bytes or has a character that scopes cannot have"}`,
		"?alt=yaml":                           `{"error":"invalid_request","error_description":"alt must be json or text"}`,
	} {
		d := start(t, nil)
		resp, body := d.ask(t, "GET", tokenPath+query)
		if resp.StatusCode != 400 || strings.TrimSpace(body) != want {
			t.Errorf("%s: %s %s", query, resp.Status, body)
		}
		if records := d.recorder.all(); len(records) != 1 || records[0].Event != bridge.EventRefusal {
			t.Errorf("%s: records %v", query, records)
		}
	}
}

func TestLeaserFailures(t *testing.T) {
	t.Parallel()
	cause := errors.New("the cause is for operators: " + secretText)
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"denied":      {&bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "invalid_grant", Text: "the audience does not match", Hint: "h", Cause: cause}, 403, `{"error":"invalid_grant","error_description":"sts: the audience does not match"}`},
		"refused":     {&bridge.Error{Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "policy", Text: "not allowed"}, 403, `{"error":"policy","error_description":"not allowed"}`},
		"unreachable": {&bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "timeout", Text: "sts did not answer in time", RetryAfter: 1500 * time.Millisecond, Cause: cause}, 503, `{"error":"timeout","error_description":"sts: sts did not answer in time"}`},
		"quota":       {&bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "quota_exceeded", Text: "slow down", Status: 429}, 429, `{"error":"quota_exceeded","error_description":"sts: slow down"}`},
		"usage":       {&bridge.Error{Kind: bridge.Usage, Hop: bridge.HopHome, Code: "token_file_unreadable", Text: "no file"}, 500, `{"error":"token_file_unreadable","error_description":"home: no file"}`},
		"foreign":     {cause, 500, `{"error":"internal_error","error_description":"the token could not be had"}`},
	} {
		d := start(t, nil)
		d.leaser.err = c.err
		for _, path := range []string{tokenPath, v1 + "instance/service-accounts/default/identity?audience=x"} {
			resp, body := d.ask(t, "GET", path)
			if resp.StatusCode != c.status || strings.TrimSpace(body) != c.body {
				t.Errorf("%s: %s %s", name, resp.Status, body)
			}
			if want := map[string]string{"unreachable": "2"}[name]; resp.Header.Get("Retry-After") != want {
				t.Errorf("%s: Retry-After %q", name, resp.Header.Get("Retry-After"))
			}
			stamped(t, name, resp)
		}
		for _, r := range d.recorder.all() {
			if line, _ := json.Marshal(r); r.Event != bridge.EventRefusal || strings.Contains(string(line), secretText) {
				t.Errorf("%s: record %s", name, line)
			}
		}
	}
}

func TestNothingCrossesUnrecordedOrDying(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	d.recorder.err = errors.New("disk full")
	for _, path := range []string{tokenPath, v1 + "instance/service-accounts/default/identity?audience=x"} {
		resp, body := d.ask(t, "GET", path)
		if resp.StatusCode != 503 || strings.TrimSpace(body) != `{"error":"audit_unavailable","error_description":"the audit log cannot be written, so nothing is handed out"}` {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
	d = start(t, nil)
	d.leaser.lease.Expiry = d.leaser.lease.Expiry.Add(-time.Hour + 5*time.Minute)
	resp, body := d.ask(t, "GET", tokenPath)
	if resp.StatusCode != 503 || strings.TrimSpace(body) != `{"error":"lease_too_short","error_description":"no token with five minutes of life is at hand"}` {
		t.Errorf("a dying lease: %s %s", resp.Status, body)
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }
