package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// age lets time pass for a secret of the pretended vault.
func (c *clouds) age(secret, by string) {
	c.t.Helper()
	c.admin("POST", "/vaults/landbridge-demo/"+secret+"/age", map[string]string{"by": by})
}

// auditLog is that of a changed configuration, or of the sandbox's own.
func (c *clouds) auditLog(config ...string) []byte {
	c.t.Helper()
	dir := c.home()
	for _, flag := range config {
		dir = filepath.Dir(strings.TrimPrefix(flag, "--config="))
	}
	log, err := os.ReadFile(filepath.Join(dir, "audit.jsonl"))
	if err != nil {
		c.t.Fatal(err)
	}
	return log
}

// TestSecrets lists, reads and rotates secrets of Key Vault in two steps; no value is in the audit log.
func TestSecrets(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.say(7, "secret", "ls").has(t, "weather", "search", "secret weather is due for rotation", "landbridge secret rotate weather")
	old := c.say(0, "secret", "get", "weather").stdout
	c.say(2, "secret", "get", "wether").has(t, `there is no secret "wether"`, "did you mean weather?")
	c.say(2, "secret", "retire", "weather").has(t, "was not set by a rotation")
	c.say(0, "secret", "rotate", "weather", "--random", "24").has(t, "weather: set version")
	fresh := c.say(0, "secret", "get", "weather").stdout
	if fresh == old || len(fresh) != 32 {
		t.Errorf("after the rotation the value has %d characters, and is the old one: %v", len(fresh), fresh == old)
	}
	c.say(3, "secret", "retire", "weather").has(t, "secret weather was rotated less than 1m0s ago: a gateway may still give out the version before", "retire it in")
	c.age("weather-api-key", "2m")
	steps := decode[struct{ Steps []map[string]string }](t, c.say(0, "secret", "retire", "weather", "--output", "json")).Steps
	if len(steps) != 1 || steps[0]["secret"] != "weather" || steps[0]["do"] != "disable" || steps[0]["version"] == "" {
		t.Errorf("retired: %v", steps)
	}
	if list := decode[struct{ Secrets []app.SecretState }](t, c.say(0, "secret", "ls", "--output", "json")); len(list.Secrets) != 2 || list.Secrets[1].Due {
		t.Errorf("after the rotation: %+v", list)
	}
	c.say(2, "secret", "rotate", "--due").has(t, "no secret of backup.secrets has a rotate.command or rotate.random_bytes")
	c.say(2, "secret", "rotate", "--due", "--random", "24").has(t, "[due random]")
	c.say(2, "secret", "rotate", "--due", "weather").has(t, "--due is about all secrets")
	log := c.auditLog()
	if bytes.Contains(log, []byte(old)) || bytes.Contains(log, []byte(fresh)) || !bytes.Contains(log, []byte(`"act":"secret-get"`)) {
		t.Errorf("the audit log holds a value, or no reading:\n%s", log)
	}
}

// maker is a program that makes new values, as an operator would write one.
func (c *clouds) maker(script string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "new-key")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// TestRotationByPolicy rotates what is due by its command, keeps the version before for the overlap, and then disables it; a command that fails, or
// tells its value, changes nothing and shows nothing.
func TestRotationByPolicy(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	const fresh = "made-by-the-program"
	seen := filepath.Join(t.TempDir(), "seen")
	made := c.maker(`echo "$LANDBRIDGE_SECRET $LANDBRIDGE_ROTATION_ID $*" >> ` + seen + "\necho telling " + fresh + " >&2\necho " + fresh + "\n")
	failing := c.maker("echo half-a-value\necho the service is away >&2\nexit 3\n")
	with := func(command string) string {
		return c.datasets("rotate_every: 2160h\n  lineage", "rotate_every: 2160h\n      rotate: {command: ['"+command+"'], overlap: 1h}\n  lineage")
	}
	c.say(5, "secret", "rotate", "--due", with(failing)).has(t, "the command that makes a new value of secret weather failed: exit status 3", "the service is away", "the version before is still good")
	old := c.say(0, "secret", "get", "weather").stdout

	config := with(made)
	said := c.say(0, "secret", "rotate", "--due", config)
	said.has(t, "weather: set version", "telling [redacted]")
	if strings.Contains(said.stdout+said.stderr, fresh) {
		t.Errorf("the value is in the output:\n%s%s", said.stdout, said.stderr)
	}
	if got := c.say(0, "secret", "get", "weather").stdout; got != fresh || got == old {
		t.Errorf("the value is %q", got)
	}
	if text, err := os.ReadFile(seen); err != nil || !strings.HasPrefix(string(text), "weather after-") || strings.Count(string(text), "\n") != 1 {
		t.Errorf("the program saw %q, %v", text, err)
	}
	c.age("weather-api-key", "59m")
	if again := c.say(0, "secret", "rotate", "--due", config); strings.Contains(again.stdout, "version") {
		t.Errorf("in the overlap: %s", again.stdout)
	}
	c.age("weather-api-key", "2m")
	c.say(0, "secret", "rotate", "--due", config).has(t, "weather: disable version")
	if again := c.say(0, "secret", "rotate", "--due", config); strings.Contains(again.stdout, "version") {
		t.Errorf("all is done: %s", again.stdout)
	}
	log := c.auditLog(config)
	for _, want := range []string{`"act":"secret-rotate"`, `"act":"secret-retire"`, `"run":"after-`} {
		if !bytes.Contains(log, []byte(want)) {
			t.Errorf("the audit log has no %s", want)
		}
	}
	for _, value := range []string{fresh, old, "half-a-value"} {
		if bytes.Contains(log, []byte(value)) {
			t.Error("the audit log holds a value")
		}
	}
}

// TestRotationThatNobodyRecorded finds a version that a process has set before it died: it is recorded, once, and not made again.
func TestRotationThatNobodyRecorded(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	config := c.datasets("rotate_every: 2160h\n  lineage", "rotate_every: 2160h\n      rotate: {random_bytes: 24, overlap: 1h}\n  lineage")
	token := strings.TrimSpace(c.say(0, "token", "--to", "azure", "--scopes", "https://vault.azure.net/.default").stdout)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.profile.HTTP+"/landbridge-demo/secrets/weather-api-key?api-version=7.6", strings.NewReader(`{"value": "set-and-not-told", "tags": {"rotation-id": "after-the-crash"}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%+v, %v", resp, err)
	}
	resp.Body.Close()
	for range 2 {
		c.say(0, "secret", "rotate", "--due", config)
	}
	if n := bytes.Count(c.auditLog(config), []byte(`"event":"ended","door":"cli","data":{"run":"after-the-crash","act":"secret-rotate"`)); n != 1 {
		t.Errorf("recorded %d times:\n%s", n, c.auditLog(config))
	}
	if got := c.say(0, "secret", "get", "weather").stdout; got != "set-and-not-told" {
		t.Errorf("the value is %q", got)
	}
}

// TestServeRotates lets a serving process do the same, as one of its jobs.
func TestServeRotates(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	config := c.datasets("rotate_every: 2160h\n  lineage", "rotate_every: 2160h\n      rotate: {random_bytes: 24, overlap: 1h}\n  lineage")
	s := c.doors("--sandbox", config)
	eventually(t, "the rotation", func() bool {
		run := decode[struct{ Runs []app.Run }](t, c.say(0, "jobs", "ls", "--output", "json", config))
		return len(run.Runs) == 1 && run.Runs[0].Act == "rotate" && run.Runs[0].Dataset == "weather" && run.Runs[0].State == "done"
	})
	s.stop()
	if code := <-s.ended; code != 0 {
		t.Errorf("exit code %d:\n%s", code, s.errs)
	}
	if got := c.say(0, "secret", "get", "weather").stdout; len(got) != 32 {
		t.Errorf("the value has %d characters", len(got))
	}
}

// TestExecWithASecret gives a program a value in its environment, on record; nobody else sees it.
func TestExecWithASecret(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	value := c.say(0, "secret", "get", "weather").stdout
	before := bytes.Count(c.auditLog(), []byte(`"act":"secret-get"`))
	out := c.say(0, "exec", "--sandbox", "--secret", "weather=WEATHER_KEY", "--secret", "search=SEARCH_KEY", "--", "/bin/sh", "-c", `echo "$WEATHER_KEY/${SEARCH_KEY:+set}/$*"`)
	if out.stdout != value+"/set/\n" || strings.Count(out.stdout+out.stderr, value) != 1 {
		t.Errorf("the program saw %q, and standard error is %q", out.stdout, out.stderr)
	}
	log := c.auditLog()
	if got := bytes.Count(log, []byte(`"act":"secret-get"`)); got != before+2 || bytes.Contains(log, []byte(value)) || !bytes.Contains(log, []byte(`"door":"exec"`)) {
		t.Errorf("%d records of %d, or the value among them", got, before+2)
	}
	for flag, want := range map[string]string{
		"weather":                   "--secret weather is not NAME=VARIABLE",
		"weather=1X":                "--secret weather=1X is not NAME=VARIABLE",
		"weather=LD_PRELOAD":        "would have the value decide what code the program runs",
		"weather=GCE_METADATA_HOST": "variable GCE_METADATA_HOST is one by which Google's SDKs find their token",
		"wether=KEY":                `there is no secret "wether"`,
	} {
		c.say(2, "exec", "--sandbox", "--secret", flag, "--", "/bin/true").has(t, want)
	}
	c.say(2, "exec", "--sandbox", "--secret", "weather=KEY", "--secret", "search=KEY", "--", "/bin/true").has(t, "names a variable that another secret is in")
}

// TestSecretsExample holds that the example is a configuration without a mistake.
func TestSecretsExample(t *testing.T) {
	t.Parallel()
	path, err := filepath.Abs("../../examples/secrets/landbridge.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := &clouds{t: t, state: t.TempDir()}
	if code, stdout, stderr := c.run("config", "check", "--config", path); code != 0 {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
}

// identity is the ID token of the pretended Vertex job, as its metadata server gives it.
func (c *clouds) identity(audience string) string {
	c.t.Helper()
	status, token := get(c.t, "http://"+c.profile.Google.MetadataHost+"/computeMetadata/v1/instance/service-accounts/default/identity?format=full&audience="+url.QueryEscape(audience))
	if status != http.StatusOK {
		c.t.Fatalf("the metadata server: %d %s", status, token)
	}
	return token
}

// fetch asks the gateway for a secret.
func fetch(t *testing.T, gateway, name, token string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, gateway+"/landbridge/v1/secrets/"+name, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data), resp.Header
}

// TestSecretsAtTheGateway gives a Vertex job, by its Google ID token, and a pod, by its service-account token, the secrets that list them; the vault is
// asked as an identity of either shore.
func TestSecretsAtTheGateway(t *testing.T) {
	t.Parallel()
	for _, identity := range []string{"to_azure", "home"} {
		t.Run(identity, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			g, z := c.profile.Google, c.profile.Azure
			file := c.gatewayFile(fmt.Sprintf(`backup:
  azure_identity: %s
  endpoints: {key_vault: "%s"}
  jobs: {state_dir: "%s/backup"}
  secrets:
    - {name: search, reference: "%s", workloads: ["aks/*", "vertex/%s"]}
    - {name: weather, reference: "%s", workloads: ["vertex/%s"]}
    - {name: nobody, reference: "%s"}
`, identity, z.KeyVaultURL, c.state, z.Secrets[0], g.JobAccount, z.Secrets[1], g.JobAccount, z.Secrets[0]))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			write(t, file, strings.Replace(string(text), "    callers:\n", "    callers:\n      - {name: vertex, issuer: 'https://accounts.google.com', subject_claim: email, audiences: [landbridge]}\n", 1))
			args := []string{"--sandbox", "--config", file}
			if identity == "home" { // as the managed identity of the machine
				args = append(args, "--set", "to_google.source.kind=imds", "--set", "to_google.source.file=", "--set", "to_google.source.endpoint="+z.IMDSURL, "--set", "to_google.source.client_id="+z.WorkloadClientID, "--set", "to_google.provider="+g.EntraProvider)
			}
			s := c.doors(args...)
			job, pod := c.identity("landbridge"), strings.TrimSpace(c.podToken())
			if identity == "home" {
				pod = ""
			}
			status, value, h := fetch(t, s.Gateway, "weather", job)
			if status != 200 || !strings.HasPrefix(value, "weather-api-key-") || len(h.Get("X-Landbridge-Secret-Version")) != 32 || h.Get("Cache-Control") != "no-store" {
				t.Fatalf("the job: %d %s %v\n%s", status, value, h, s.errs)
			}
			if pod != "" {
				if status, search, _ := fetch(t, s.Gateway, "search", pod); status != 200 || !strings.HasPrefix(search, "search-api-key-") {
					t.Errorf("the pod: %d %s", status, search)
				}
				for _, name := range []string{"weather", "nobody", "unheard-of"} {
					if status, body, _ := fetch(t, s.Gateway, name, pod); status != 404 || !strings.Contains(body, "there is no secret") {
						t.Errorf("%s for the pod: %d %s", name, status, body)
					}
				}
			}
			if status, body, _ := fetch(t, s.Gateway, "weather", c.identity("somebody-else")); status != 401 || !strings.Contains(body, "meant for") {
				t.Errorf("another audience: %d %s", status, body)
			}

			c.admin("POST", "/faults", map[string]any{"api": "keyvault", "status": 503})
			if status, again, _ := fetch(t, s.Gateway, "weather", job); status != 200 || again != value {
				t.Errorf("what was read a moment ago: %d", status)
			}
			if status, body, h := fetch(t, s.Gateway, "search", job); pod == "" && (status != 503 || h.Get("Retry-After") == "" || !strings.Contains(body, `the vault of secret \"search\" cannot be reached`)) {
				t.Errorf("a vault that is away: %d %s", status, body)
			}
			s.stop()
			if code := <-s.ended; code != 0 {
				t.Errorf("exit code %d:\n%s", code, s.errs)
			}
			log, err := os.ReadFile(filepath.Join(c.state, "audit.jsonl"))
			if err != nil || bytes.Contains(log, []byte(value)) || !bytes.Contains(log, []byte(`"workload":"vertex/`+g.JobAccount)) || !bytes.Contains(log, []byte(`"at":"`+h.Get("X-Landbridge-Secret-Version"))) {
				t.Errorf("the audit log, %v:\n%s", err, log)
			}
		})
	}
}
