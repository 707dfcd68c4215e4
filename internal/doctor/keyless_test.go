package doctor_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/doctor"
)

// The secrets of this test; none may come back.
const (
	pemKey   = "-----BEGIN " + "PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
	azSecret = "abc8Q~aaaabbbbccccddddeeeeffffgggghhhh01"
	tfSecret = "ZmFrZS1rZXktbWF0ZXJpYWwtZm9yLXRlc3Rz"
)

func keyJSON(t *testing.T) string {
	t.Helper()
	out, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "my-project", "private_key_id": "0123456789abcdef0123456789abcdef01234567",
		"private_key": pemKey, "client_email": "reports@my-project.iam.gserviceaccount.com", "client_id": "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func find(t *testing.T, p doctor.KeylessPorts) doctor.Keyless {
	t.Helper()
	p.Clock = func() time.Time { return time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC) }
	got := doctor.FindKeys(t.Context(), p)
	out, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"MIIEvQ", azSecret, tfSecret, "s3cr3t", "1//0g", "AIzaSy"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("the result shows %s: %s", secret, out)
		}
	}
	for _, k := range got.Keys {
		if len(k.Migration) == 0 || k.Where == "" {
			t.Errorf("%s has no way out: %+v", k.Kind, k)
		}
	}
	return got
}

// summary is kind, place, identity and id of each key.
func summary(k doctor.Keyless) []string {
	out := []string{}
	for _, key := range k.Keys {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", key.Kind, key.Where, key.Identity, key.KeyID)))
	}
	slices.Sort(out)
	return out
}

func TestKeysInEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"GOOGLE_APPLICATION_CREDENTIALS": "/app/key.json", "GOOGLE_CREDENTIALS": keyJSON(t),
		"GCP_SA_KEY":          base64.StdEncoding.EncodeToString([]byte(keyJSON(t))),
		"AZURE_CLIENT_SECRET": azSecret, "AZURE_CLIENT_ID": "client-1", "AZURE_CLIENT_CERTIFICATE_PATH": "/app/cert.pem",
		"AZURE_CREDENTIALS": `{"clientId":"client-2","clientSecret":"` + azSecret + `","tenantId":"t"}`,
		"GEMINI_API_KEY":    "AIzaSyA-0123456789012345678901234567890", "ARM_CLIENT_SECRET": "$FROM_VAULT",
		"AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=s3cr3t==",
	}
	files := map[string]string{"/app/key.json": keyJSON(t), "/app/cert.pem": pemKey + "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"}
	got := find(t, doctor.KeylessPorts{
		Env: func(name string) string { return env[name] },
		ReadFile: func(name string) ([]byte, error) {
			if f, ok := files[name]; ok {
				return []byte(f), nil
			}
			return nil, errors.New("no such file")
		},
	})
	const id, email = "0123456789abcdef0123456789abcdef01234567", "reports@my-project.iam.gserviceaccount.com"
	if diff := cmp.Diff([]string{
		"azure_client_certificate environment AZURE_CLIENT_CERTIFICATE_PATH: /app/cert.pem client-1",
		"azure_client_secret environment AZURE_CLIENT_SECRET client-1",
		"azure_client_secret environment AZURE_CREDENTIALS client-2",
		"azure_storage_key environment AZURE_STORAGE_CONNECTION_STRING",
		"google_api_key environment GEMINI_API_KEY",
		"google_service_account_key environment GCP_SA_KEY " + email + " " + id,
		"google_service_account_key environment GOOGLE_APPLICATION_CREDENTIALS: /app/key.json " + email + " " + id,
		"google_service_account_key environment GOOGLE_CREDENTIALS " + email + " " + id,
	}, summary(got)); diff != "" {
		t.Error(diff)
	}
}

func TestExternalAccountIsFine(t *testing.T) {
	t.Parallel()
	got := find(t, doctor.KeylessPorts{
		Env: func(name string) string {
			return map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "/etc/landbridge/credentials.json"}[name]
		},
		ReadFile: func(string) ([]byte, error) {
			return []byte(`{"type":"external_account","audience":"//iam.googleapis.com/x"}`), nil
		},
	})
	if got.Fine != 1 || len(got.Keys) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestKeysInFiles(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(text), ModTime: time.Date(2025, 9, 2, 0, 0, 0, 0, time.UTC), Mode: 0o600}
	}
	registry := base64.StdEncoding.EncodeToString([]byte("_json_key:" + keyJSON(t)))
	tree := fstest.MapFS{
		"app/key.json":          file(keyJSON(t)),
		"app/fine.json":         file(`{"type":"external_account","audience":"x"}`),
		"app/.env":              file("# x\nAZURE_CLIENT_ID=client-1\nexport AZURE_CLIENT_SECRET=\"" + azSecret + "\"\nOTHER=1\n"),
		"app/.env.example":      file("AZURE_CLIENT_SECRET=<your secret>\n"),
		"app/identity.pem":      file(pemKey),
		"tls/server.key":        file(pemKey), // no client id beside it: a server's own
		"app/values.yaml":       file("google:\n  type: service_account\n  private_key_id: 0123456789abcdef0123456789abcdef01234567\n  private_key: |\n    -----BEGIN " + "PRIVATE KEY-----\n    MIIEvQ\n  client_email: helm@my-project.iam.gserviceaccount.com\n"),
		"infra/x.tfvars":        file("client_secret = \"" + azSecret + "\"\nother = \"x\"\n"),
		"infra/default.tfvars":  file("client_secret = var.secret\n"),
		"infra/x.tfstate":       file(`{"version":4,"terraform_version":"1.9.0","resources":[{"type":"google_service_account_key","name":"k","instances":[{"attributes":{"name":"projects/p/serviceAccounts/s@p.iam.gserviceaccount.com/keys/abc123","service_account_id":"projects/p/serviceAccounts/s@p.iam.gserviceaccount.com","private_key":"` + tfSecret + `"}}]},{"type":"azuread_application_password","name":"p","instances":[{"attributes":{"application_id":"app","key_id":"kid","value":"s3cr3t"}}]}]}`),
		"home/.azure/sp.json":   file(`[{"client_id":"client-3","tenant":"t","client_secret":"` + azSecret + `"}]`),
		"home/adc.json":         file(`{"type":"authorized_user","client_id":"x","refresh_token":"1//0gAAAA"}`),
		"home/docker.json":      file(`{"auths":{"europe-docker.pkg.dev":{"auth":"` + registry + `"},"other":{"auth":"dTpw"}}}`),
		"home/key.p12":          file("0\x82\x01\x00\x02"),
		"node_modules/key.json": file(keyJSON(t)),
		"big.json":              file(strings.Repeat(" ", 1<<20) + keyJSON(t)),
		"code.go":               file(pemKey),
	}
	got := find(t, doctor.KeylessPorts{Roots: []doctor.Root{{Name: "/src", FS: tree}}})
	const id, email = "0123456789abcdef0123456789abcdef01234567", "reports@my-project.iam.gserviceaccount.com"
	if diff := cmp.Diff([]string{
		"azure_client_secret /src/app/.env: AZURE_CLIENT_SECRET",
		"azure_client_secret /src/home/.azure/sp.json client-3",
		"azure_client_secret /src/infra/x.tfstate: azuread_application_password.p app kid",
		"azure_client_secret /src/infra/x.tfvars: client_secret",
		"google_service_account_key /src/app/key.json " + email + " " + id,
		"google_service_account_key /src/app/values.yaml helm@my-project.iam.gserviceaccount.com " + id,
		"google_service_account_key /src/home/docker.json: registry europe-docker.pkg.dev " + email + " " + id,
		"google_service_account_key /src/home/key.p12",
		"google_service_account_key /src/infra/x.tfstate: google_service_account_key.k s@p.iam.gserviceaccount.com abc123",
		"google_user_credentials /src/home/adc.json",
		"private_key /src/app/identity.pem",
	}, summary(got)); diff != "" {
		t.Error(diff)
	}
	if got.Fine != 1 || got.Looked == 0 {
		t.Errorf("fine %d, looked %d", got.Fine, got.Looked)
	}
	for _, k := range got.Keys {
		if k.Identity == email && k.Age < 364*24*time.Hour {
			t.Errorf("age %s", k.Age)
		}
	}
}

// TestLinksAreNotFollowed: a link to / or to itself does not lead the search away.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{filepath.Join(elsewhere, "key.json"): keyJSON(t), filepath.Join(dir, "own.json"): keyJSON(t)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"loop": dir, "away": elsewhere, "key.json": filepath.Join(elsewhere, "key.json")} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	got := find(t, doctor.KeylessPorts{Roots: []doctor.Root{{Name: dir, FS: os.DirFS(dir)}}})
	if len(got.Keys) != 1 || got.Keys[0].Where != dir+"/own.json" {
		t.Errorf("%v", summary(got))
	}
}

func TestKeysInClouds(t *testing.T) {
	t.Parallel()
	made := time.Date(2024, 9, 2, 0, 0, 0, 0, time.UTC)
	got := find(t, doctor.KeylessPorts{
		Kubernetes: func(context.Context) ([]doctor.ClusterKey, error) {
			return []doctor.ClusterKey{
				{
					Kind: doctor.GoogleKey, Cluster: "aks-prod", Object: "Secret", Namespace: "demo", Name: "gcp", Entry: "key.json",
					Identity: "reports@my-project.iam.gserviceaccount.com", KeyID: "0123456789abcdef0123456789abcdef01234567", UsedBy: []string{"demo/app-0"},
				},
				{Kind: doctor.AzureSecret, Cluster: "aks-prod", Object: "Pod", Namespace: "demo", Name: "azure-0", Entry: "app.AZURE_CLIENT_SECRET"},
			}, nil
		},
		IAMKeys: func(context.Context) ([]doctor.IAMKey, error) {
			return []doctor.IAMKey{{Account: "reports@my-project.iam.gserviceaccount.com", KeyID: "abc", Project: "my-project", Created: made}}, nil
		},
	})
	if diff := cmp.Diff([]string{
		"azure_client_secret aks-prod/demo/pod/azure-0/app.AZURE_CLIENT_SECRET",
		"google_service_account_key aks-prod/demo/secret/gcp/key.json reports@my-project.iam.gserviceaccount.com 0123456789abcdef0123456789abcdef01234567",
		"google_service_account_key google iam reports@my-project.iam.gserviceaccount.com abc",
	}, summary(got)); diff != "" {
		t.Fatal(diff)
	}
	var commands []string
	for _, m := range got.Keys[0].Migration {
		commands = append(commands, m.Command)
	}
	if diff := cmp.Diff([]string{
		"", "landbridge setup apply", "landbridge setup verify", "kubectl delete secret gcp --namespace=demo",
		"gcloud iam service-accounts keys disable 0123456789abcdef0123456789abcdef01234567 --iam-account=reports@my-project.iam.gserviceaccount.com",
		"gcloud iam service-accounts keys delete 0123456789abcdef0123456789abcdef01234567 --iam-account=reports@my-project.iam.gserviceaccount.com",
	}, commands); diff != "" {
		t.Error(diff)
	}
	if yaml := got.Keys[0].Migration[0].YAML; !strings.Contains(yaml, "namespace: demo") || !strings.Contains(yaml, "service_account: reports@my-project.iam.gserviceaccount.com") || !strings.Contains(yaml, "projects: [my-project]") {
		t.Error(yaml)
	}
	if iam := got.Keys[slices.IndexFunc(got.Keys, func(k doctor.Key) bool { return k.Where == "google iam" })]; iam.Age != 730*24*time.Hour {
		t.Errorf("age %s", iam.Age)
	}
}

// TestPlacesThatCannotBeRead are said, and do not end the search.
func TestPlacesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	got := find(t, doctor.KeylessPorts{
		Env:        func(name string) string { return map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "/gone"}[name] },
		ReadFile:   func(string) ([]byte, error) { return nil, errors.New("permission denied") },
		Kubernetes: func(context.Context) ([]doctor.ClusterKey, error) { return nil, errors.New("no right to list secrets") },
		IAMKeys:    func(context.Context) ([]doctor.IAMKey, error) { return nil, errors.New("403") },
	})
	if diff := cmp.Diff([]doctor.Skipped{
		{Where: "environment GOOGLE_APPLICATION_CREDENTIALS", Why: "the file that it names cannot be read: permission denied"},
		{Where: "kubernetes", Why: "no right to list secrets"},
		{Where: "google iam", Why: "403"},
	}, got.Skipped); diff != "" {
		t.Error(diff)
	}
}
