package kube_test

import (
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/kube"
)

// A server that need not prove itself is handed no credentials and asked for no keys.
func TestUnprovenServers(t *testing.T) {
	t.Parallel()
	for cluster, want := range map[string]string{
		`{"server":"https://aks.example:443","insecure-skip-tls-verify":true}`:   "with insecure-skip-tls-verify",
		`{"server":"http://aks.example"}`:                                        "over plain http",
		`{"server":"aks.example:8080"}`:                                          "over plain http",
		`{"server":"https://127.0.0.1.example","insecure-skip-tls-verify":true}`: "with insecure-skip-tls-verify",
	} {
		file := writeFile(t, "config", `{"apiVersion":"v1","kind":"Config","clusters":[{"name":"c","cluster":`+cluster+`}],
			"users":[{"name":"u","user":{"token":"very-secret"}}],"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}]}`)
		k := kube.New(kube.Options{Clock: time.Now, Env: noEnv})
		_, _, err := k.Client(estate.Reach{Cluster: "aks", Kubeconfig: file, Context: "x"}).Secret("demo", "none").Load(t.Context())
		wantError(t, err, bridge.Usage, "server_unproven", want, "az aks get-credentials")
	}
}
