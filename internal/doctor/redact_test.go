package doctor

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// secretKinds make secrets as they look in the wild. The marker in each is what must not come back.
func secretKinds(r *rand.Rand) map[string]string {
	run := func(alphabet string, n int) string {
		out := make([]byte, n)
		for i := range out {
			out[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(out)
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	part := func(v map[string]any) string {
		text, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	jwt := part(map[string]any{"alg": "RS256", "kid": run(letters, 8)}) + "." + part(map[string]any{"iss": "https://x", "sub": run(letters, 20)}) + "." + run(letters+"-_", 342)
	return map[string]string{
		"jwt":              jwt,
		"google":           "ya29.c." + run(letters+"-_", 200),
		"google refresh":   "1//0" + run(letters+"-_", 60),
		"oauth client":     "GOCSPX-" + run(letters+"-_", 28),
		"api key":          "AIza" + run(letters+"-_", 35),
		"entra secret":     run(letters, 3) + "8Q~" + run(letters+"-_.", 34),
		"entra refresh":    "0.A" + run(letters+"-_", 40) + "." + run(letters+"-_", 300),
		"entra code":       "OAQABAA" + run(letters+"-_", 120),
		"pem":              "-----BEGIN " + "PRIVATE KEY-----\n" + run(letters+"+/", 64) + "\n" + run(letters+"+/", 64) + "\n-----END PRIVATE KEY-----",
		"rsa pem":          "-----BEGIN RSA " + "PRIVATE KEY-----\n" + run(letters+"+/", 64) + "\n-----END RSA PRIVATE KEY-----",
		"pem in json":      `-----BEGIN ` + `PRIVATE KEY-----\n` + run(letters+"+/", 64) + `\n-----END PRIVATE KEY-----\n`,
		"storage key":      "AccountKey=" + run(letters+"+/", 86) + "==",
		"sas":              "https://a.blob.core.windows.net/c/b?sv=2023-11-03&se=2026-01-01&sig=" + run(letters, 43) + "%3D",
		"identity header":  "IDENTITY_HEADER=" + run("0123456789abcdef", 8) + "-" + run("0123456789abcdef", 12),
		"x-header":         "X-IDENTITY-HEADER: " + run(letters, 32),
		"authorization":    "Authorization: Bearer " + run(letters, 40),
		"basic":            "Authorization: Basic " + run(letters, 20) + "==",
		"curl":             `-H "authorization: bearer ` + run(letters, 30) + `"`,
		"form":             "grant_type=client_credentials&client_secret=" + run(letters, 12) + "&scope=x",
		"json field":       `{"client_secret": "` + run(letters, 12) + `", "x": 1}`,
		"python field":     `{'subject_token': '` + run(letters, 30) + `'}`,
		"escaped field":    `{\"access_token\":\"` + run(letters, 30) + `\"}`,
		"password":         "password: " + run(letters, 9),
		"env":              "AZURE_CLIENT_SECRET=" + run(letters, 10),
		"estsauth cookie":  "ESTSAUTHPERSISTENT=" + run(letters+"-_.", 80),
		"tokens in a list": "tokens: ya29." + run(letters, 30) + ", " + jwt,
	}
}

// core is a stretch from the middle of a secret's last word, which is never a name.
func core(secret string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(secret, func(r rune) bool {
		return strings.ContainsRune(" \n\\\"'{}:=&?,/", r)
	}) {
		if len(word) >= 9 && strings.ContainsAny(word, "0123456789") && !strings.Contains(word, "2023-11-03") && !strings.Contains(word, "2026-01-01") {
			out = append(out, word[len(word)/2-2:len(word)/2+3])
		}
	}
	return out
}

// TestSecretsNeverComeBack puts random secrets into every kind of surrounding, and looks at everything that leaves.
func TestSecretsNeverComeBack(t *testing.T) {
	t.Parallel()
	surroundings := []string{
		"%s",
		"error: %s\n" + audienceText,
		audienceText + " (token %s)",
		"\x1b[31m%s\x1b[0m",
		`curl: %s -> {"error":"invalid_grant","error_description":"ID Token issued at 1788336930 is stale to sign-in."}`,
		"open %s/token: no such file or directory",
		"The issuer in ID Token https://%s does not match the expected one in config: https://y",
		"Not found; Gaia id not found for email %s",
		"The audience in ID Token [%s] does not match the expected audience.",
	}
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		for kind, secret := range secretKinds(r) {
			for _, around := range surroundings {
				text := fmt.Sprintf(around, secret)
				f, _ := Explain(text)
				out, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				for _, piece := range core(secret) {
					if strings.Contains(string(out), piece) {
						t.Fatalf("seed %d: %s in %q comes back:\n%s", seed, kind, around, out)
					}
				}
			}
		}
	}
}

// TestWrappedTokens: a terminal breaks long lines, and with them tokens.
func TestWrappedTokens(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, kind := range []string{"jwt", "google", "entra refresh"} {
		secret := secretKinds(r)[kind]
		for _, width := range []int{40, 72, 80, 120} {
			for _, indent := range []string{"", "  ", "│ "} {
				var lines []string
				for rest := secret; rest != ""; {
					n := min(width, len(rest))
					lines, rest = append(lines, rest[:n]), rest[n:]
				}
				text := "token: " + strings.Join(lines, "\n"+indent) + "\n" + audienceText
				f, _ := Explain(text)
				out, _ := json.Marshal(f)
				for _, line := range lines {
					if len(line) >= 10 && strings.Contains(string(out), line[len(line)/2-4:len(line)/2+4]) {
						t.Errorf("%s wrapped at %d with %q comes back: %s", kind, width, indent, out)
					}
				}
			}
		}
	}
}

// TestRedactKeepsTheSentence: what must be understood stays.
func TestRedactKeepsTheSentence(t *testing.T) {
	t.Parallel()
	for _, r := range Rows() {
		for _, m := range r.Messages {
			if got := Redact(m); got != m {
				t.Errorf("%s: %q became %q", r.Code, m, got)
			}
		}
	}
	for _, text := range []string{"Missing Basic Authorization header", `WWW-Authenticate: Basic realm=/var/opt/azcmagent/tokens/x.key`, "Bearer token is missing", "client_secret: null"} {
		if got := Redact(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
