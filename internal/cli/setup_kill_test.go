package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneOfEach is a small set-up in which every kind of thing is made: a pod by each way, a virtual machine's identity, a job's way
// back, a custom role.
const oneOfEach = `version: 1
setup:
  name: small
  google: {project: landbridge-empty, location: us-central1}
  azure:
    subscription: 11112222-3333-4444-8555-666677778888
    tenant_id: 0a0b0c0d-1111-4222-8333-444455556666
    resource_group: landbridge-empty
    location: swedencentral
  clusters:
    - {name: aks-one, provider: aks-one, context: aks-one}
  workloads:
    - name: chat
      kubernetes: {clusters: [aks-one], namespace: demo, service_account: chat}
      to_google: {permissions: [aiplatform.endpoints.predict]}
    - name: reports
      kubernetes: {clusters: [aks-one], namespace: demo, service_account: reports, mode: metadata}
      route: entra
      managed_identity: reports
      to_google: {service_account: reports, roles: [roles/aiplatform.user]}
    - name: training
      google_account: training
      to_azure:
        identity: training
        roles: [Storage Blob Data Reader on /subscriptions/11112222-3333-4444-8555-666677778888/resourceGroups/landbridge-demo]
`

// TestKilledApply kills "setup apply", a process of its own, at every single call that it makes: once right after the cloud's
// answer, and once when the cloud has done what it was asked and the answer is lost. Another apply then ends with what one
// that nobody disturbed ends with, and nothing is there twice.
func TestKilledApply(t *testing.T) {
	t.Parallel()
	small := filepath.Join(t.TempDir(), "small.yaml")
	if err := os.WriteFile(small, []byte(oneOfEach), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file string
		step       int // from one call at which it is killed to the next
	}{
		{"one of each kind", small, 1},
		{"the documented example", documented(t), 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := startClouds(t)
			s := newStrait(t, c)
			s.apply(t, tt.file)
			want, calls := c.written(), s.seen
			if calls < 30 {
				t.Fatalf("an apply makes %d calls: %s", calls, strings.Join(s.calls, "\n"))
			}
			t.Logf("an apply that nobody disturbs makes %d calls", calls)
			slots := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
			for n := 1; n <= calls; n += tt.step {
				for _, untold := range []bool{false, true} {
					t.Run(fmt.Sprintf("call %d, untold %t", n, untold), func(t *testing.T) {
						t.Parallel()
						slots <- struct{}{}
						defer func() { <-slots }()
						killed(t, tt.file, n, untold, want)
					})
				}
			}
		})
	}
}

// killed is one life: an apply that is killed, the next one, and the look at what they left.
func killed(t *testing.T, file string, n int, untold bool, want []string) {
	c := startClouds(t)
	s := newStrait(t, c)
	ended := s.applyUntil(t, file, n, untold)
	s.mu.Lock()
	last := s.calls[min(n, len(s.calls))-1]
	s.mu.Unlock()
	s.server.Close() // what was under way has arrived
	again := newStrait(t, c)
	again.apply(t, file)
	if diff := cmp.Diff(want, c.written()); diff != "" {
		t.Errorf("killed at %s (ended by itself: %t): (-undisturbed +after two):\n%s", last, ended, diff)
	}
	if code, _, stderr := c.run("setup", "plan", "--sandbox", "--config", file); code != 0 {
		t.Errorf("killed at %s: a plan after that ends with %d: %s", last, code, stderr)
	}
}
