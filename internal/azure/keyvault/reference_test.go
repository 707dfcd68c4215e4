package keyvault_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/azure/keyvault"
	"github.com/landbridge/landbridge/internal/wire"
)

const version = "0123456789abcdef0123456789abcdef"

func TestReferences(t *testing.T) {
	t.Parallel()
	for _, good := range []string{apiKey, apiKey + "/" + version, "https://gov-1.vault.usgovcloudapi.net/secrets/a", "https://cn-1.vault.azure.cn/secrets/a"} {
		if r := must(keyvault.ParseReference(good, keyvault.KindSecret))(t); r.String() != good {
			t.Errorf("%s became %s", good, r)
		}
	}
	must(keyvault.ParseReference("https://hsm-1.managedhsm.azure.net/keys/k", keyvault.KindKey))(t)
	for bad, code := range map[string]string{
		"": "reference_malformed",
		"http://demo-vault.vault.azure.net/secrets/a":               "reference_malformed",
		"https://me:pw@demo-vault.vault.azure.net/secrets/a":        "reference_malformed",
		"https://demo-vault.vault.azure.net/secrets/a?x=y":          "reference_malformed",
		"https://demo-vault.vault.azure.net/secrets":                "reference_malformed",
		"https://demo-vault.vault.azure.net/keys/a":                 "reference_malformed",
		"https://demo-vault.vault.azure.net/secrets/a/1":            "reference_malformed",
		"https://demo-vault.vault.azure.net/secrets/a_b":            "reference_malformed",
		"https://vault.azure.net/secrets/a":                         "host_refused",
		"https://demo-vault.vault.azure.net.evil.example/secrets/a": "host_refused",
		"https://evil.example/secrets/a":                            "host_refused",
		"https://a.b.vault.azure.net/secrets/a":                     "host_refused",
		"https://demo-vault.vault.azure.net:8443/secrets/a":         "host_refused",
		"https://-x.vault.azure.net/secrets/a":                      "host_refused",
	} {
		_, err := keyvault.ParseReference(bad, keyvault.KindSecret)
		wants(t, err, code, "", "https://VAULT.vault.azure.net/secrets/NAME")
	}
}

func FuzzReference(f *testing.F) {
	f.Add(apiKey)
	f.Add(apiKey + "/" + version)
	f.Add("https://demo-vault.vault.azure.net@evil.example/secrets/a")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := keyvault.ParseReference(text, keyvault.KindSecret)
		if err != nil {
			return
		}
		if !strings.HasSuffix(r.Host, ".vault.azure.net") && !strings.Contains(r.Host, ".vault.") && !strings.Contains(r.Host, ".managedhsm.") {
			t.Errorf("%q leads to %s", text, r.Host)
		}
		if again, err := keyvault.ParseReference(r.String(), keyvault.KindSecret); err != nil || again != r {
			t.Errorf("%q became %v, which became %v, %v", text, r, again, err)
		}
	})
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	for bad, code := range map[string]string{
		"https://evil.example": "host_refused", "http://127.0.0.1:80": "host_refused", "https://127.0.0.1/?x=y": "address_malformed", "127.0.0.1": "address_malformed",
	} {
		_, err := keyvault.New(keyvault.Options{HTTP: wire.New(wire.Options{}), Leaser: v, Clock: v.clock, Endpoint: bad})
		wants(t, err, code, "", "")
	}
	_, err := keyvault.New(keyvault.Options{})
	wants(t, err, "incomplete", "need an HTTP client, a leaser and a clock", "")
}

// A vault's challenge decides for which resource the SDK asks for a token: it must not get one for another.
func TestChallenges(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct{ challenge, code, text string }{
		"another resource": {`Bearer authorization="https://login.microsoftonline.com/` + tenant + `", resource="https://management.azure.com"`, "challenge_refused", "https://management.azure.com"},
		"none":             {"", "bad_answer", "without Key Vault's challenge"},
		"no tenant":        {`Bearer authorization="x", resource="https://vault.azure.net"`, "bad_answer", "without Key Vault's challenge"},
		"basic":            {`Basic realm="proxy"`, "bad_answer", "without Key Vault's challenge"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t)
			v.when(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("WWW-Authenticate", one.challenge)
				rw.WriteHeader(http.StatusUnauthorized)
			})
			_, err := v.client().Secret(t.Context(), apiKey)
			wants(t, err, one.code, one.text, "not a proxy's")
			if len(v.asks) != 0 {
				t.Errorf("a lease was asked for %q", v.asks)
			}
		})
	}
}
