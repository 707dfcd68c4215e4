package google_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

func golden(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "credconfig", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestInspectTakesWhatGcloudWrites(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"file.json", "file_service_account.json", "imds.json", "executable.json"} {
		c, err := google.Inspect([]byte(golden(t, name)), google.InspectOptions{AllowExecutable: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.Provider.Name() != provider || c.TokenType != bridge.JWT || c.STSEndpoint != "https://sts.googleapis.com" {
			t.Errorf("%s: %+v", name, c)
		}
		if name == "file_service_account.json" && (c.ServiceAccount != account || c.Lifetime != time.Hour || c.Source.File != tokenPath || c.IAMEndpoint != "https://iamcredentials.googleapis.com") {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestInspectRefuses(t *testing.T) {
	t.Parallel()
	file, sa := golden(t, "file.json"), golden(t, "file_service_account.json")
	swap := func(in, old, with string) string {
		if !strings.Contains(in, old) {
			t.Fatalf("no %q to swap", old)
		}
		return strings.ReplaceAll(in, old, with)
	}
	const sts = "https://sts.googleapis.com/v1/token"
	for _, tc := range []struct{ name, data, text string }{
		{"key", `{"type":"service_account","private_key":"x","client_email":"` + account + `"}`, "the credential file is a service-account key, which is a long-lived secret"},
		{"person", `{"type":"authorized_user"}`, `the credential file is of type "authorized_user", a person's refresh token, which is a long-lived secret`},
		{"unknown", `{"type":"gdch_service_account"}`, `the credential file is of type "gdch_service_account", which is not one that landbridge takes`},
		{"no type", `{}`, "the credential file has no type"},
		{"not json", `hello`, "the credential file is not a JSON object of google's"},
		{"client secret", swap(file, `"type": "external_account"`, `"type": "external_account", "client_secret": "x"`), "the credential file has a client_secret, which is a long-lived secret"},
		{"token_url", swap(file, sts, "https://sts.evil.test/v1/token"), "the credential file's token_url goes to sts.evil.test, which is not google's"},
		{"lookalike", swap(file, sts, "https://sts.googleapis.com.evil.test/v1/token"), "the credential file's token_url goes to sts.googleapis.com.evil.test, which is not google's"},
		{"suffix", swap(file, sts, "https://evilgoogleapis.com/v1/token"), "the credential file's token_url goes to evilgoogleapis.com, which is not google's"},
		{"other service", swap(file, sts, "https://storage.googleapis.com/bucket"), "the credential file's token_url goes to storage.googleapis.com, which is not google's"},
		{"user info", swap(file, sts, "https://sts.googleapis.com@evil.test/"), "the credential file's token_url has user information or a port"},
		{"plain", swap(file, sts, "http://sts.googleapis.com/v1/token"), "the credential file's token_url is not https"},
		{"port", swap(file, sts, "https://sts.googleapis.com:8443/v1/token"), "the credential file's token_url has user information or a port"},
		{"path", swap(file, sts, "https://sts.googleapis.com/v1/oauthtoken"), "the credential file's token_url does not end in /v1/token"},
		{"absent", swap(file, sts, ""), "the credential file's token_url is not a URL"},
		{"loopback", swap(file, sts, "http://127.0.0.1:8080/v1/token"), "the credential file's token_url is not https"},
		{"introspection", swap(file, "https://sts.googleapis.com/v1/introspect", "https://evil.test/"), "the credential file's token_info_url goes to evil.test, which is not google's"},
		{"impersonation", swap(sa, "https://iamcredentials.googleapis.com/", "https://evil.test/"), "the credential file's service_account_impersonation_url goes to evil.test, which is not google's"},
		{"impersonation path", swap(sa, ":generateAccessToken", ":signBlob"), "the credential file's service_account_impersonation_url does not name a service account's generateAccessToken"},
		{"own universe", swap(file, "googleapis.com", "evil.test"), "the credential file's token_url goes to sts.evil.test, which is not google's"},
		{"universe", swap(file, `"universe_domain": "googleapis.com"`, `"universe_domain": "evil.test"`), `the credential file is for universe "evil.test", not "googleapis.com"`},
		{"url", swap(golden(t, "url.json"), "http://x/y", "http://10.0.0.1/token"), "the credential file's credential_source.url goes to 10.0.0.1, which is not a metadata address"},
		{"command", golden(t, "executable.json"), `the credential file wants to run "/usr/local/bin/landbridge credentials helper"`},
		{"aws", swap(file, `"file": "`+tokenPath+`"`, `"environment_id": "aws1", "url": "http://169.254.169.254/x"`), `the credential file's source is "aws1", which is not on azure`},
		{"certificate", swap(file, `"file": "`+tokenPath+`"`, `"certificate": {"use_default_certificate_config": true}`), "the credential file's source is a certificate, which is a long-lived secret"},
		{"token type", swap(file, "token-type:jwt", "token-type:saml2"), `the credential file's subject_token_type "urn:ietf:params:oauth:token-type:saml2" is not that of an OIDC token`},
		{"pool", swap(file, "/providers/aks-prod", ""), `"` + strings.TrimSuffix(provider, "/providers/aks-prod") + `" names a pool, not a provider`},
		{"no source", `{"type":"external_account","audience":"` + provider + `","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"` + sts + `"}`, "the credential file has no credential_source"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := google.Inspect([]byte(tc.data), google.InspectOptions{})
			if e := refused(t, err, tc.text); e.Kind != bridge.Usage || e.Hint == "" {
				t.Errorf("%v, hint %q", e.Kind, e.Hint)
			}
		})
	}
}

func TestInspectHosts(t *testing.T) {
	t.Parallel()
	file := golden(t, "file.json")
	for host, o := range map[string]google.InspectOptions{
		"https://sts.mtls.googleapis.com":             {},
		"https://sts.europe-west4.rep.googleapis.com": {},
		"https://sts-mine.p.googleapis.com":           {},
		"http://127.0.0.1:9000":                       {AllowLoopback: true},
		"http://localhost:9000":                       {AllowLoopback: true},
	} {
		data := strings.ReplaceAll(file, "https://sts.googleapis.com", host)
		if _, err := google.Inspect([]byte(data), o); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	other := strings.NewReplacer("sts.googleapis.com", "sts.example.cloud", `"universe_domain": "googleapis.com"`, `"universe_domain": "example.cloud"`).Replace(file)
	if _, err := google.Inspect([]byte(other), google.InspectOptions{UniverseDomain: "example.cloud"}); err != nil {
		t.Error(err)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte(`{"type":"external_account","token_url":"https://sts.googleapis.com/v1/token","audience":"` + provider + `","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","credential_source":{"file":"/x"}}`))
	f.Add([]byte(`{"type":"service_account"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := google.Inspect(data, google.InspectOptions{})
		if err == nil && (!strings.HasPrefix(c.STSEndpoint, "https://") || !strings.Contains(c.STSEndpoint, ".googleapis.com")) {
			t.Errorf("token_url at %q passed", c.STSEndpoint)
		}
	})
}

func TestExecutableContract(t *testing.T) {
	t.Parallel()
	a := assertion()
	a.Expiry = now
	got, err := google.ExecutableSuccess(a)
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, string(got), `{"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:jwt","id_token":"`+a.Token.Reveal()+`","expiration_time":1795435200}`)
	if _, err := google.ExecutableSuccess(bridge.Assertion{}); err == nil {
		t.Error("an empty assertion passed")
	}
	fail := google.ExecutableFailure(&bridge.Error{Kind: bridge.Usage, Code: "token_file_missing", Text: "token file /x does not exist", Hint: "mount it"})
	wantJSON(t, string(fail), `{"version":1,"success":false,"code":"token_file_missing","message":"token file /x does not exist (mount it)"}`)
	if fail := google.ExecutableFailure(errors.New("x")); !json.Valid(fail) || strings.Contains(string(fail), `"x"`) {
		t.Error(string(fail))
	}
}
