package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/cli"
)

// clouds is a running sandbox of one test, found by its own state folder.
type clouds struct {
	t       *testing.T
	state   string
	profile app.Profile
	environ []string // more of it
}

func startClouds(t *testing.T) *clouds {
	t.Helper()
	c := &clouds{t: t, state: t.TempDir()}
	ctx, cancel := context.WithCancel(context.Background())
	started := &announcement{seen: make(chan struct{})}
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(ctx, c.io([]string{"sandbox", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--output", "json"}, started, io.Discard), "v0.0.0-test")
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("the sandbox ended with %d", code)
		}
	})
	select {
	case <-started.seen:
	case code := <-ended:
		t.Fatalf("the sandbox did not start: exit code %d", code)
	case <-time.After(20 * time.Second):
		t.Fatal("the sandbox did not start in time")
	}
	var found struct{ Profile app.Profile }
	data, err := os.ReadFile(filepath.Join(c.state, "sandbox.json"))
	if err == nil {
		err = json.Unmarshal(data, &found)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.profile = found.Profile
	return c
}

// announcement closes seen at the first write.
type announcement struct {
	seen chan struct{}
	done bool
}

func (a *announcement) Write(p []byte) (int, error) {
	if !a.done {
		a.done = true
		close(a.seen)
	}
	return len(p), nil
}

func (c *clouds) io(args []string, out, errs io.Writer) cli.IO {
	environ := append([]string{"LANDBRIDGE_STATE_DIR=" + c.state, "PATH=/usr/bin:/bin"}, c.environ...)
	return cli.IO{Args: args, Stdin: strings.NewReader(""), Stdout: out, Stderr: errs, Environ: environ, Dir: c.state}
}

// run is one command line of a user.
func (c *clouds) run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cli.Main(c.t.Context(), c.io(args, &out, &errs), "v0.0.0-test")
	return code, out.String(), errs.String()
}

// admin changes the pretended clouds.
func (c *clouds) admin(method, path string, body any) []byte {
	c.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.profile.AdminURL+path, bytes.NewReader(data))
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
	return answer
}

// mint puts a service-account token, made as asked, into a file and returns the flag that names it.
func (c *clouds) mint(ask map[string]any) string {
	var answer struct{ Token string }
	if err := json.Unmarshal(c.admin("POST", "/tokens", ask), &answer); err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(answer.Token), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return "--set=to_google.source.file=" + path
}

func (c *clouds) flaw(name string) []string { return []string{c.mint(map[string]any{"flaw": name})} }

// tokenShape is what must never be seen in any output.
var tokenShape = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{16,}|ya29\.[A-Za-z0-9._-]{16,}`)

// TestRefusals walks every bad token and every bad cloud through the command line: the far side's own words, the hop, the
// exit code, and no token anywhere.
func TestRefusals(t *testing.T) {
	t.Parallel()
	provider := func(c *clouds) string {
		_, id, _ := strings.Cut(c.profile.Google.Provider, "/providers/")
		return "/pools/azure/providers/" + id
	}
	fault := func(f map[string]any) func(*clouds) []string {
		return func(c *clouds) []string { c.admin("POST", "/faults", f); return nil }
	}
	flaw := func(name string) func(*clouds) []string { return func(c *clouds) []string { return c.flaw(name) } }
	tests := []struct {
		name   string
		make   func(*clouds) []string // more arguments of "token --sandbox"
		code   int
		stderr string
	}{
		{"expired", flaw("expired"), 4, `landbridge: home: the token in .* expired .* ago`},
		{"not yet valid", flaw("not_yet_valid"), 4, `sts: google sts refused the assertion: invalid_grant: ID Token issued at \d+ is stale to sign-in\.`},
		{"wrong audience", func(c *clouds) []string {
			return []string{c.mint(map[string]any{"audience": []string{"api://AzureADTokenExchange"}})}
		}, 4, `sts: google sts refused the assertion: invalid_grant: The audience in ID Token \[api://AzureADTokenExchange\] does not match the expected audience\.`},
		{"wrong issuer", flaw("wrong_issuer"), 4, `sts: google sts refused the assertion: invalid_grant: The issuer in ID Token https://issuer\.example does not match the expected one in config: https://127\.0\.0\.1`},
		{"unknown kid", flaw("unknown_kid"), 4, `sts: google sts refused the assertion: invalid_grant: Error connecting to the given credential's issuer\.`},
		{"another key under a known kid", flaw("wrong_key"), 4, `sts: google sts refused the assertion: invalid_grant: Unable to verify the ID Token signature\.`},
		{"alg none", flaw("alg_none"), 4, `sts: google sts refused the assertion: invalid_grant: Unable to verify the ID Token signature\.`},
		{"HS256 with the public key", flaw("hs256"), 4, `sts: google sts refused the assertion: invalid_grant: Unable to verify the ID Token signature\.`},
		{"P-384", flaw("p384"), 4, `sts: google sts refused the assertion: invalid_grant: Unable to verify the ID Token signature\.`},
		{"missing sub", flaw("missing_sub"), 4, `sts: google sts refused the assertion: unauthorized_client: Could not obtain a value for google\.subject from the given credential\.`},
		{"128-byte subject", flaw("long_subject"), 4, `sts: google sts refused the assertion: invalid_request: The size of mapped attribute google\.subject exceeds the 127 bytes limit\.`},
		{"condition false", func(c *clouds) []string {
			c.admin("PATCH", provider(c), map[string]any{"attributeCondition": "assertion.sub == 'somebody else'"})
			return nil
		}, 4, `sts: google sts refused the assertion: unauthorized_client: The given credential is rejected by the attribute condition\.`},
		{"condition that needs an absent claim", func(c *clouds) []string {
			c.admin("PATCH", provider(c), map[string]any{"attributeCondition": "assertion.department == 'finance'"})
			return nil
		}, 4, `sts: google sts refused the assertion: unauthorized_client: The given credential is rejected by the attribute condition\.`},
		{"disabled pool", func(c *clouds) []string {
			c.admin("PATCH", "/pools/azure", map[string]any{"disabled": true})
			return nil
		}, 4, `sts: google sts refused the assertion: invalid_target: The target service indicated by the "audience" parameters is invalid\. This might either be because the pool or provider is disabled or deleted`},
		{"missing binding", func(c *clouds) []string {
			return []string{c.mint(map[string]any{"service_account": "other"})}
		}, 4, `impersonate: iam credentials refused the call: PERMISSION_DENIED: Permission 'iam\.serviceAccounts\.getAccessToken' denied on resource \(or it may not exist\)\.\n  next: .*add-iam-policy-binding`},
		{"provider name with the project id", func(*clouds) []string {
			return []string{"--set=to_google.provider=projects/my-project/locations/global/workloadIdentityPools/azure/providers/aks-prod"}
		}, 2, `names the project by its id "my-project"; Google wants the number here\n  fix: gcloud projects describe my-project`},
		{"lifetime 3601", func(*clouds) []string { return []string{"--set=to_google.lifetime=3601s"} }, 2, `constraints/iam\.allowServiceAccountCredentialLifetimeExtension`},
		{"absent token file", func(*clouds) []string { return []string{"--set=to_google.source.file=/nonexistent/token"} }, 2, `/nonexistent/token`},
		{"a Google key offered as token", func(c *clouds) []string {
			path := filepath.Join(c.t.TempDir(), "key.json")
			if err := os.WriteFile(path, []byte(`{"type":"service_account","private_key_id":"abc","client_email":"x@p.iam.gserviceaccount.com"}`), 0o600); err != nil {
				c.t.Fatal(err)
			}
			return []string{"--set=to_google.source.file=" + path}
		}, 2, `service-account key`},
		{"STS answers HTML", fault(map[string]any{"api": "sts", "html": true}), 5, `landbridge: sts: .*HTML`},
		{"STS answers 429", fault(map[string]any{"api": "sts", "status": 429}), 5, `landbridge: sts: .*quota_exceeded`},
		{"STS answers 503", fault(map[string]any{"api": "sts", "status": 503}), 5, `landbridge: sts: .*503`},
		{"IAM answers 500", fault(map[string]any{"api": "iamcredentials", "status": 500}), 5, `landbridge: impersonate: .*500|INTERNAL`},
		{"expires_in is absent", fault(map[string]any{"api": "sts", "no_expiry": true}), 4, `landbridge: sts: .* answered without expires_in: the assertion is about to expire`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			code, stdout, stderr := c.run(append([]string{"token", "--sandbox"}, tt.make(c)...)...)
			if code != tt.code || stdout != "" || !regexp.MustCompile(`(?s)`+tt.stderr).MatchString(stderr) {
				t.Errorf("exit code %d (want %d), stdout %d bytes, stderr:\n%swant %s", code, tt.code, len(stdout), stderr, tt.stderr)
			}
			if tokenShape.MatchString(stderr) {
				t.Error("a token is in the output")
			}
		})
	}
}

// TestPassingFaults holds that a far side which fails twice and then answers is not noticed.
func TestPassingFaults(t *testing.T) {
	t.Parallel()
	for _, api := range []string{"sts", "iamcredentials"} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			c.admin("POST", "/faults", map[string]any{"api": api, "status": 503, "times": 2})
			code, stdout, stderr := c.run("token", "--sandbox")
			if code != 0 || !strings.HasPrefix(stdout, "ya29.") {
				t.Errorf("exit code %d, stderr:\n%s", code, stderr)
			}
		})
	}
}

// TestTour holds that "up --once" ends with the exit code of the hop that failed, and prints machine-readable hops.
func TestTour(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fault string
		code  int
		hops  int
	}{
		{"", 0, 12},
		{"sts=403", 4, 1},
		{"vertex=429", 5, 4},
		{"storage=403", 4, 9},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("fault %s", tt.fault), func(t *testing.T) {
			t.Parallel()
			c := &clouds{t: t, state: t.TempDir()}
			args := []string{"up", "--once", "--output", "json"}
			if tt.fault != "" {
				args = append(args, "--fault", tt.fault)
			}
			code, stdout, stderr := c.run(args...)
			var out struct {
				Hops []struct{ Hop, Who, Error string }
			}
			if err := json.Unmarshal([]byte(stdout), &out); err != nil {
				t.Fatalf("%v in %s %s", err, stdout, stderr)
			}
			if code != tt.code || len(out.Hops) != tt.hops {
				t.Fatalf("exit code %d, %d hops; want %d and %d; stderr:\n%s%s", code, len(out.Hops), tt.code, tt.hops, stderr, stdout)
			}
			if last := out.Hops[len(out.Hops)-1]; (last.Error != "") != (tt.code != 0) {
				t.Errorf("the last hop is %+v", last)
			}
			if tokenShape.MatchString(stdout + stderr) {
				t.Error("a token is in the output")
			}
		})
	}
}
