package tokenfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	good := podToken(t, noon.Add(time.Hour))
	for name, test := range map[string]struct {
		content string
		o       Options
		kind    bridge.Kind
		code    string
		text    string // PATH stands for the file's path
		hint    string // a part of the hint
	}{
		"empty":           {"", Options{}, bridge.Usage, "token_file_empty", "token file PATH is empty", "kubelet"},
		"blank":           {" \n", Options{}, bridge.Usage, "token_file_empty", "token file PATH is empty", "kubelet"},
		"too large":       {strings.Repeat("a", MaxToken+1), Options{}, bridge.Usage, "token_file_too_large", "token file PATH is larger than 64 KiB", "one JWT"},
		"opaque":          {"ya29.opaque", Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: a JWT has 3 parts, this has 2", "what writes it"},
		"two tokens":      {good + "\n" + good, Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: a JWT has 3 parts, this has 5", "what writes it"},
		"not base64url":   {"a+b.c.d", Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: part 1 is not base64url", "what writes it"},
		"broken over two": {good[:50] + "\n" + good[50:], Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: part 2 is not base64url", "what writes it"},
		"odd header":      {"W10.e30.", Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: its header is not a JSON object", "what writes it"},
		"odd claims":      {"e30.W10.", Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: its claims are not a JSON object", "what writes it"},
		"odd subject":     {jwt(t, map[string]any{"sub": 7}), Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: its claims are not of the types that a JWT has", "what writes it"},
		"odd expiry":      {jwt(t, map[string]any{"exp": 1e300}), Options{}, bridge.Usage, "token_file_malformed", "token file PATH is not a JWT: its claims are not of the types that a JWT has", "what writes it"},
		"cut short":       {good[:len(good)-43], Options{}, bridge.Usage, "token_file_cut_short", "token file PATH holds a token whose RS256 signature is cut short at 224 bytes", "free space"},
		"service-account key": {
			`{"type":"service_account","private_key_id":"1","client_email":"a@b"}`,
			Options{},
			bridge.Usage, "service_account_key_refused",
			"token file PATH is a Google service-account key, a long-lived secret", "gcloud iam service-accounts keys delete",
		},
		"service-account key as JSON": {
			`{"type":"service_account","access_token":"x"}`,
			Options{Format: JSON},
			bridge.Usage, "service_account_key_refused",
			"token file PATH is a Google service-account key, a long-lived secret", "projected service-account token",
		},
		"private key":     {"-----BEGIN " + "PRIVATE KEY-----\nMIIE", Options{}, bridge.Usage, "private_key_refused", "token file PATH is a PEM file, not a token", "no key is needed"},
		"credential file": {`{"type":"external_account"}`, Options{}, bridge.Usage, "credential_file_refused", "token file PATH is a Google credential file of type external_account, not a token", "credential_source"},
		"JSON as text":    {`{"access_token":"x"}`, Options{}, bridge.Usage, "token_file_malformed", "token file PATH holds JSON where the token itself is expected", "format to json"},
		"text as JSON":    {good, Options{Format: JSON}, bridge.Usage, "token_file_malformed", "token file PATH is not a JSON object", "format to text"},
		"field absent":    {`{"token":"x"}`, Options{Format: JSON}, bridge.Usage, "token_file_malformed", `token file PATH has no text in field "access_token"`, "name the field"},
		"field a number":  {`{"t":1}`, Options{Format: JSON, Field: "t"}, bridge.Usage, "token_file_malformed", `token file PATH has no text in field "t"`, "name the field"},
		"expired":         {podToken(t, noon.Add(-754*time.Second)), Options{}, bridge.Denied, "token_expired", "the token in PATH expired 12m34s ago", "kubelet"},
		"expires now":     {podToken(t, noon), Options{}, bridge.Denied, "token_expired", "the token in PATH expired 0s ago", "subPath"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token")
			put(t, path, test.content)
			test.o.Path = path
			synctest.Test(t, func(t *testing.T) {
				_, err := source(t, test.o).Assertion(t.Context(), bridge.AssertionRequest{})
				e := refusal(t, err)
				want := strings.ReplaceAll(test.text, "PATH", path)
				if e.Kind != test.kind || e.Hop != bridge.HopHome || e.Code != test.code || e.Text != want {
					t.Errorf("got  %v %q %q\nwant %v %q %q", e.Kind, e.Code, e.Text, test.kind, test.code, want)
				}
				if !strings.Contains(e.Hint, test.hint) || e.Retry || e.Stale {
					t.Errorf("hint %q lacks %q, or %v %v", e.Hint, test.hint, e.Retry, e.Stale)
				}
			})
		})
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "token")
	for path, hint := range map[string]string{
		gone:                   "check that the projected volume is mounted in this container at this path",
		AzureTokenFile:         "azure-workload-identity v1.6 moved its token; this cluster may have it at " + AzureTokenFileBefore16 + ": read $AZURE_FEDERATED_TOKEN_FILE, or mount a projected volume of your own",
		AzureTokenFileBefore16: "azure-workload-identity v1.6 moved its token; this cluster may have it at " + AzureTokenFile + ": read $AZURE_FEDERATED_TOKEN_FILE, or mount a projected volume of your own",
	} {
		_, err := source(t, Options{Path: path}).Assertion(t.Context(), bridge.AssertionRequest{})
		e := refusal(t, err)
		if e.Code != "token_file_missing" || e.Text != "token file "+path+" does not exist" || e.Hint != hint {
			t.Errorf("got %q %q %q", e.Code, e.Text, e.Hint)
		}
	}
	_, err := source(t, Options{Path: t.TempDir()}).Assertion(t.Context(), bridge.AssertionRequest{})
	if e := refusal(t, err); e.Code != "token_file_not_regular" || !strings.HasSuffix(e.Text, " is a directory") {
		t.Errorf("got %q %q", e.Code, e.Text)
	}
}

func TestHeldTokenThatExpiresIsReadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	put(t, path, podToken(t, noon.Add(time.Hour)))
	now := noon
	s := source(t, Options{Path: path, Clock: func() time.Time { return now }})
	if _, err := s.Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
		t.Fatal(err)
	}
	now = noon.Add(61 * time.Minute)
	_, err := s.Assertion(t.Context(), bridge.AssertionRequest{})
	if e := refusal(t, err); e.Text != "the token in "+path+" expired 1m0s ago" {
		t.Errorf("got %q", e.Text)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return noon }
	for text, o := range map[string]Options{
		"no token file is named":                                {Clock: clock},
		`token file format "yaml" is not known`:                 {Path: "p", Format: "yaml", Clock: clock},
		"a field is named, but the token file's format is text": {Path: "p", Field: "f", Clock: clock},
		"a token file needs a clock":                            {Path: "p"},
	} {
		_, err := New(o)
		if e := refusal(t, err); e.Text != text {
			t.Errorf("got %q, want %q", e.Text, text)
		}
	}
}

func BenchmarkUnchanged(b *testing.B) {
	path := filepath.Join(b.TempDir(), "token")
	put(b, path, podToken(b, noon.Add(time.Hour)))
	if err := os.Chtimes(path, noon.Add(-time.Hour), noon.Add(-time.Hour)); err != nil {
		b.Fatal(err)
	}
	s := source(b, Options{Path: path})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Assertion(b.Context(), bridge.AssertionRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}
