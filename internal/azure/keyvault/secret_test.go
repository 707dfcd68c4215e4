package keyvault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
)

const value = "the-value-nobody-may-see"

func TestSecretsAreReadByReference(t *testing.T) {
	t.Parallel()
	v := newVault(t, "Key Vault Secrets User")
	old := v.secret(keyvaultapi.Secret{Name: "api-key", Value: bridge.NewSecret("old"), Created: noon.AddDate(0, 0, -100)})
	v.secret(keyvaultapi.Secret{Name: "api-key", Value: bridge.NewSecret(value), Expires: noon.Add(time.Hour), Tags: map[string]string{"for": "jobs"}})
	c := v.client()
	got := must(c.Secret(t.Context(), apiKey))(t)
	if got.Value.Reveal() != value || !got.Enabled || !got.Expires.Equal(noon.Add(time.Hour)) || got.Tags["for"] != "jobs" {
		t.Errorf("got %+v", got.Version)
	}
	if first := must(c.Secret(t.Context(), apiKey+"/"+old))(t); first.Value.Reveal() != "old" || first.ID != old {
		t.Errorf("got version %s", first.ID)
	}
	if len(v.asks) != 1 {
		t.Errorf("%d leases for two calls of one vault", len(v.asks))
	}
	all := must(c.Versions(t.Context(), apiKey))(t)
	if len(all) != 2 || all[0].ID != got.ID || all[1].ID != old {
		t.Errorf("versions %+v", all)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	c := v.client()
	v.secret(keyvaultapi.Secret{Name: "expired", Value: bridge.NewSecret(value), Expires: noon})
	v.secret(keyvaultapi.Secret{Name: "deleted", Value: bridge.NewSecret(value)})
	v.secret(keyvaultapi.Secret{Name: "off", Value: bridge.NewSecret(value)})
	v.call(http.MethodDelete, "/secrets/deleted", "")
	off := must(c.Versions(t.Context(), reference("off")))(t)[0].ID
	v.call(http.MethodPatch, "/secrets/off/"+off, `{"attributes":{"enabled":false}}`)
	for _, one := range []struct{ name, code, text, hint string }{
		{"none", "SecretNotFound", "cannot read secret none of vault demo-vault: A secret with (name/id) none was not found", "check the reference"},
		{"expired", "SecretExpired", "expired at 2026-11-23T12:00:00Z", "--expires TIME"},
		{"off", "SecretDisabled", "Operation get is not allowed on a disabled secret", "--enabled true"},
		{"deleted", "SecretDeleted", "it was deleted and is kept until 2027-02-21", "az keyvault secret recover --vault-name demo-vault --name deleted"},
	} {
		_, err := c.Secret(t.Context(), reference(one.name))
		wants(t, err, one.code, one.text, one.hint)
	}
	_, err := c.Rotate(t.Context(), keyvault.Rotation{Reference: reference("deleted"), ID: "r", New: keyvault.Random(32)})
	wants(t, err, "SecretNotFound", "cannot list the versions of secret deleted", "az keyvault secret recover")
}

func TestWithoutARoleItIsSaidWhichOne(t *testing.T) {
	t.Parallel()
	v := newVault(t, "Reader")
	_, err := v.client().Secret(t.Context(), apiKey)
	wants(t, err, "ForbiddenByRbac", "Caller is not authorized to perform action on resource",
		`az role assignment create --assignee-object-id `+objectID+` --role "Key Vault Secrets User" --scope `+strings.ToLower(scope))
	_, err = must(v.client().Key(signingKey, keyvault.KeyOptions{}))(t).Signer(t.Context())
	wants(t, err, "ForbiddenByRbac", "cannot read key signing", `--role "Key Vault Crypto User"`)
	v = newVault(t, "Key Vault Secrets User")
	v.secret(keyvaultapi.Secret{Name: "api-key", Value: bridge.NewSecret(value)})
	_, err = v.client().Rotate(t.Context(), keyvault.Rotation{Reference: apiKey, ID: "r", New: keyvault.Random(32)})
	wants(t, err, "ForbiddenByRbac", "cannot set secret api-key", `--role "Key Vault Secrets Officer"`)
}

func TestRotationOverlapsAndIsDoneOnce(t *testing.T) {
	t.Parallel()
	v, ctx := newVault(t), t.Context()
	c := v.client()
	old := v.secret(keyvaultapi.Secret{
		Name: "api-key", Value: bridge.NewSecret("old"), Created: noon.AddDate(0, 0, -91), ContentType: "text/plain", Tags: map[string]string{"for": "jobs"},
	})
	age := must(c.Age(ctx, apiKey, 90*24*time.Hour))(t)
	if !age.Due() || !age.Since.Equal(noon.AddDate(0, 0, -1)) || age.Version.ID != old {
		t.Errorf("age %+v", age)
	}
	if age = must(c.Age(ctx, apiKey, 0))(t); age.Due() {
		t.Error("due without a policy")
	}
	_, err := c.Retire(ctx, apiKey, "run-1")
	wants(t, err, "rotation_incomplete", `no enabled version of rotation "run-1": nothing is disabled`, "rotate it first")

	made := 0
	rotation := keyvault.Rotation{Reference: apiKey, ID: "run-1", Life: 24 * time.Hour, New: func(context.Context) (bridge.Secret, error) {
		made++
		return bridge.NewSecret(value), nil
	}}
	first := must(c.Rotate(ctx, rotation))(t)
	again := must(c.Rotate(ctx, rotation))(t)
	if made != 1 || len(first) != 1 || first[0].Do != keyvault.StepSet || first[0].Already || !again[0].Already || again[0].Version != first[0].Version {
		t.Errorf("made %d times: %+v, %+v", made, first, again)
	}
	current := must(c.Secret(ctx, apiKey))(t)
	want := keyvault.Version{
		ID: first[0].Version, Enabled: true, Created: noon, Expires: noon.Add(24 * time.Hour), ContentType: "text/plain",
		Tags: map[string]string{"for": "jobs", keyvault.RotationTag: "run-1"},
	}
	if diff := cmp.Diff(want, current.Version); diff != "" || current.Value.Reveal() != value {
		t.Error(diff)
	}
	if before := must(c.Secret(ctx, apiKey+"/"+old))(t); before.Value.Reveal() != "old" {
		t.Error("the version before is not good between the two steps")
	}
	disabled := must(c.Retire(ctx, apiKey, "run-1"))(t)
	if diff := cmp.Diff([]keyvault.Step{{Do: keyvault.StepDisable, Version: old}}, disabled); diff != "" {
		t.Error(diff)
	}
	if twice := must(c.Retire(ctx, apiKey, "run-1"))(t); len(twice) != 1 || !twice[0].Already {
		t.Errorf("the second time: %+v", twice)
	}
	_, err = c.Secret(ctx, apiKey+"/"+old)
	wants(t, err, "SecretDisabled", "disabled secret", "")
	if age = must(c.Age(ctx, apiKey, 90*24*time.Hour))(t); age.Due() {
		t.Error("due after it was rotated")
	}
	v.pass(24 * time.Hour)
	if age = must(c.Age(ctx, apiKey, 90*24*time.Hour))(t); !age.Due() || !age.Since.Equal(current.Expires) {
		t.Error("not due though it has expired")
	}
}

func TestNoValueGetsOut(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	v.secret(keyvaultapi.Secret{Name: "api-key", Value: bridge.NewSecret(value)})
	c := v.client()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	show := func(what any) {
		t.Helper()
		logger.Info("seen", slog.Any("what", what))
		text, _ := json.Marshal(what)
		for _, printed := range []string{fmt.Sprintf("%v %+v %#v", what, what, what), string(text), log.String()} {
			if strings.Contains(printed, value) {
				t.Errorf("the value is in %s", printed)
			}
		}
	}
	show(must(c.Secret(t.Context(), apiKey))(t))
	rotation := keyvault.Rotation{Reference: apiKey, ID: "r", New: func(context.Context) (bridge.Secret, error) { return bridge.NewSecret(value), nil }}
	show(must(c.Rotate(t.Context(), rotation))(t))
	for name, body := range map[string]string{
		"echoed":    `{"error":{"code":"BadParameter","message":"The value ` + value + ` is bad."}}`,
		"malformed": `{"value":["` + value + `"], "id": 4, "attributes": "` + value + `"}`,
		"cut":       `{"value":"` + value,
	} {
		status := http.StatusOK
		if name == "echoed" {
			status = http.StatusBadRequest
		}
		v.when(func(rw http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") == "":
				rw.Header().Set("WWW-Authenticate", `Bearer authorization="https://login.microsoftonline.com/`+tenant+`", resource="https://vault.azure.net"`)
				rw.WriteHeader(http.StatusUnauthorized)
			case strings.HasSuffix(r.URL.Path, "/versions"):
				_, _ = rw.Write([]byte(`{"value":[]}`))
			default:
				rw.WriteHeader(status)
				_, _ = rw.Write([]byte(body))
			}
		})
		_, err := v.client().Rotate(t.Context(), rotation)
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		show(err)
		show(err.Error() + bridge.HintOf(err))
		if name != "echoed" {
			_, err = v.client().Secret(t.Context(), apiKey)
			show(err.Error() + bridge.HintOf(err))
		}
	}
}

func TestRandomValues(t *testing.T) {
	t.Parallel()
	one, two := must(keyvault.Random(32)(t.Context()))(t), must(keyvault.Random(32)(t.Context()))(t)
	if len(one.Reveal()) != 43 || one.Reveal() == two.Reveal() {
		t.Error("not 32 random bytes")
	}
	_, err := keyvault.Random(8)(t.Context())
	wants(t, err, "value_refused", "8 bytes is out of 16 to 4096", "take 32")
}

func reference(name string) string { return "https://demo-vault.vault.azure.net/secrets/" + name }

// call changes the vault as somebody else would, over its API.
func (v *vault) call(method, path, body string) {
	v.Helper()
	lease := must(v.Lease(v.Context(), bridge.LeaseRequest{Scopes: []string{"https://vault.azure.net/.default"}}))(v)
	req := must(http.NewRequestWithContext(v.Context(), method, v.url+"/demo-vault"+path+"?api-version=7.5", strings.NewReader(body)))(v)
	req.Header.Set("Authorization", "Bearer "+lease.Token.Reveal())
	resp := must(v.http().Do(v.Context(), bridge.HopKeys, req))(v)
	if resp.Status >= 300 {
		v.Fatalf("%s %s: %d %s", method, path, resp.Status, resp.Body)
	}
}
