package metadata_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	gce "cloud.google.com/go/compute/metadata"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/metadata"
)

const identityPath = v1 + "instance/service-accounts/default/identity"

func TestIDToken(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	for query, want := range map[string]string{
		"?audience=https://far.example/path?a=b;c&format=full": "https://far.example/path?a=b;c", // Node does not escape it
		"?audience=a+b%": "a+b%",
		"?format=standard&audience=https%3A%2F%2Ffar.example%2F&licenses=TRUE": "https://far.example/",
	} {
		resp, body := d.ask(t, "GET", identityPath+query)
		if resp.StatusCode != 200 || body != secretText || resp.Header.Get("Content-Type") != "text/html" {
			t.Errorf("%s: %s %q", query, resp.Status, body)
		}
		asked := d.leaser.asked[len(d.leaser.asked)-1]
		records := d.recorder.all()
		if asked.Audience != want || records[len(records)-1].Audience != want || records[len(records)-1].Event != bridge.EventCrossing {
			t.Errorf("%s: asked %+v, recorded %+v", query, asked, records[len(records)-1])
		}
	}
	for query, want := range map[string]string{
		"":                         "non-empty audience parameter required",
		"?audience=":               "non-empty audience parameter required",
		"?audience=a%20b":          "the audience parameter is too long or has a blank or control character",
		"?audience=a&format=short": "the format parameter must be full or standard",
		"?audience=a&licenses=1":   "the licenses parameter must be TRUE or FALSE",
	} {
		if resp, body := d.ask(t, "GET", identityPath+query); resp.StatusCode != 400 || body != want {
			t.Errorf("%s: %s %q", query, resp.Status, body)
		}
	}
}

const principal = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/system:serviceaccount:demo:app"

func TestDirectMode(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]bridge.Principal{"given": principal, "learned": ""} {
		d := start(t, func(o *metadata.Options) { o.Identity.ServiceAccount, o.Identity.Principal = "", given })
		d.leaser.lease.Principal = principal
		account := v1 + "instance/service-accounts/"
		for path, want := range map[string]string{
			account + "default/email":                         principal,
			account:                                           principal + "/\ndefault/\n",
			account + principal + "/email":                    principal,
			account + principal + "/token":                    `{"access_token":"` + secretText + `","expires_in":3599,"token_type":"Bearer"}`,
			account + principal + "/?recursive=true&alt=text": "aliases default\nemail " + principal + "\nscopes " + metadata.CloudPlatform + "\n",
		} {
			if resp, body := d.ask(t, "GET", path); resp.StatusCode != 200 || body != want {
				t.Errorf("%s: %s: %s %q", name, path, resp.Status, body)
			}
		}
		resp, body := d.ask(t, "GET", identityPath+"?audience=x")
		want := `{"error":"id_token_needs_service_account","error_description":"id tokens need a service account: in direct mode the workload itself is the principal, and google issues no id token for it"}`
		if resp.StatusCode != 403 || strings.TrimSpace(body) != want {
			t.Errorf("%s: identity: %s %s", name, resp.Status, body)
		}
	}
	d := start(t, func(o *metadata.Options) { o.Identity.ServiceAccount = "" })
	d.leaser.err = &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Code: "timeout", Text: "no answer"}
	if resp, body := d.ask(t, "GET", v1+"instance/service-accounts/default/email"); resp.StatusCode != 503 || !strings.Contains(body, `"error":"timeout"`) {
		t.Errorf("who we are cannot be learned: %s %s", resp.Status, body)
	}
}

func TestWaitForChange(t *testing.T) {
	t.Parallel()
	d := start(t, nil)
	path := v1 + "instance/attributes/cluster-name?wait_for_change=true"
	resp, _ := d.ask(t, "GET", v1+"instance/attributes/cluster-name")
	etag := resp.Header.Get("ETag")
	if _, body := d.ask(t, "GET", path+"&last_etag=0123456789abcdef"); body != "blue" {
		t.Errorf("another etag: %q", body)
	}
	if _, body := d.ask(t, "GET", path+"&timeout_sec=0&last_etag="+etag); body != "blue" {
		t.Errorf("no patience: %q", body)
	}
	answers := make(chan string, 2)
	for _, query := range []string{"&last_etag=" + etag, "&timeout_sec=60"} {
		go func() {
			_, body := d.ask(t, "GET", path+query)
			answers <- body
		}()
	}
	// The first request answers whether the change comes before or after it hangs; the second only when it hung, so the
	// value changes at every tick until both have answered.
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for i := 0; len(answers) < 2; i++ {
		<-tick.C
		d.SetIdentity(metadata.Identity{ClusterName: "green" + strings.Repeat("!", i%2), ServiceAccount: email})
	}
	for range 2 {
		if body := <-answers; !strings.HasPrefix(body, "green") {
			t.Errorf("after the change: %q", body)
		}
	}
	// A value that is taken away answers 404, as a value that never was.
	go d.SetIdentity(metadata.Identity{ServiceAccount: email})
	if resp, _ := d.ask(t, "GET", path+"&timeout_sec=30"); resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusOK {
		t.Errorf("after the end: %s", resp.Status)
	}
}

func TestTheEndOfTheDoorWakesWhoWaits(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	t.Run("door", func(t *testing.T) {
		d := start(t, nil)
		ready := make(chan struct{})
		go func() {
			req, _ := http.NewRequestWithContext(context.Background(), "GET", "http://"+d.addr+v1+"instance/id?wait_for_change=true", nil)
			req.Header.Set("Metadata-Flavor", "Google")
			close(ready)
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				got <- "refused" // the door closed before the request came
				return
			}
			_ = resp.Body.Close()
			got <- resp.Status
		}()
		<-ready
	})
	select {
	case status := <-got:
		if status != "200 OK" && status != "refused" {
			t.Error(status)
		}
	case <-time.After(20 * time.Second):
		t.Error("the request still hangs")
	}
}

// The environment belongs to the whole process, so this test runs alone.
func TestGoClient(t *testing.T) {
	d := start(t, nil)
	t.Setenv("GCE_METADATA_HOST", d.addr)
	ctx, c := t.Context(), gce.NewClient(nil)
	for name, ask := range map[string]struct {
		get  func() (string, error)
		want string
	}{
		"project":   {func() (string, error) { return c.ProjectIDWithContext(ctx) }, "demo"},
		"number":    {func() (string, error) { return c.NumericProjectIDWithContext(ctx) }, "123456789012"},
		"instance":  {func() (string, error) { return c.InstanceIDWithContext(ctx) }, "42"},
		"zone":      {func() (string, error) { return c.ZoneWithContext(ctx) }, "us-central1-a"},
		"email":     {func() (string, error) { return c.EmailWithContext(ctx, "") }, email},
		"attribute": {func() (string, error) { return c.InstanceAttributeValueWithContext(ctx, "cluster-name") }, "blue"},
		"universe":  {func() (string, error) { return c.GetWithContext(ctx, "universe/universe-domain") }, "googleapis.com"},
		"token": {func() (string, error) {
			return c.GetWithContext(ctx, "instance/service-accounts/default/token?scopes=a")
		}, `{"access_token":"` + secretText + `","expires_in":3599,"token_type":"Bearer"}`},
	} {
		if got, err := ask.get(); err != nil || got != ask.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := c.InternalIPWithContext(ctx); !errors.As(err, new(gce.NotDefinedError)) {
		t.Errorf("a value that we lack: %v", err)
	}
	if !gce.OnGCEWithContext(ctx) {
		t.Error("the library does not take this for a Google machine")
	}
	values := make(chan string, 1)
	err := c.SubscribeWithContext(ctx, "instance/attributes/cluster-name", func(_ context.Context, v string, _ bool) error {
		if v == "green" {
			values <- v
			return errors.New("enough")
		}
		d.SetIdentity(metadata.Identity{ClusterName: "green", ServiceAccount: email})
		return nil
	})
	if len(values) != 1 {
		t.Errorf("the subscription ended with %v before the change came", err)
	}
	d.leaser.err = &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "invalid_grant", Text: "the audience does not match"}
	_, err = c.GetWithContext(ctx, "instance/service-accounts/default/token")
	if err == nil || !strings.Contains(err.Error(), "the audience does not match") {
		t.Errorf("a refusal reads %v", err)
	}
}
