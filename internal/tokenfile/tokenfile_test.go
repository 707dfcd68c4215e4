package tokenfile

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// jwt makes a token in the form of an RS256 one; nobody here checks its signature.
func jwt(t testing.TB, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return b64([]byte(`{"alg":"RS256","kid":"k1"}`)) + "." + b64(payload) + "." + b64(make([]byte, 256))
}

func podToken(t testing.TB, expiry time.Time) string {
	return jwt(t, map[string]any{
		"iss": "https://oidc.example/tenant/cluster/", "sub": "system:serviceaccount:reports:summariser",
		"aud": []string{"provider"}, "iat": expiry.Add(-2 * time.Hour).Unix(), "exp": expiry.Unix(),
	})
}

func put(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func source(t testing.TB, o Options) *Source {
	t.Helper()
	if o.Clock == nil {
		o.Clock = func() time.Time { return noon }
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refusal(t testing.TB, err error) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("%v is no *bridge.Error", err)
	}
	return e
}

func TestAssertion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	token := podToken(t, noon.Add(time.Hour))
	put(t, path, token+"\n")
	s := source(t, Options{Path: path})
	got, err := s.Assertion(t.Context(), bridge.AssertionRequest{Audience: "ignored"})
	if err != nil {
		t.Fatal(err)
	}
	want := bridge.Assertion{
		Token: got.Token, Type: bridge.JWT,
		Issuer: "https://oidc.example/tenant/cluster/", Subject: "system:serviceaccount:reports:summariser",
		Audience: []string{"provider"}, IssuedAt: noon.Add(-time.Hour), Expiry: noon.Add(time.Hour),
		Trace: []bridge.Step{{Hop: bridge.HopHome, Who: "system:serviceaccount:reports:summariser", What: "read " + path, Expiry: noon.Add(time.Hour)}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b bridge.Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" {
		t.Error(diff)
	}
	if got.Token.Reveal() != token {
		t.Error("the token is not the file's, trimmed")
	}
	if s.Describe() != "token file "+path {
		t.Errorf("Describe: %q", s.Describe())
	}
}

func TestAssertionFromJSONField(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token.json")
	token := podToken(t, noon.Add(time.Hour))
	put(t, path, `{"expires_in": 3600, "access_token": "`+token+`"}`)
	s := source(t, Options{Path: path, Format: JSON})
	got, err := s.Assertion(t.Context(), bridge.AssertionRequest{})
	if err != nil || got.Token.Reveal() != token {
		t.Errorf("got %v, %v", got.Subject, err)
	}
	if want := "token file " + path + `, JSON field "access_token"`; s.Describe() != want {
		t.Errorf("Describe: %q", s.Describe())
	}
}

// The kubelet writes a new directory and swaps a link; the path itself never changes.
func TestSymlinkSwapIsSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	volume := func(name string, expiry time.Time) {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, name, "token"), podToken(t, expiry))
		// Old enough that only the swap can tell the two apart.
		if err := os.Chtimes(filepath.Join(dir, name, "token"), noon.Add(-time.Hour), noon.Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(name, filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	volume("..first", noon.Add(time.Hour))
	if err := os.Symlink(filepath.Join("..data", "token"), filepath.Join(dir, "token")); err != nil {
		t.Fatal(err)
	}
	s := source(t, Options{Path: filepath.Join(dir, "token")})
	for _, life := range []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour} {
		if life > time.Hour {
			volume(fmt.Sprintf("..%d", life), noon.Add(life))
		}
		got, err := s.Assertion(t.Context(), bridge.AssertionRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Expiry.Equal(noon.Add(life)) {
			t.Errorf("expiry %v, want %v", got.Expiry, noon.Add(life))
		}
	}
}

// A rewrite in place that leaves size and time alone is seen as long as the file is young, and on a Fresh request always.
func TestRewriteInPlace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	write := func(expiry, modified time.Time) {
		put(t, path, podToken(t, expiry))
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	s := source(t, Options{Path: path})
	steps := []struct {
		expiry, modified time.Time
		fresh            bool
		want             time.Time
	}{
		{noon.Add(1 * time.Hour), noon.Add(-time.Second), false, noon.Add(1 * time.Hour)},
		{noon.Add(2 * time.Hour), noon.Add(-time.Second), false, noon.Add(2 * time.Hour)},
		{noon.Add(3 * time.Hour), noon.Add(-time.Minute), false, noon.Add(3 * time.Hour)},
		{noon.Add(4 * time.Hour), noon.Add(-time.Minute), false, noon.Add(3 * time.Hour)},
		{noon.Add(4 * time.Hour), noon.Add(-time.Minute), true, noon.Add(4 * time.Hour)},
	}
	for i, step := range steps {
		write(step.expiry, step.modified)
		got, err := s.Assertion(t.Context(), bridge.AssertionRequest{Fresh: step.fresh})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Expiry.Equal(step.want) {
			t.Errorf("step %d: expiry %v, want %v", i, got.Expiry, step.want)
		}
	}
}

func TestHalfWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	whole := podToken(t, noon.Add(time.Hour))
	for name, half := range map[string]string{
		"empty":            "",
		"claims cut":       whole[:60],
		"signature cut":    whole[:len(whole)-100],
		"signature absent": whole[:strings.LastIndex(whole, ".")+1],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "token")
			put(t, path, half)
			synctest.Test(t, func(t *testing.T) {
				s := source(t, Options{Path: path})
				time.AfterFunc(40*time.Millisecond, func() { put(t, path, whole) })
				got, err := s.Assertion(t.Context(), bridge.AssertionRequest{})
				if err != nil || got.Token.Reveal() != whole {
					t.Errorf("got %v, %v", got.Subject, err)
				}
			})
		})
	}
}

func TestReplacedByRemoveAndCreate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	put(t, path, podToken(t, noon.Add(time.Hour)))
	synctest.Test(t, func(t *testing.T) {
		s := source(t, Options{Path: path})
		if _, err := s.Assertion(t.Context(), bridge.AssertionRequest{}); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(40*time.Millisecond, func() { put(t, path, podToken(t, noon.Add(2*time.Hour))) })
		got, err := s.Assertion(t.Context(), bridge.AssertionRequest{})
		if err != nil || !got.Expiry.Equal(noon.Add(2*time.Hour)) {
			t.Errorf("got %v, %v", got.Expiry, err)
		}
	})
}

// swapping replaces the file between Stat and the end of the read.
type swapping struct {
	osFiles
	swap func()
}

func (f swapping) Open(path string) (file, error) {
	opened, err := f.osFiles.Open(path)
	return &swappingFile{file: opened, swap: f.swap}, err
}

type swappingFile struct {
	file
	swap    func()
	swapped bool
}

func (f *swappingFile) Read(p []byte) (int, error) {
	n, err := f.file.Read(p)
	if !f.swapped {
		f.swapped = true
		f.swap()
	}
	return n, err
}

func TestReplacedWhileRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	put(t, path, podToken(t, noon.Add(time.Hour)))
	synctest.Test(t, func(t *testing.T) {
		s := source(t, Options{Path: path})
		swaps := 0
		s.files = swapping{swap: func() {
			if swaps++; swaps == 1 {
				put(t, path, podToken(t, noon.Add(2*time.Hour))+"\n")
			}
		}}
		got, err := s.Assertion(t.Context(), bridge.AssertionRequest{})
		if err != nil || !got.Expiry.Equal(noon.Add(2*time.Hour)) {
			t.Errorf("got %v, %v", got.Expiry, err)
		}
		s.files = swapping{swap: func() { put(t, path, podToken(t, noon.Add(time.Hour))+strings.Repeat("\n", swaps)); swaps++ }}
		// Four looks, four times another writer.
		_, err = s.Assertion(t.Context(), bridge.AssertionRequest{Fresh: true})
		if e := refusal(t, err); e.Code != "token_file_changing" || e.Text != "token file "+path+" changed while it was read" {
			t.Errorf("got %q %q", e.Code, e.Text)
		}
	})
}

// denying is a file system that lets nobody read: the tests may run as root, who may read all.
type denying struct {
	info fs.FileInfo
}

func (f denying) Stat(path string) (fs.FileInfo, error) {
	if f.info == nil {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: syscall.EACCES}
	}
	return f.info, nil
}

func (denying) Open(path string) (file, error) {
	return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	put(t, path, "x")
	if err := os.Chmod(path, 0o440); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	uid := os.Getuid()
	for _, test := range []struct {
		files files
		text  string
	}{
		{denying{info: info}, fmt.Sprintf("token file %s cannot be read by uid %d (mode 0440%s)", path, uid, owner(info))},
		{denying{}, fmt.Sprintf("token file %s cannot be read by uid %d", path, uid)},
	} {
		s := source(t, Options{Path: path})
		s.files = test.files
		_, err = s.Assertion(t.Context(), bridge.AssertionRequest{})
		e := refusal(t, err)
		if e.Kind != bridge.Usage || e.Code != "token_file_unreadable" || e.Text != test.text {
			t.Errorf("got %v %q %q, want %q", e.Kind, e.Code, e.Text, test.text)
		}
		if e.Hint != "let the pod read it: set securityContext.fsGroup, or mode 0444 on the projected volume" || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("hint %q, cause %v", e.Hint, e.Cause)
		}
	}
}

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
