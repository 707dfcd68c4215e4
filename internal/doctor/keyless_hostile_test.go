package doctor_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/landbridge/landbridge/internal/doctor"
)

// A secret in the place of a path, or one that looks like a path, is found and never repeated.
func TestKeylessNeverRepeatsAVariable(t *testing.T) {
	t.Parallel()
	const storage = "/Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
	inline := `{"type":"service_account","private_key":"-----BEGIN ` + `PRIVATE KEY-----\nMIIverysecret\n-----END PRIVATE KEY-----","client_email":"a@b-project.iam.gserviceaccount.com"}`
	env := map[string]string{
		"AZURE_STORAGE_KEY": storage, "GOOGLE_APPLICATION_CREDENTIALS": inline, "AZURE_CLIENT_SECRET": "/Q8~verysecretverysecretverysecret",
		"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": "ya29.verysecret-in-the-wrong-place", "GCP_SA_KEY": "/not/a/key/verysecret",
	}
	found := doctor.FindKeys(t.Context(), doctor.KeylessPorts{
		Clock: time.Now, Env: func(name string) string { return env[name] }, ReadFile: os.ReadFile,
	})
	out, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Eby8", "verysecret"} {
		if strings.Contains(string(out), secret) {
			t.Errorf("%q is repeated: %s", secret, out)
		}
	}
	kinds := map[doctor.KeyKind]int{}
	for _, k := range found.Keys {
		kinds[k.Kind]++
	}
	if kinds[doctor.AzureStorageKey] != 1 || kinds[doctor.GoogleKey] != 1 || kinds[doctor.AzureSecret] != 1 {
		t.Errorf("%v in %s", kinds, out)
	}
}

// Names that stand beside a key are somebody's who wrote the file: they come back only as names.
func TestKeylessHostileNames(t *testing.T) {
	t.Parallel()
	file := func(email, id, project string) *fstest.MapFile {
		data, err := json.Marshal(map[string]string{"type": "service_account", "private_key": "x", "client_email": email, "private_key_id": id, "project_id": project})
		if err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: data}
	}
	found := doctor.FindKeys(t.Context(), doctor.KeylessPorts{
		Clock: time.Now,
		Roots: []doctor.Root{{Name: ".", FS: fstest.MapFS{
			"a.json":       file("x\n    - name: evil\n      to_google: {roles: [roles/owner]}\n@p.iam.gserviceaccount.com", "--flags-file=/tmp/evil", "p]\n        roles: [roles/owner"),
			"b.json":       file("$(touch x)@p.iam.gserviceaccount.com", "`touch x`", "-p"),
			"-rf":          file("good@my-project.iam.gserviceaccount.com", "abc", "my-project"),
			"$(touch x)":   file("", "", ""),
			"it's.json":    file("", "", ""),
			"c\x1b[2J.pem": {Data: []byte("x")},
		}}},
	})
	if len(found.Keys) != 5 {
		t.Fatalf("%d keys", len(found.Keys))
	}
	for _, k := range found.Keys {
		for _, m := range k.Migration {
			if strings.Contains(m.YAML, "evil") || strings.Contains(m.YAML, "owner") || strings.Contains(m.YAML, "$(") {
				t.Errorf("%s", m.YAML)
			}
			bare := strings.NewReplacer(`'$(touch x)'`, "", `'it'\''s.json'`, "").Replace(m.Command)
			if strings.ContainsAny(bare, "$`'") || strings.Contains(m.Command, "flags-file") || strings.HasPrefix(m.Command, "rm -rf") {
				t.Errorf("%s", m.Command)
			}
		}
	}
}
