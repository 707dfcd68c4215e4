package metadata_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/metadata"
	"github.com/landbridge/landbridge/internal/wire"
)

func TestAzureRequestsPassUntouched(t *testing.T) {
	t.Parallel()
	imds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Server", "IMDS/150")
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if strings.Contains(r.URL.Path, "events") {
			w.WriteHeader(http.StatusAccepted)
		}
		_, _ = io.WriteString(w, r.Method+" "+r.RequestURI+" "+r.Header.Get("Metadata")+" "+r.Header.Get("User-Agent")+" "+string(body))
	}))
	t.Cleanup(imds.Close)
	d := start(t, func(o *metadata.Options) {
		o.IMDS, o.Client = imds.URL, wire.New(wire.Options{NoProxy: true})
	})
	path := "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net"
	azure := []string{"-Metadata-Flavor", "Metadata: True", "User-Agent: azsdk"}
	resp, body := d.ask(t, "GET", path, azure...)
	if resp.StatusCode != 200 || body != "GET "+path+" True azsdk " || resp.Header.Get("Server") != "IMDS/150" || resp.Header.Get("Metadata-Flavor") != "" {
		t.Errorf("%s %v %q", resp.Status, resp.Header, body)
	}
	records := d.recorder.all()
	if len(records) != 1 || records[0].Event != bridge.EventCrossing || records[0].Audience != "https://vault.azure.net" || records[0].Hop != bridge.HopHome {
		t.Errorf("records %+v", records)
	}
	resp, body = raw(t, d.addr, "POST /metadata/scheduledevents?api-version=2020-07-01 HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\nUser-Agent: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{12}", nil)
	if resp.StatusCode != 202 || body != "POST /metadata/scheduledevents?api-version=2020-07-01 true x {12}" {
		t.Errorf("%s %q", resp.Status, body)
	}
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, "POST /metadata/scheduledevents HTTP/1.1\r\nHost: metadata\r\nMetadata: true\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	in := bufio.NewReader(c)
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} { // not stamped: it is no answer
		if line, _ := in.ReadString('\n'); line != want {
			t.Fatalf("expected to continue, got %q", line)
		}
	}
	_, _ = io.WriteString(c, "{12}")
	if resp, err := http.ReadResponse(in, nil); err != nil || resp.StatusCode != 202 || resp.Header.Get("Metadata-Flavor") != "" {
		t.Errorf("after continuing: %v %v", resp, err)
	}
	for _, c := range []struct {
		headers []string
		status  int
		text    string
	}{
		{append([]string{"X-Forwarded-For: 1.2.3.4"}, azure...), 403, `{"error":"invalid_request","error_description":"Requests that came through a proxy (X-Forwarded-For, Forwarded, Via) are refused."}`},
		{append([]string{"X-Landbridge-Passed: 1"}, azure...), 508, `{"error":"invalid_request","error_description":"The address of Azure's metadata service leads back to this server."}`},
		{[]string{"-Metadata-Flavor"}, 403, "Missing Metadata-Flavor:Google header."},
		{nil, 404, "was not found on this server"},
	} {
		if resp, body := d.ask(t, "GET", path, c.headers...); resp.StatusCode != c.status || !strings.Contains(body, c.text) {
			t.Errorf("%v: %s %s", c.headers, resp.Status, body)
		}
	}
	imds.Close()
	if resp, body := d.ask(t, "GET", path, azure...); resp.StatusCode != 503 || !strings.Contains(body, `"error":"unreachable"`) {
		t.Errorf("no answer: %s %s", resp.Status, body)
	}
	off := start(t, nil)
	if resp, _ := off.ask(t, "GET", path, azure...); resp.StatusCode != 403 {
		t.Errorf("switched off: %s", resp.Status)
	}
}

// Azure's service reads a path as it likes; whatever it takes for the token's is recorded.
func TestTokensOfAzureAreRecordedHoweverTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	imds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	t.Cleanup(imds.Close)
	d := start(t, func(o *metadata.Options) {
		o.IMDS, o.Client = imds.URL, wire.New(wire.Options{NoProxy: true})
	})
	paths := []string{
		"/metadata/identity/oauth2/token/", "/metadata/Identity/OAuth2/Token", "/metadata/identity//oauth2/token",
		"/metadata/instance/../identity/oauth2/token", "/metadata/identity/oauth2/%74oken",
	}
	for _, path := range paths {
		resp, _ := raw(t, d.addr, "GET "+path+"?resource=r HTTP/1.1\r\nHost: metadata\r\nMetadata: true\r\nConnection: close\r\n\r\n", nil)
		if resp.StatusCode != 200 {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if got := len(d.recorder.all()); got != len(paths) {
		t.Errorf("%d records for %d tokens", got, len(paths))
	}
}

func TestPassThroughDoesNotGoRoundInACircle(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := metadata.New(metadata.Options{
		Leaser: &leaser{}, Recorder: &recorder{}, Clock: time.Now, IMDS: "http://" + l.Addr().String(), Client: wire.New(wire.Options{NoProxy: true}),
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(context.Background(), l)
	if err == nil || err.Error() != "door: the metadata door listens on the address to which it passes azure's requests" {
		t.Errorf("got %v", err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    metadata.Options
		want string
	}{
		{metadata.Options{}, "door: the metadata door needs a leaser, a recorder and a clock"},
		{metadata.Options{Leaser: &leaser{}, Recorder: &recorder{}, Clock: time.Now, IMDS: "http://169.254.169.254"}, "door: the address of azure's metadata service is not usable"},
		{metadata.Options{Leaser: &leaser{}, Recorder: &recorder{}, Clock: time.Now, IMDS: "not a url", Client: wire.New(wire.Options{})}, "door: the address of azure's metadata service is not usable"},
	} {
		if _, err := metadata.New(c.o); err == nil || err.Error() != c.want || bridge.KindOf(err) != bridge.Usage {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	d.ask(t, "GET", tokenPath)
	d.ask(t, "GET", tokenPath, "-Metadata-Flavor")
	d.ask(t, "GET", v1+"nothing/"+secretText)
	families, err := d.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"landbridge_metadata_requests_total 200 token":   1,
		"landbridge_metadata_requests_total 403 refused": 1,
		"landbridge_metadata_requests_total 404 unknown": 1,
		"landbridge_metadata_request_seconds token":      1,
		"landbridge_metadata_token_age_seconds":          0,
		"landbridge_metadata_token_remaining_seconds":    3599.5,
		"landbridge_metadata_connections_refused_total":  0,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
}
