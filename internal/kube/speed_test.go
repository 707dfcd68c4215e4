package kube_test

import (
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/kubeapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestAHundredAccountsInFiveClusters plans what the speed goal names, at 50 ms a call: one list for each cluster's namespace,
// asked once however many ask, and again after Forget.
func TestAHundredAccountsInFiveClusters(t *testing.T) {
	t.Parallel()
	const latency = 50 * time.Millisecond
	w := world.New(time.Now)
	var names []string
	for i := range 5 {
		names = append(names, fmt.Sprintf("aks-%d", i))
		accounts := map[string]bool{}
		for j := range 20 {
			accounts[fmt.Sprintf("team/app-%d", j)] = true
		}
		keys := world.NewKeyRing()
		keys.JWKS() // made before the clock starts
		w.AddCluster(world.Cluster{Name: names[i], Issuer: "https://issuer.example/" + names[i] + "/", Keys: keys, Accounts: accounts})
	}
	token := bridge.NewSecret("kube-" + rand.Text())
	var calls atomic.Int64
	server := httptest.NewTLSServer(counting(kubeapi.New(w, kubeapi.Options{Admin: token}), &calls, func() {
		timer := time.NewTimer(latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-t.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	profile := sandbox.Profile{
		CAPEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
		Azure: sandbox.AzureProfile{KubeURL: server.URL, KubeToken: token.Reveal(), Clusters: names},
	}
	file := writeFile(t, "kubeconfig", string(sandbox.Kubeconfig(profile)))
	keeper := kube.NewKeeper(kube.New(kube.Options{Clock: time.Now, Env: noEnv}))
	var wanted []estate.Spec
	for _, name := range names {
		reach := estate.Reach{Cluster: name, Kubeconfig: file, Context: name}
		wanted = append(wanted, &estate.Issuer{Reach: reach}, &estate.Namespace{Reach: reach, Name: "team"})
		for j := range 20 {
			wanted = append(wanted, &estate.KubernetesAccount{Reach: reach, Namespace: "team", Name: fmt.Sprintf("app-%d", j)})
		}
	}
	for round := range 2 {
		calls.Store(0)
		start := time.Now()
		var group errgroup.Group
		group.SetLimit(16)
		for _, want := range wanted {
			group.Go(func() error {
				live, err := keeper.Read(t.Context(), want)
				if err == nil && !live.Exists() {
					err = fmt.Errorf("%+v is not seen", want)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if n, took := calls.Load(), time.Since(start); n != 20 || took > 3*time.Second {
			t.Errorf("round %d: %d calls in %s, want 4 a cluster in less than 3 s", round, n, took)
		}
		keeper.Forget()
	}
}

var _ http.Handler = (*kubeapi.API)(nil)
