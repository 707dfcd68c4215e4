package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/policy"
)

const (
	weatherPath  = "/landbridge/v1/secrets/weather"
	weatherValue = "the-key-of-the-weather"
)

// safe is a door with one secret, for one workload.
func safe(t *testing.T, read func(context.Context) (gateway.Secret, error), change ...func(*gateway.Options)) *door {
	t.Helper()
	entry := &gateway.SecretEntry{Name: "weather", Reference: "https://v.vault.azure.net/secrets/weather", Quota: policy.Quota{RequestsPerMinute: 2}, Read: read}
	with := func(o *gateway.Options) {
		o.Quotas = policy.NewQuotas(policy.QuotasOptions{Clock: time.Now})
		o.Secret = func(caller, name string) *gateway.SecretEntry {
			if caller == workload && name == entry.Name {
				return entry
			}
			return nil
		}
	}
	return open(t, farSide(t, says("application/json", "{}")), append([]func(*gateway.Options){with}, change...)...)
}

func current(context.Context) (gateway.Secret, error) {
	return gateway.Secret{Value: bridge.NewSecret(weatherValue), Version: "0123", Expires: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}, nil
}

// get asks with the workload's token.
func (d *door) secret(t *testing.T, path string, header ...string) (int, string, http.Header) {
	t.Helper()
	return d.do(t, http.MethodGet, path, "", append([]string{"Authorization", "Bearer " + secret}, header...)...)
}

func TestSecretIsGivenOnRecord(t *testing.T) {
	t.Parallel()
	d := safe(t, current)
	status, body, h := d.secret(t, weatherPath)
	if status != 200 || body != weatherValue {
		t.Fatalf("%d %s", status, body)
	}
	for key, want := range map[string]string{
		"Cache-Control": "no-store", "Etag": `"0123"`, "X-Landbridge-Secret-Version": "0123", "X-Landbridge-Secret-Expires": "2030-01-02T03:04:05Z",
		"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff",
	} {
		if h.Get(key) != want {
			t.Errorf("%s is %q", key, h.Get(key))
		}
	}
	last := d.book.last(t)
	if events := d.book.events(); len(events) != 2 || events[0] != bridge.EventAsked || events[1] != bridge.EventAnswered {
		t.Errorf("events %v", events)
	}
	if last.Data == nil || last.Data.Dataset != "weather" || last.Data.At != "0123" || last.Call.Status != 200 || last.Call.Workload != workload || last.Call.ID != h.Get("X-Landbridge-Call-Id") {
		t.Errorf("record %+v %+v", last.Call, last.Data)
	}

	status, body, _ = d.secret(t, weatherPath, "If-None-Match", `"0123"`)
	if status != 304 || body != "" || d.book.last(t).Call.Status != 304 {
		t.Errorf("what the caller has: %d %q", status, body)
	}
	status, body, h = d.secret(t, weatherPath)
	if status != 429 || h.Get("Retry-After") == "" || strings.Contains(body, weatherValue) {
		t.Errorf("the third in a minute: %d %s", status, body)
	}
}

// What a caller may not have and what there is not look the same.
func TestSecretsOfOthersAreUnknown(t *testing.T) {
	t.Parallel()
	d := safe(t, current)
	stranger := open(t, farSide(t, says("application/json", "{}")), func(o *gateway.Options) { o.Secret = func(_, _ string) *gateway.SecretEntry { return nil } })
	status, other, _ := d.secret(t, "/landbridge/v1/secrets/whether")
	forbidden, mine, _ := stranger.secret(t, weatherPath)
	other = strings.ReplaceAll(other, "whether", "weather")
	if status != 404 || forbidden != 404 || mine != other || !strings.Contains(mine, `there is no secret \"weather\" for `+workload) {
		t.Errorf("%d %s\n%d %s", status, other, forbidden, mine)
	}
	if last := stranger.book.last(t); last.Event != bridge.EventRefusal || last.Code != "secret_unknown" {
		t.Errorf("record %+v", last)
	}
	for name, ask := range map[string]struct {
		verb, token string
		status      int
	}{"no token": {http.MethodGet, "", 401}, "another's": {http.MethodGet, "eyJx.eyJy.eno", 401}, "POST": {http.MethodPost, secret, 405}} {
		header := []string{"Authorization", "Bearer " + ask.token}
		if ask.token == "" {
			header = nil
		}
		if status, body, h := d.do(t, ask.verb, weatherPath, "", header...); status != ask.status || strings.Contains(body, weatherValue) || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestSecretOfAVaultThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    *bridge.Error
		status int
		says   string
	}{
		"away":    {&bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopKeys, Code: "unreachable", Text: "no route to v.vault.azure.net", Retry: true}, 503, `the vault of secret \"weather\" cannot be reached; try again`},
		"refuses": {&bridge.Error{Kind: bridge.Denied, Hop: bridge.HopKeys, Code: "Forbidden", Text: "the role of 4711 is missing"}, 502, `secret \"weather\" cannot be read from its vault; the gateway's audit log says why`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := safe(t, func(context.Context) (gateway.Secret, error) { return gateway.Secret{}, tt.err })
			status, body, h := d.secret(t, weatherPath)
			if status != tt.status || !strings.Contains(body, tt.says) || strings.Contains(body, tt.err.Text) || (h.Get("Retry-After") != "") != tt.err.Retry {
				t.Errorf("%d %s", status, body)
			}
			if last := d.book.last(t); last.Event != bridge.EventAnswered || last.Code != tt.err.Code || last.Reason != tt.err.Text || last.Call.Status != tt.status {
				t.Errorf("record %+v %+v", last, last.Call)
			}
		})
	}
}

// Nothing leaves that is not in the log.
func TestUnrecordedSecretsStay(t *testing.T) {
	t.Parallel()
	for _, event := range []bridge.Event{bridge.EventAsked, bridge.EventAnswered} {
		t.Run(string(event), func(t *testing.T) {
			t.Parallel()
			d := safe(t, current)
			d.book.fails = event
			if status, body, _ := d.secret(t, weatherPath); status != 503 || strings.Contains(body, weatherValue) || !strings.Contains(body, "the audit log cannot be written") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}
