package audit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/landbridge/landbridge/internal/bridge"
)

func full() bridge.Record {
	at := time.Date(2026, 11, 23, 10, 0, 0, 120_000_000, time.FixedZone("", 2*3600))
	return bridge.Record{
		Time: at, Event: bridge.EventCrossing, Door: "metadata", Caller: "127.0.0.1:4711 uid 1000", Issuer: "https://issuer.example/a/",
		Subject: "system:serviceaccount:demo:app", Principal: "app@demo.iam.gserviceaccount.com",
		Scopes:   []string{"https://www.googleapis.com/auth/cloud-platform", "openid"},
		Audience: "https://far.example?a=b&c=<d>", Token: "sha256:0123456789abcdef", Expiry: at.Add(time.Hour).UTC(),
		Hop: bridge.HopSTS, Code: "invalid_grant", Reason: "a \"quoted\"\\\n\t\r\b\f\x00\x1f\x7f reason \u2028 ü \xff 世界", Call: &bridge.Call{
			ID: "0123", Workload: "aks-prod/system:serviceaccount:demo:chat", Rule: "chat", Dialect: "openai", Method: "generateContent", Model: "google/gemini-2.5-flash",
			Project: "demo", Location: "europe-west4", Attempts: 2, Status: 200, Finish: "STOP", Input: 12, Output: 34, Cost: 5600, Masked: "PERSON:1", Found: "URL:2",
			Guard: "flag <rule>", Score: "0.61", Left: true,
		}, Took: 1500 * time.Microsecond,
	}
}

func TestLineIsWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]bridge.Record{
		"full": full(), "zero": {}, "lease": {Time: time.Unix(1, 0).UTC(), Event: bridge.EventLease, Scopes: []string{"one"}}, "call": {Call: &bridge.Call{ID: "1"}}, "data": {Data: &bridge.Data{Run: "r", Act: "sync"}}, "full data": {Data: &bridge.Data{
			Run: "r", Act: "sync", Dataset: "d", Source: "blob://a/c/", Target: "gs://b/", At: "2026", Objects: 1, Bytes: 2, Damaged: 3, Manifest: "sha256:00", Outcome: "done",
		}},
	} {
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := appendRecord(nil, &r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want)+"\n", string(got)); diff != "" {
			t.Errorf("%s: -encoding/json +ours:\n%s", name, diff)
		}
	}
}

func FuzzLineIsWhatEncodingJSONWrites(f *testing.F) {
	f.Add("issuer", "audience", int64(1), int64(0))
	f.Add("\xff\u2029<&>", "\x00\"\\", int64(-1), int64(99))
	f.Fuzz(func(t *testing.T, a, b string, sec, took int64) {
		r := bridge.Record{Time: time.Unix(sec, took).UTC(), Event: bridge.Event(a), Issuer: a, Audience: b, Scopes: []string{a, b}, Took: time.Duration(took)}
		want, werr := json.Marshal(r)
		got, gerr := appendRecord(nil, &r)
		if (werr == nil) != (gerr == nil) {
			t.Fatalf("encoding/json says %v, ours %v", werr, gerr)
		}
		if werr == nil && string(got) != string(want)+"\n" {
			t.Errorf("encoding/json: %s\nours:          %s", want, got)
		}
	})
}

func TestTokensAreBlackedOut(t *testing.T) {
	t.Parallel()
	jwt := "eyJ" + strings.Repeat("a", 20) + ".eyJ" + strings.Repeat("b", 20) + ".c-d_e"
	opaque := "ya29." + strings.Repeat("x", 40)
	for in, want := range map[string]string{
		"":                                   "",
		"system:serviceaccount:demo:eyJob":   "system:serviceaccount:demo:eyJob",
		"the token " + jwt + " is old":       "the token [redacted] is old",
		opaque + " and " + jwt:               "[redacted] and [redacted]",
		"ya29.short":                         "ya29.short",
		"eyJshort but then " + jwt + ", yes": "eyJshort but then [redacted], yes",
	} {
		if got := redact(in); got != want {
			t.Errorf("redact(%q) = %q, want %q", in, got, want)
		}
	}
	r := bridge.Record{Caller: jwt, Subject: jwt, Code: opaque, Reason: "because " + jwt}
	line, err := appendRecord(nil, &r)
	if err != nil || strings.Contains(string(line), "eyJ") || strings.Contains(string(line), "ya29.") {
		t.Errorf("line %s, error %v", line, err)
	}
}

func TestEncodingDoesNotAllocate(t *testing.T) {
	r, buf := full(), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf, _ = appendRecord(buf[:0], &r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	r, buf := full(), make([]byte, 0, 4096)
	r.Reason = ""
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = appendRecord(buf[:0], &r)
	}
}
