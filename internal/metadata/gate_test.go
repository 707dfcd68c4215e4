package metadata_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/metadata"
	"github.com/landbridge/landbridge/internal/wire"
)

func TestGateRefusesByText(t *testing.T) {
	t.Parallel()
	d := start(t, func(o *metadata.Options) { o.Hosts = []string{"Pretend.example:80"} })
	denied := "Your client does not have permission to get URL <code>" + tokenPath + "</code> from this server. "
	for _, c := range []struct {
		headers []string
		method  string
		status  int
		text    string
	}{
		{[]string{"-Metadata-Flavor"}, "GET", 403, denied + "Missing Metadata-Flavor:Google header.  <ins>"},
		{[]string{"-Metadata-Flavor", "Metadata-Flavor: google"}, "GET", 403, denied + "Missing Metadata-Flavor:Google header."},
		{[]string{"X-Forwarded-For: 1.2.3.4"}, "GET", 403, denied + "Requests that came through a proxy (X-Forwarded-For, Forwarded, Via) are refused."},
		{[]string{"X-Forwarded-For: "}, "GET", 403, denied + "Requests that came through a proxy"},
		{[]string{"Forwarded: for=1.2.3.4"}, "GET", 403, denied + "Requests that came through a proxy"},
		{[]string{"Via: 1.1 proxy"}, "GET", 403, denied + "Requests that came through a proxy"},
		{[]string{"Origin: http://evil.example"}, "GET", 403, denied + "Requests of a web page (Origin, Sec-Fetch) are refused."},
		{[]string{"Sec-Fetch-Site: cross-site"}, "GET", 403, denied + "Requests of a web page"},
		{[]string{"Host: evil.example"}, "GET", 403, denied + "The Host header names another server than this one."},
		{[]string{"Host: 10.1.2.3"}, "GET", 403, denied + "The Host header names another server"},
		{[]string{"Host: metadata.google.internal.evil.example"}, "GET", 403, denied + "The Host header names another server"},
		{nil, "POST", 405, "Only GET and HEAD are served."},
		{nil, "DELETE", 405, "Only GET and HEAD are served."},
		{nil, "OPTIONS", 405, "Only GET and HEAD are served."},
	} {
		resp, body := d.ask(t, c.method, tokenPath, c.headers...)
		if resp.StatusCode != c.status || !strings.Contains(body, c.text) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%v: %s %s", c.headers, resp.Status, body)
		}
		stamped(t, fmt.Sprint(c.headers), resp)
	}
	for _, r := range d.recorder.all() {
		if r.Event != bridge.EventRefusal || r.Hop != bridge.HopDoor || r.Code == "" || r.Reason == "" {
			t.Errorf("record %+v", r)
		}
	}
	if len(d.leaser.asked) != 0 {
		t.Error("a refused request reached the leaser")
	}
	for _, host := range []string{"169.254.169.254", "metadata", "metadata.google.internal", "METADATA.google.internal.:80", "localhost:1", "[::1]:9", "127.9.9.9", "pretend.example"} {
		if resp, body := d.ask(t, "GET", tokenPath, "Host: "+host); resp.StatusCode != 200 {
			t.Errorf("host %s: %s", host, body)
		}
	}
	if resp, _ := d.ask(t, "GET", "/", "-Metadata-Flavor"); resp.StatusCode != 200 {
		t.Errorf("a ping without the header: %s", resp.Status)
	}
	if resp, body := d.ask(t, "HEAD", v1+"instance/id"); resp.StatusCode != 200 || body != "" || resp.ContentLength != 2 {
		t.Errorf("HEAD: %s %q %d", resp.Status, body, resp.ContentLength)
	}
	if resp, _ := d.ask(t, "HEAD", tokenPath); resp.StatusCode != 405 {
		t.Errorf("HEAD of a token: %s", resp.Status)
	}
}

func TestUsersThatAreNotListedAreRefused(t *testing.T) {
	t.Parallel()
	d := start(t, func(o *metadata.Options) { o.PeerUIDs = []uint32{uint32(os.Getuid()) + 1} })
	resp, body := d.ask(t, "GET", tokenPath)
	if resp.StatusCode != 403 || !strings.Contains(body, "The user behind this connection is not served here.") {
		t.Errorf("%s %s", resp.Status, body)
	}
	if r := d.recorder.all(); len(r) != 1 || r[0].Code != "peer_refused" {
		t.Errorf("records %+v", r)
	}
}

func TestFloodOfRefusalsDoesNotFillTheLog(t *testing.T) {
	t.Parallel()
	d := start(t, nil) // its clock stands still, so this is one second
	for range 70 {
		d.ask(t, "GET", tokenPath, "-Metadata-Flavor")
	}
	if n := len(d.recorder.all()); n != 50 {
		t.Errorf("%d records of 70 refusals in a second", n)
	}
	d.stop()
	records := d.recorder.all()
	if last := records[len(records)-1]; len(records) != 51 || last.Event != bridge.EventRefusal || last.Reason != "20 more refusals that were not recorded one by one" {
		t.Errorf("after the door's end: %d records, the last %+v", len(records), last)
	}
}

// raw sends bytes and reads the answer.
func raw(t *testing.T, addr, head string, body io.Reader) (*http.Response, string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	go func() {
		_, _ = io.WriteString(c, head)
		if body != nil {
			_, _ = io.Copy(c, body)
		}
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	return resp, string(text)
}

func zeros(n int64) io.Reader { return io.LimitReader(endless{}, n) }

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestGreatBodiesAndHeaders(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	head := "GET " + tokenPath + " HTTP/1.1\r\nHost: metadata\r\nMetadata-Flavor: Google\r\n"
	resp, body := raw(t, d.addr, head+"Content-Length: 10485760\r\n\r\n", zeros(10<<20))
	if resp.StatusCode != 413 || !strings.Contains(body, "Requests with a body are refused.") || !resp.Close {
		t.Errorf("10 MB body: %s %s", resp.Status, body)
	}
	resp, body = raw(t, d.addr, head+"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", nil)
	if resp.StatusCode != 413 {
		t.Errorf("chunked body: %s %s", resp.Status, body)
	}
	resp, body = raw(t, d.addr, head+"X-Great: ", zeros(10<<20))
	if resp.StatusCode != 431 || body != "431 Request Header Fields Too Large" {
		t.Errorf("10 MB header: %s %s", resp.Status, body)
	}
	stamped(t, "10 MB header", resp)
	resp, _ = raw(t, d.addr, "GET "+tokenPath+" HTTP/1.1\r\nMetadata-Flavor: Google\r\n\r\n", nil)
	if resp.StatusCode != 400 {
		t.Errorf("no host: %s", resp.Status)
	}
	stamped(t, "no host", resp)
	if resp, _ = raw(t, d.addr, "GET "+tokenPath+" HTTP/1.0\r\nMetadata-Flavor: Google\r\n\r\n", nil); resp.StatusCode != 403 {
		t.Errorf("HTTP/1.0 without host: %s", resp.Status)
	}
}

func TestKeepAliveAnswersAreAllStamped(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(c)
	for i, path := range []string{tokenPath, v1 + "nothing", v1 + "instance/id", tokenPath} {
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: metadata\r\nMetadata-Flavor: Google\r\n\r\n", path)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		stamped(t, fmt.Sprint(i), resp)
	}
	fmt.Fprint(c, "NOT HTTP\r\n\r\n")
	resp, err := http.ReadResponse(in, nil)
	if err != nil || resp.StatusCode != 400 {
		t.Fatalf("%v %v", resp, err)
	}
	stamped(t, "malformed", resp)
}

func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	d := start(t, func(o *metadata.Options) { o.HeaderTimeout, o.IdleTimeout = 50*time.Millisecond, 50*time.Millisecond })
	for _, start := range []string{"GET / HT", "", "GET / HTTP/1.1\r\nHost: metadata\r\n\r\n"} {
		c, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		_, _ = io.WriteString(c, start)
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("after %q the door did not hang up: %v", start, err)
		}
		_ = c.Close()
	}
}

// A body that never comes must not hold the connection: neither one that is refused nor one that would be passed on.
func TestBodiesThatDoNotComeAreCutOff(t *testing.T) {
	t.Parallel()
	imds := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(imds.Close)
	d := start(t, func(o *metadata.Options) {
		o.HeaderTimeout, o.IMDS, o.Client = 50*time.Millisecond, imds.URL, wire.New(wire.Options{NoProxy: true})
	})
	for _, head := range []string{
		"GET " + tokenPath + " HTTP/1.1\r\nHost: metadata\r\nMetadata-Flavor: Google\r\nContent-Length: 9\r\n\r\n1",
		"GET " + tokenPath + " HTTP/1.1\r\nHost: metadata\r\nTransfer-Encoding: chunked\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: elsewhere.example\r\nContent-Length: 9\r\n\r\n",
		"POST /metadata/scheduledevents HTTP/1.1\r\nHost: metadata\r\nMetadata: true\r\nContent-Length: 9\r\n\r\n1",
	} {
		c, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(3 * time.Second))
		_, _ = io.WriteString(c, head)
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after %q the door did not hang up", head)
		}
		_ = c.Close()
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	d := start(t, func(o *metadata.Options) { o.MaxConns = 1 })
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: metadata\r\n\r\n")
	if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%v %v", resp, err)
	}
	second, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	_ = second.SetDeadline(time.Now().Add(20 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(second), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 503 || string(body) != "too many connections\n" {
		t.Errorf("one too many: %s %q", resp.Status, body)
	}
	stamped(t, "one too many", resp)
	_ = c.Close()
}
