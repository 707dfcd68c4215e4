package provision_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/google/provision"
)

// Google's libraries believe whatever a credential file says: a key may hide inside of another file, and its addresses may be
// anybody's.
func TestHostileCredentialFiles(t *testing.T) {
	t.Parallel()
	const key = `{"type":"service_account","client_email":"a@b.iam.gserviceaccount.com","private_key":"x","token_uri":"https://oauth2.googleapis.com/token"}`
	for content, want := range map[string]string{
		key: "service_account_key_refused",
		`{"type":"impersonated_service_account","service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/x:generateAccessToken","source_credentials":` + key + `}`: "service_account_key_refused",
		`{"type":"gdch_service_account","token_uri":"https://gdch.example"}`:                                                                                   "service_account_key_refused",
		`{"type":"authorized_user","client_id":"x","client_secret":"y","refresh_token":"z","token_uri":"https://evil.example/token"}`:                          "adc_refused",
		`{"type":"external_account","audience":"a","subject_token_type":"t","token_url":"https://sts.googleapis.com.evil.example/v1/token"}`:                   "adc_refused",
		`{"type":"external_account","audience":"a","subject_token_type":"t","token_url":"http://sts.googleapis.com/v1/token"}`:                                 "adc_refused",
		`{"type":"external_account","token_url":"https://sts.googleapis.com/v1/token","service_account_impersonation_url":"https://u@iamcredentials.x.com/"}`:  "adc_refused",
		`{"type":"external_account","token_url":"https://sts.googleapis.com/v1/token","token_info_url":"https://evil.example/introspect"}`:                     "adc_refused",
		`{"type":"impersonated_service_account","source_credentials":{"type":"authorized_user","refresh_token":"z","token_uri":"https://evil.example/token"}}`: "adc_refused",
	} {
		path := filepath.Join(t.TempDir(), "adc.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		token, _ := person(t, "adc", "", map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": path}, nil)
		_, err := token(t.Context())
		if e := refused(t, err, want); strings.Contains(err.Error(), `"z"`) || e.Hint == "" {
			t.Errorf("%v", err)
		}
	}
}

// A refresh token goes where the file says, and not where that address sends it on.
func TestOperatorFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the refresh token was sent on") }))
	defer elsewhere.Close()
	first := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	path := filepath.Join(t.TempDir(), "adc.json")
	if err := os.WriteFile(path, []byte(`{"type":"authorized_user","client_id":"x","client_secret":"y","refresh_token":"z","token_uri":"`+first.URL+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	token, _ := person(t, "adc", "", map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": path}, nil)
	if _, err := token(t.Context()); err == nil {
		t.Error("a redirect gave a token")
	}
}

// What answers is Google as a rule, and a proxy in between now and then: its words are no part of a command.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	for reason, metadata := range map[string]string{
		"SERVICE_DISABLED":    `{"service":"x.googleapis.com; touch x","consumer":"projects/$(touch x)"}`,
		"USER_PROJECT_DENIED": "{\"consumer\":\"projects/`touch x`\"}",
		"IAM_\\u001b[2J":      `{"permission":"iam.serviceAccounts.get\u001b[2J"}`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no\u001b[2J","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `","metadata":` + metadata + `}]}}`))
		}))
		defer server.Close()
		k, err := provision.New(t.Context(), provision.Options{
			Token: func(context.Context) (bridge.Secret, error) { return bridge.NewSecret("t"), nil }, Clock: time.Now,
			Endpoints: provision.Endpoints{IAM: server.URL, ResourceManager: server.URL, ServiceUsage: server.URL},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.Read(t.Context(), &estate.Account{Project: "shop-prod", ID: "vertex-caller"})
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok {
			t.Fatalf("%v", err)
		}
		bare := strings.NewReplacer(`'x.googleapis.com; touch x'`, "", `'$(touch x)'`, "", "'`touch x`'", "").Replace(e.Hint)
		if strings.Contains(bare, "touch") || strings.ContainsRune(e.Text+e.Hint+e.Code, '\x1b') {
			t.Errorf("%s: %q, %q, %q", reason, e.Code, e.Text, e.Hint)
		}
	}
}
