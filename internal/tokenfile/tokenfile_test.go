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
