package kube_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
)

func TestToken(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, c *cluster) {
		c.account("app", nil)
		audience := estate.TokenAudience(provider)
		source := c.client.Source(c.space, "app", audience, 2*time.Hour)
		for _, tc := range []struct{ asked, want string }{{"", audience}, {"api://AzureADTokenExchange", "api://AzureADTokenExchange"}} {
			got, err := source.Assertion(t.Context(), bridge.AssertionRequest{Audience: tc.asked})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tc.want}, got.Audience); diff != "" {
				t.Errorf("audience (-want +got):\n%s", diff)
			}
			if got.Subject != "system:serviceaccount:"+c.space+":app" || !strings.Contains(got.Issuer, ".oic.prod-aks.azure.com/") || got.Type != bridge.JWT || strings.Count(got.Token.Reveal(), ".") != 2 {
				t.Errorf("%+v", got)
			}
			if life := got.Expiry.Sub(got.IssuedAt); life != 2*time.Hour {
				t.Errorf("it lives %s", life)
			}
			if len(got.Trace) != 1 || got.Trace[0].Hop != bridge.HopHome || got.Trace[0].Who != got.Subject {
				t.Errorf("trace %+v", got.Trace)
			}
		}
		if got := source.Describe(); !strings.Contains(got, c.space+"/app of cluster prod (context ") {
			t.Errorf("described as %q", got)
		}
		_, err := c.client.Token(t.Context(), c.space, "nobody", audience, time.Hour)
		wantError(t, err, bridge.Denied, "account_not_found", "has no service account "+c.space+"/nobody", "landbridge setup apply", "create serviceaccount -n "+c.space+" nobody")
		for _, life := range []time.Duration{time.Minute, -1} {
			_, err = c.client.Token(t.Context(), c.space, "app", audience, life)
			wantError(t, err, bridge.Usage, "token_request_invalid", life.String(), "10m or more")
		}
	})
}

// TestForbidden asks as a user without rights, whom the administrator impersonates; only a real API server knows more than
// one user.
func TestForbidden(t *testing.T) {
	t.Parallel()
	path := os.Getenv(realServer)
	if path == "" {
		return
	}
	c := open(t, path)
	file, err := clientcmd.LoadFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range file.AuthInfos {
		user.Impersonate = "nobody"
	}
	nobody := c.reach
	nobody.Kubeconfig = filepath.Join(t.TempDir(), "nobody")
	if err := clientcmd.WriteToFile(*file, nobody.Kubeconfig); err != nil {
		t.Fatal(err)
	}
	client := c.clusters.Client(nobody)
	_, err = client.Token(t.Context(), c.space, "app", "a", time.Hour)
	wantError(t, err, bridge.Denied, "forbidden", `User "nobody" cannot create`, `{apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"]} to a Role of this user in namespace `+c.space)
	_, _, err = client.Issuer(t.Context())
	wantError(t, err, bridge.Denied, "forbidden", `nonResourceURLs: ["/.well-known/openid-configuration"]`, "system:service-account-issuer-discovery")
	want := c.wanted("app")
	want.Reach = nobody
	_, err = kube.NewKeeper(c.clusters).Read(t.Context(), want)
	wantError(t, err, bridge.Denied, "forbidden", fmt.Sprintf(`resources: ["serviceaccounts"], verbs: ["list"]} to a Role of this user in namespace %s`, c.space))
	_, err = client.In().Pods(t.Context())
	wantError(t, err, bridge.Denied, "forbidden", `resources: ["pods"], verbs: ["list"]} to a ClusterRole of this user`)
}
