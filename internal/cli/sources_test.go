package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// TestSources crosses the bridge from every kind of place in Azure that the sandbox pretends: what is detected, the hops,
// and whom Google sees.
func TestSources(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		environ func(*clouds, app.Profile) []string
		flags   func(*clouds, app.Profile) []string
		reason  string // on standard error
		hops    string
		subject func(app.Profile) string // in the principal of direct access
	}{
		{
			"Azure workload identity",
			func(c *clouds, p app.Profile) []string {
				file := strings.TrimPrefix(c.mint(map[string]any{"audience": []string{"api://AzureADTokenExchange"}}), "--set=to_google.source.file=")
				return []string{"AZURE_CLIENT_ID=" + p.Azure.WorkloadClientID, "AZURE_TENANT_ID=" + p.Azure.TenantID, "AZURE_FEDERATED_TOKEN_FILE=" + file, "AZURE_AUTHORITY_HOST=" + p.Azure.AuthorityURL}
			},
			nil, "(AZURE_FEDERATED_TOKEN_FILE is set)", "home entra sts",
			func(p app.Profile) string { return p.Azure.WorkloadObjectID },
		},
		{
			"virtual machine, system-assigned identity",
			nil,
			func(_ *clouds, p app.Profile) []string {
				return []string{"--set=to_google.source.kind=imds", "--set=to_google.source.endpoint=" + p.Azure.IMDSURL}
			},
			"(named in the configuration)", "home sts",
			func(p app.Profile) string { return p.Azure.VMObjectID },
		},
		{
			"virtual machine, user-assigned identity",
			func(_ *clouds, p app.Profile) []string {
				return []string{"AZURE_POD_IDENTITY_AUTHORITY_HOST=" + p.Azure.IMDSURL, "AZURE_CLIENT_ID=" + p.Azure.WorkloadClientID}
			},
			func(*clouds, app.Profile) []string { return []string{"--set=to_google.source.kind=imds"} },
			"(named in the configuration)", "home sts",
			func(p app.Profile) string { return p.Azure.WorkloadObjectID },
		},
		{
			"App Service, Functions, Container Apps",
			func(_ *clouds, p app.Profile) []string {
				return []string{"IDENTITY_ENDPOINT=" + p.Azure.IdentityEndpoint, "IDENTITY_HEADER=" + p.Azure.IdentityHeader, "AZURE_CLIENT_ID=" + p.Azure.WorkloadClientID}
			},
			nil, "(IDENTITY_ENDPOINT and IDENTITY_HEADER are set)", "home sts",
			func(p app.Profile) string { return p.Azure.WorkloadObjectID },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			p := c.profile
			if tt.environ != nil {
				c.environ = tt.environ(c, p)
			}
			args := []string{"token", "--sandbox", "--output", "json", "--set=to_google.service_account=", "--set=to_google.provider=" + p.Google.EntraProvider, "--set=to_google.source.kind=", "--set=to_google.source.file="}
			if tt.flags != nil {
				args = append(args, tt.flags(c, p)...)
			}
			code, stdout, stderr := c.run(args...)
			var got struct {
				Principal string
				Hops      []struct{ Hop string }
			}
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatalf("exit code %d: %v\n%s", code, err, stderr)
			}
			hops := make([]string, len(got.Hops))
			for i, h := range got.Hops {
				hops[i] = h.Hop
			}
			if strings.Join(hops, " ") != tt.hops || !strings.HasSuffix(got.Principal, "/subject/"+tt.subject(p)) || !strings.Contains(stderr, tt.reason) {
				t.Errorf("hops %q, principal %s, want %q and %s; stderr:\n%s", hops, got.Principal, tt.hops, tt.subject(p), stderr)
			}
		})
	}
}

// TestArcChallengeElsewhere holds that a challenge file outside the agent's own folder is not read, let alone sent back:
// the sandbox's lies in its state folder.
func TestArcChallengeElsewhere(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.environ = []string{"IDENTITY_ENDPOINT=" + c.profile.Azure.ArcEndpoint, "IMDS_ENDPOINT=" + c.profile.HTTP}
	code, stdout, stderr := c.run("token", "--sandbox", "--set=to_google.provider="+c.profile.Google.EntraProvider, "--set=to_google.source.kind=", "--set=to_google.source.file=")
	if code == 0 || stdout != "" || !strings.Contains(stderr, "/var/opt/azcmagent/tokens") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}

// TestExplainSandbox holds that the rules accept what the sandbox accepts, without a file to name.
func TestExplainSandbox(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	code, stdout, stderr := c.run("trust", "explain", "--sandbox")
	if code != 0 || !strings.Contains(stdout, "\naccepted as "+c.profile.Google.DirectPrincipal+"\n") {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
	foreign := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(foreign, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, _ := c.run("trust", "explain", "--sandbox", "--token", foreign); code != 4 || !strings.Contains(stdout, "refused: ") {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
}

// TestSandboxCredentialFile holds that a file for a sandbox passes the check for one, and only that.
func TestSandboxCredentialFile(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	if code, _, stderr := c.run("credentials", "write", "--sandbox", "--out", "made.json"); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	file := filepath.Join(c.state, "made.json")
	if code, stdout, stderr := c.run("credentials", "check", file, "--sandbox"); code != 0 || !strings.Contains(stdout, "nothing to object to") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
	if code, _, stderr := c.run("credentials", "check", file); code != 2 || !strings.Contains(stderr, "token_url") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}
