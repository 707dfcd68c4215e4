package provision_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google/provision"
)

// person is an operator with these environment variables and this gcloud.
func person(t *testing.T, kind, file string, env map[string]string, gcloud func() (string, error)) (provision.Token, *time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o := provision.OperatorOptions{
		Kind: kind, File: file, Clock: func() time.Time { return now }, Env: func(name string) string { return env[name] },
		Gcloud: func(context.Context) ([]byte, error) {
			if gcloud == nil {
				return nil, fmt.Errorf("gcloud: %w", exec.ErrNotFound)
			}
			out, err := gcloud()
			return []byte(out), err
		},
	}
	token, err := provision.Operator(o)
	if err != nil {
		t.Fatal(err)
	}
	return token, &now
}

func TestOperatorFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	token, _ := person(t, "file", path, nil, nil)
	_, err := token(t.Context())
	refused(t, err, "operator_file_unreadable")
	for _, content := range []string{"ya29.one\n", "ya29.two"} { // it is read again when it changed
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := token(t.Context())
		if err != nil || got.Reveal() != strings.TrimSpace(content) {
			t.Errorf("%v", err)
		}
	}
	for content, code := range map[string]string{
		"": "operator_file_malformed", "two words": "operator_file_malformed", strings.Repeat("x", 20<<10): "operator_file_malformed",
		`{"type":"service_account"}`: "operator_file_refused", "-----BEGIN " + "PRIVATE KEY-----": "operator_file_refused",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := token(t.Context())
		refused(t, err, code)
	}
}

func TestOperatorGcloud(t *testing.T) {
	t.Parallel()
	ran := 0
	token, now := person(t, "gcloud", "", nil, func() (string, error) { ran++; return fmt.Sprintf("ya29.%d\n", ran), nil })
	for range 2 {
		if got, err := token(t.Context()); err != nil || got.Reveal() != "ya29.1" {
			t.Errorf("%v", err)
		}
	}
	*now = now.Add(3 * time.Minute)
	if got, err := token(t.Context()); err != nil || got.Reveal() != "ya29.2" {
		t.Errorf("%v: the token is kept for too long", err)
	}
	for name, tc := range map[string]struct {
		say  func() (string, error)
		code string
	}{
		"not there": {nil, "gcloud_missing"},
		"signed out": {func() (string, error) {
			return "", &exec.ExitError{Stderr: []byte("ERROR: You do not currently have an active account selected.")}
		}, "gcloud_refused"},
		"chatty": {func() (string, error) { return "Updates are available.\nya29.x", nil }, "bad_answer"},
		"broken": {func() (string, error) { return "", errors.New("exec format error") }, "gcloud_refused"},
	} {
		token, _ := person(t, "gcloud", "", nil, tc.say)
		_, err := token(t.Context())
		if e := refused(t, err, tc.code); e.Hint == "" || strings.Contains(err.Error(), "ya29") {
			t.Errorf("%s: %v; %s", name, err, e.Hint)
		}
	}
}

// credentialFile leaves a person's credentials in a folder as gcloud does.
func credentialFile(t *testing.T, content string) (env map[string]string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "application_default_credentials.json"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"CLOUDSDK_CONFIG": dir}
}

func TestOperatorADC(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env        map[string]string
		code, hint string
	}{
		"none":          {map[string]string{"HOME": t.TempDir()}, "adc_missing", "gcloud auth application-default login"},
		"named, absent": {map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "/no/such/file"}, "adc_unreadable", "GOOGLE_APPLICATION_CREDENTIALS"},
		"a key":         {credentialFile(t, `{"type":"service_account","private_key":"k"}`), "service_account_key_refused", "impersonate"},
		"not JSON":      {credentialFile(t, `token`), "adc_malformed", "gcloud auth"},
		"unknown kind":  {credentialFile(t, `{"type":"something"}`), "adc_malformed", "gcloud auth"},
	} {
		token, _ := person(t, "adc", "", tc.env, nil)
		_, err := token(t.Context())
		if e := refused(t, err, tc.code); !strings.Contains(e.Hint, tc.hint) {
			t.Errorf("%s: %s", name, e.Hint)
		}
	}
}

// TestOperatorExternal gets a token through a credential file that names a token and Google's STS, pretended here.
func TestOperatorExternal(t *testing.T) {
	t.Parallel()
	answers := []string{`{"access_token":"ya29.sts","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":3600}`}
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answers[0]))
	}))
	t.Cleanup(sts.Close)
	subject := filepath.Join(t.TempDir(), "subject")
	if err := os.WriteFile(subject, []byte("a.b.c"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := credentialFile(t, `{"type":"external_account","audience":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
		"subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"`+sts.URL+`","credential_source":{"file":"`+subject+`"}}`)
	token, _ := person(t, "auto", "", env, nil)
	if got, err := token(t.Context()); err != nil || got.Reveal() != "ya29.sts" {
		t.Errorf("%v", err)
	}
}

func TestOperatorAuto(t *testing.T) {
	t.Parallel()
	nobody := map[string]string{"HOME": t.TempDir()}
	token, _ := person(t, "auto", "", nobody, func() (string, error) { return "ya29.cli", nil })
	if got, err := token(t.Context()); err != nil || got.Reveal() != "ya29.cli" {
		t.Errorf("%v", err)
	}
	token, _ = person(t, "", "", nobody, nil)
	_, err := token(t.Context())
	refused(t, err, "operator_missing")
	// What is there and wrong is not passed over in silence.
	token, _ = person(t, "auto", "", credentialFile(t, `{"type":"service_account"}`), func() (string, error) { return "ya29.cli", nil })
	_, err = token(t.Context())
	refused(t, err, "service_account_key_refused")
}

func TestOperatorOptions(t *testing.T) {
	t.Parallel()
	env := func(string) string { return "" }
	for code, o := range map[string]provision.OperatorOptions{
		"no_clock":              {Kind: "adc"},
		"operator_file_missing": {Kind: "file", Env: env, Clock: time.Now},
		"operator_file_unused":  {Kind: "adc", File: "/x", Env: env, Clock: time.Now},
		"operator_kind":         {Kind: "magic", Env: env, Clock: time.Now},
	} {
		_, err := provision.Operator(o)
		refused(t, err, code)
	}
	_, err := provision.New(t.Context(), provision.Options{Clock: time.Now})
	refused(t, err, "no_operator")
	_, err = provision.New(t.Context(), provision.Options{Token: func(context.Context) (bridge.Secret, error) { return bridge.Secret{}, nil }})
	refused(t, err, "no_clock")
}
