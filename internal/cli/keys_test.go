package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// keyed is the gateway's configuration with keys in the clouds: replacements, and what follows it.
func (c *clouds) keyed(more string, changes ...string) string {
	c.t.Helper()
	file := c.gatewayFile(fmt.Sprintf("backup:\n  azure_identity: to_azure\n  endpoints: {key_vault: '%s', kms: '%s'}\n  jobs: {state_dir: '%s/backup'}\n", c.profile.Azure.KeyVaultURL, c.profile.Google.KMSURL, c.state) + more)
	text, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		if !bytes.Contains(text, []byte(changes[i])) {
			c.t.Fatalf("%q is not in\n%s", changes[i], text)
		}
		text = bytes.Replace(text, []byte(changes[i]), []byte(changes[i+1]), 1)
	}
	write(c.t, file, string(text))
	return file
}

func (s *served) end(t *testing.T) {
	t.Helper()
	s.stop()
	if code := <-s.ended; code != 0 {
		t.Errorf("exit code %d:\n%s", code, s.errs)
	}
}

// TestAuditIsSealed signs the audit log with a local key, with Key Vault and with Cloud KMS, and finds what was changed in it.
func TestAuditIsSealed(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]func(c *clouds) string{
		"local":     func(*clouds) string { return "" },
		"key vault": func(c *clouds) string { return ", key: '" + c.profile.Azure.SigningKey + "'" },
		"cloud kms": func(c *clouds) string { return ", key: '" + c.profile.Google.SigningKey + "'" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			file := "--config=" + c.keyed("", `audit.jsonl"}`, `audit.jsonl", signing: {every: 1s`+key(c)+`}}`)
			log := filepath.Join(c.state, "audit.jsonl")
			s := c.doors("--sandbox", file)
			for range 3 {
				if status, body := ask(t, s.Gateway, "generateContent", "", "Hello"); status != http.StatusOK {
					t.Fatalf("%d %s", status, body)
				}
			}
			eventually(t, "a seal", func() bool {
				text, err := os.ReadFile(log)
				return err == nil && bytes.Contains(text, []byte(`"event":"seal"`))
			})
			s.end(t)
			c.say(0, "audit", "verify", "--max-age", "1m", file).has(t, "records hold, sealed", "; 0 came later")
			if list := decode[struct {
				Files []struct{ Records, Seals int }
			}](t, c.say(0, "audit", "verify", "--output", "json", file)); len(list.Files) != 1 || list.Files[0].Records < 7 || list.Files[0].Seals < 1 {
				t.Errorf("%+v", list)
			}
			c.say(6, "audit", "verify", "--max-age", "1ns", file).has(t, "the last seal of", "old")
			c.say(0, "audit", "seal", file).has(t, "nothing has come since the last seal")
			c.say(0, "audit", "seal", file, "--output", "json").has(t, `"sealed": false`)

			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			write(t, log, strings.Replace(string(text), `"method":"generateContent"`, `"method":"countTokens_____"`, 1))
			c.say(6, "audit", "verify", file).has(t, "was changed in the first", "ask who wrote to the file")
			write(t, log, string(bytes.SplitAfterN(text, []byte("\n"), 2)[1]))
			c.say(6, "audit", "verify", file).has(t, "was changed in the first")
			write(t, log, string(text))
			c.say(0, "audit", "verify", log, file)
			if key(c) != "" {
				other := "--config=" + c.keyed("", `audit.jsonl"}`, `audit.jsonl", signing: {}}`)
				c.say(6, "audit", "verify", other).has(t, "sealed by unknown key", "audit.signing.trusted_file")
			}
		})
	}
	c := startClouds(t)
	c.say(2, "audit", "verify", "--config="+c.keyed("")).has(t, "the configuration has no audit.signing", "signing: {}")
}

// hashOf is what the model sees of a value, by the key in use.
var hashOf = regexp.MustCompile(`[A-Z][0-9]-[0-9A-F]{16}`)

func (c *clouds) hash(s *served) string {
	c.t.Helper()
	status, body := ask(c.t, s.Gateway, "generateContent", "", "Repeat after me: ada.lovelace@example.com")
	found := hashOf.FindString(body)
	if status != http.StatusOK || found == "" || strings.Contains(body, "ada.lovelace") {
		c.t.Fatalf("%d %s", status, body)
	}
	return found
}

// TestPseudonymsByAVault has the keys of pseudonyms in Key Vault: the same ones in every process, another one after a rotation, and no call for each request.
func TestPseudonymsByAVault(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	reference := c.profile.Azure.Secrets[1]
	c.say(0, "secret", "rotate", "weather", "--random", "16")
	refused := c.keyed("guard: {profiles: [{name: standard, personal_data: {action: hash, key: '" + reference + "'}}]}\n")
	c.say(2, "serve", "--config="+refused).has(t, "is not 32 bytes or more in base64", "openssl rand -base64 32")

	c.age("weather-api-key", "2m")
	c.say(0, "secret", "rotate", "weather", "--random", "32")
	c.age("weather-api-key", "2m")
	c.say(0, "secret", "retire", "weather")
	file := c.keyed("guard: {profiles: [{name: standard, personal_data: {action: hash, key: '" + reference + "'}}]}\n")
	one, two := c.doors("--sandbox", "--config", file), c.doors("--sandbox", "--config", file, "--set", "backup.jobs.state_dir="+c.t.TempDir())
	first := c.hash(one)
	if other := c.hash(two); other != first {
		t.Errorf("two processes say %s and %s", first, other)
	}
	two.end(t)

	c.admin("POST", "/faults", map[string]any{"api": "keyvault", "status": 503})
	write(t, file, read(t, file)+"# looked at again\n")
	eventually(t, "the warning", func() bool { return strings.Contains(one.errs.String(), "keys cannot be looked at again") })
	if again := c.hash(one); again != first {
		t.Errorf("while the vault is away: %s, and before %s", again, first)
	}
	c.admin("DELETE", "/faults/keyvault", nil)
	c.say(0, "secret", "rotate", "weather", "--random", "32")
	three := c.doors("--sandbox", "--config", file, "--set", "backup.jobs.state_dir="+c.t.TempDir())
	if again := c.hash(three); again != first {
		t.Errorf("a key that others have not seen yet is in use: %s, and before %s", again, first)
	}
	three.end(t)
	c.age("weather-api-key", "4m")
	write(t, file, read(t, file)+"# and again\n")
	eventually(t, "the new key", func() bool { return c.hash(one) != first })
	one.end(t)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWrappedKeys has the keys that seal the gateway's own tokens in a file that a key of Key Vault or of Cloud KMS has wrapped: what the old line
// sealed is opened after the rotation.
func TestWrappedKeys(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]func(c *clouds) string{
		"key vault": func(c *clouds) string { return c.profile.Azure.SealingKey },
		"cloud kms": func(c *clouds) string { return c.profile.Google.SealingKey },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			ring := filepath.Join(c.state, "tokens")
			file := c.keyed("", "    loopback: you\n", "    loopback: you\n    tokens: {key: '"+key(c)+"', key_file: '"+ring+"'}\n")
			c.say(2, "serve", "--config="+file).has(t, "tokens")
			line := c.say(0, "secret", "new-key", "--wrap", key(c)).stdout
			write(t, ring, "# wrapped\n"+line)
			s := c.doors("--sandbox", "--config", file)
			token := c.exchanged(s)
			s.end(t)

			write(t, ring, c.say(0, "secret", "new-key", "--wrap", key(c)).stdout+line)
			s = c.doors("--sandbox", "--config", file)
			if status, body := ask(t, s.Gateway, "generateContent", token, "Hello"); status != http.StatusOK {
				t.Errorf("a token of the key before: %d %s", status, body)
			}
			s.end(t)
			write(t, ring, c.say(0, "secret", "new-key", "--wrap", key(c)).stdout)
			s = c.doors("--sandbox", "--config", file)
			if status, body := ask(t, s.Gateway, "generateContent", token, "Hello"); status != http.StatusUnauthorized || !strings.Contains(body, "no key of the gateway opens the token") {
				t.Errorf("a token of a key that is gone: %d %s", status, body)
			}
			s.end(t)
			write(t, ring, c.say(0, "secret", "new-key").stdout)
			c.say(2, "serve", "--config="+file).has(t, "has wrapped")
		})
	}
	c := startClouds(t)
	c.say(2, "secret", "new-key", "--wrap", "aes").has(t, `"aes" is not a key that wraps`)
}

// exchanged is one of the gateway's own tokens.
func (c *clouds) exchanged(s *served) string {
	c.t.Helper()
	resp, err := http.PostForm(s.Gateway+"/v1/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "audience": {c.profile.Google.Audience}, "scope": {"https://www.googleapis.com/auth/cloud-platform"},
		"requested_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"}, "subject_token": {c.podToken()},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&granted); err != nil || granted.AccessToken == "" {
		c.t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	return granted.AccessToken
}
