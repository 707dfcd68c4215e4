package google_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

const tokenPath = "/var/run/secrets/landbridge/token"

// Each golden file was written by gcloud with these flags.
var credentialFiles = []struct {
	golden string
	flags  []string
	file   google.CredentialFile
}{
	{
		"file.json",
		[]string{"--credential-source-file=" + tokenPath},
		google.CredentialFile{Provider: provider, Source: google.CredentialSource{File: tokenPath}},
	},
	{
		"file_service_account.json",
		[]string{"--credential-source-file=" + tokenPath, "--service-account=" + account, "--service-account-token-lifetime-seconds=3600"},
		google.CredentialFile{Provider: provider, Source: google.CredentialSource{File: tokenPath}, ServiceAccount: account, Lifetime: time.Hour},
	},
	{
		"imds.json",
		[]string{"--azure", "--app-id-uri=api://AzureADTokenExchange"},
		google.CredentialFile{Provider: provider, Source: google.IMDSSource("api://AzureADTokenExchange")},
	},
	{
		"url.json",
		[]string{"--credential-source-url=http://x/y", "--credential-source-headers=A=B", "--credential-source-type=json", "--credential-source-field-name=tok"},
		google.CredentialFile{Provider: provider, Source: google.CredentialSource{URL: "http://x/y", Headers: map[string]string{"A": "B"}, Format: &google.SourceFormat{Type: "json", Field: "tok"}}},
	},
	{
		"executable.json",
		[]string{"--executable-command=/usr/local/bin/landbridge credentials helper"},
		google.CredentialFile{Provider: provider, Source: google.CredentialSource{Executable: &google.Executable{Command: "/usr/local/bin/landbridge credentials helper", TimeoutMillis: 30000}}},
	},
	{
		"executable_output_file.json",
		[]string{"--executable-command=/usr/local/bin/landbridge credentials helper", "--executable-timeout-millis=30000", "--executable-output-file=/run/landbridge/token.json"},
		google.CredentialFile{Provider: provider, Source: google.CredentialSource{Executable: &google.Executable{Command: "/usr/local/bin/landbridge credentials helper", TimeoutMillis: 30000, OutputFile: "/run/landbridge/token.json"}}},
	},
}

func TestCredentialFileIsWhatGcloudWrites(t *testing.T) {
	t.Parallel()
	for _, tc := range credentialFiles {
		want, err := os.ReadFile(filepath.Join("testdata", "credconfig", tc.golden))
		if err != nil {
			t.Fatal(err)
		}
		got, err := tc.file.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s: %s", tc.golden, d)
		}
	}
}

// The golden files cannot drift from the real tool where there is one.
func TestGoldenFilesAreGclouds(t *testing.T) {
	t.Parallel()
	gcloud, err := exec.LookPath("gcloud")
	if err != nil {
		t.Skip("gcloud is not installed, and no package registry has it")
	}
	config := t.TempDir()
	for _, tc := range credentialFiles {
		t.Run(tc.golden, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out.json")
			cmd := exec.CommandContext(t.Context(), gcloud, append([]string{
				"iam", "workload-identity-pools", "create-cred-config", "--quiet",
				"--output-file=" + out, strings.TrimPrefix(provider, "//iam.googleapis.com/"),
			}, tc.flags...)...)
			cmd.Env = append(os.Environ(), "CLOUDSDK_CONFIG="+config, "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=true")
			if log, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, log)
			}
			got, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join("testdata", "credconfig", tc.golden))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(got)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCredentialFileElsewhere(t *testing.T) {
	t.Parallel()
	got, err := google.CredentialFile{
		Provider: provider, Source: google.CredentialSource{File: tokenPath}, ServiceAccount: account, Region: "europe-west4",
		UniverseDomain: "example.cloud", QuotaProject: "billing", SubjectTokenType: bridge.IDToken,
	}.JSON()
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, string(got), `{"universe_domain":"example.cloud","type":"external_account","audience":"`+provider+`",
		"subject_token_type":"urn:ietf:params:oauth:token-type:id_token","token_url":"https://sts.europe-west4.rep.example.cloud/v1/token",
		"credential_source":{"file":"`+tokenPath+`"},"quota_project_id":"billing",
		"service_account_impersonation_url":"https://iamcredentials.example.cloud/v1/projects/-/serviceAccounts/`+account+`:generateAccessToken"}`)
}

func TestCredentialFileRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text   string
		source google.CredentialSource
	}{
		{"a credential source is exactly one of a file, a URL and an executable", google.CredentialSource{}},
		{"a credential source is exactly one of a file, a URL and an executable", google.CredentialSource{File: "/a", URL: "http://b"}},
		{"headers are set, but the credential source is not a URL", google.CredentialSource{File: "/a", Headers: map[string]string{"A": "B"}}},
		{"the format of a credential source is text, or json with a field name", google.CredentialSource{File: "/a", Format: &google.SourceFormat{Type: "json"}}},
		{`the command "landbridge credentials helper" does not start with an absolute path`, google.CredentialSource{Executable: &google.Executable{Command: "landbridge credentials helper", TimeoutMillis: 30000}}},
		{"the command has quotes or escapes, which each SDK reads in its own way", google.CredentialSource{Executable: &google.Executable{Command: `/bin/x "a b"`, TimeoutMillis: 30000}}},
		{"an executable's timeout of 100 ms is not within 5000 and 120000", google.CredentialSource{Executable: &google.Executable{Command: `/bin/x`, TimeoutMillis: 100}}},
	} {
		_, err := google.CredentialFile{Provider: provider, Source: tc.source}.JSON()
		if e := refused(t, err, tc.text); e.Kind != bridge.Usage || e.Hint == "" {
			t.Errorf("%+v", e)
		}
	}
}
