package cli_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writes says whether a call changes something.
func writes(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, ":getIamPolicy") && !strings.HasSuffix(r.URL.Path, ":testIamPermissions")
}

// TestApplyInBadWeather: clouds that throttle and stumble when they are written to are waited for, which is said, and the
// end is that of a calm day.
func TestApplyInBadWeather(t *testing.T) {
	t.Parallel()
	calm := startClouds(t)
	newStrait(t, calm).apply(t, documented(t))
	want := calm.written()
	for _, tt := range []struct {
		api    string
		fault  map[string]any
		inPath string // of the first write that meets it
		said   string
	}{
		{"iam", map[string]any{"status": 429, "times": 3}, "/workloadIdentityPools", ": again in "},
		{"iam", map[string]any{"status": 503, "times": 3}, "/workloadIdentityPools", ": again in "},
		{"cloudresourcemanager", map[string]any{"status": 429, "times": 2}, ":setIamPolicy", ": again in "},
		{"arm", map[string]any{"status": 429, "times": 3, "retry_after": "1s"}, "/userAssignedIdentities/", ": again in "},
		{"arm", map[string]any{"status": 503, "times": 2}, "/userAssignedIdentities/", ": again in "},
		{"kube", map[string]any{"status": 429, "times": 2, "retry_after": "1s"}, "/serviceaccounts", ": again in "},
	} {
		t.Run(tt.api+" "+http.StatusText(tt.fault["status"].(int)), func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			s := newStrait(t, c)
			var once sync.Once
			s.before = func(r *http.Request) {
				if writes(r) && strings.Contains(r.URL.Path, tt.inPath) {
					tt.fault["api"] = tt.api
					once.Do(func() { c.admin(http.MethodPost, "/faults", tt.fault) })
				}
			}
			cmd, out := s.child(t, "setup", "apply", "--no-wait", "--config", documented(t))
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if !strings.Contains(out.String(), tt.said) || !strings.Contains(out.String(), "28 steps done") {
				t.Errorf("%q is not in\n%s", tt.said, out)
			}
			if diff := cmp.Diff(want, c.written()); diff != "" {
				t.Errorf("(-calm +got):\n%s", diff)
			}
		})
	}
}

// TestAnotherWriterOfThePolicy: somebody changes the project's policy between our read and our write. Google refuses the write
// for its etag, the policy is read again, and both changes are there.
func TestAnotherWriterOfThePolicy(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	s := newStrait(t, c)
	project, token := c.profile.HTTP+"/v1/projects/"+c.profile.Google.EmptyProjectID, c.operator("google-operator")
	grant := func(member string) {
		policy := c.post(project+":getIamPolicy", token, struct{}{})
		policy["bindings"] = append(list(policy, "bindings"), map[string]any{"role": "roles/viewer", "members": []any{member}})
		c.post(project+":setIamPolicy", token, map[string]any{"policy": policy})
	}
	var mu sync.Mutex
	others := []string{"user:first@landbridge.example", "user:second@landbridge.example"}
	s.before = func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if len(others) > 0 && strings.HasSuffix(r.URL.Path, "/projects/landbridge-empty:setIamPolicy") {
			grant(others[0])
			others = others[1:]
		}
	}
	cmd, out := s.child(t, "setup", "apply", "--no-wait", "--config", documented(t))
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(others) > 0 {
		t.Errorf("the other writer came not often enough:\n%s", out)
	}
	if !strings.Contains(out.String(), "grants/project/landbridge-empty: ") {
		t.Errorf("no line tells of the conflict:\n%s", out)
	}
	written := strings.Join(c.written(), "\n")
	for _, member := range []string{"user:first@landbridge.example", "user:second@landbridge.example", "serviceAccount:reports@landbridge-empty.iam.gserviceaccount.com"} {
		if !strings.Contains(written, member) {
			t.Errorf("%s is not in the policy", member)
		}
	}
	if code, _, stderr := c.run("setup", "plan", "--sandbox", "--config", documented(t)); code != 0 {
		t.Errorf("a plan after that ends with %d: %s", code, stderr)
	}
}

// TestOperatorIsNobody: the operator's tokens are over, on one side or the other. The plan names what it could not read, and what
// to do; nothing is changed.
func TestOperatorIsNobody(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	before := c.written()
	stale := filepath.Join(t.TempDir(), "stale")
	if err := os.WriteFile(stale, []byte(c.expired()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ side, stderr string }{
		{"google", "project/landbridge-empty: .*UNAUTHENTICATED"},
		{"azure", `cannot list the AKS clusters of resource group landbridge-empty: .*(InvalidAuthenticationToken|ExpiredAuthenticationToken|expired).* \(cluster/aks-(one|two), cluster/aks-`},
	} {
		t.Run(tt.side, func(t *testing.T) {
			s := newStrait(t, c)
			s.flags = append(s.flags, "--set=setup."+tt.side+".operator.file="+stale)
			for _, command := range []string{"plan", "apply", "verify", "destroy"} {
				cmd, out := s.child(t, "setup", command, "--config", documented(t))
				_ = cmd.Run()
				if code := cmd.ProcessState.ExitCode(); code != 4 || !regexp.MustCompile(tt.stderr).MatchString(out.String()) {
					t.Errorf("%s: exit code %d, want 4 and %s in\n%s", command, code, tt.stderr, out)
				}
				if tokenShape.MatchString(out.String()) {
					t.Errorf("%s prints a token", command)
				}
			}
		})
	}
	if diff := cmp.Diff(before, c.written()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// expired is a token that nobody takes any more.
func (c *clouds) expired() string {
	var token struct{ Token string }
	if err := json.Unmarshal(c.admin(http.MethodPost, "/tokens", map[string]any{"flaw": "expired"}), &token); err != nil {
		c.t.Fatal(err)
	}
	return token.Token
}

// TestSetWinsOverTheSandbox: what --set says of a set-up's operator is not overridden by --sandbox.
func TestSetWinsOverTheSandbox(t *testing.T) {
	t.Parallel()
	w := wired{startClouds(t), documented(t)}
	_, stderr := w.setup(2, "setup", "plan", "--set", "setup.google.operator.file=nobody")
	w.holds(stderr, "the operator's file nobody cannot be read")
}
