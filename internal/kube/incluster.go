package kube

import (
	"net"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"

	"github.com/landbridge/landbridge/internal/bridge"
)

// accountDir is where a kubelet puts the account's token, the cluster's CA and the namespace.
const accountDir = "/var/run/secrets/kubernetes.io/serviceaccount"

// InCluster is the cluster that this program runs in, as its own service account; and the namespace of its pod. dir is
// where the account's files are; empty is where every kubelet puts them.
func InCluster(o Options, dir string) (client *Client, namespace string, err error) {
	if dir == "" {
		dir = accountDir
	}
	host, port := o.Env("KUBERNETES_SERVICE_HOST"), o.Env("KUBERNETES_SERVICE_PORT")
	own, readErr := os.ReadFile(filepath.Join(dir, "namespace"))
	if host == "" || port == "" || readErr != nil {
		return nil, "", &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "not_in_cluster",
			Text: "this program does not run in a pod with an account token", Hint: "leave automountServiceAccountToken on, or name a kubeconfig", Cause: readErr,
		}
	}
	o = o.whole()
	return &Client{options: o, label: "this pod's cluster", configure: func() (*rest.Config, error) {
		return &rest.Config{
			Host:            "https://" + net.JoinHostPort(host, port),
			BearerTokenFile: filepath.Join(dir, "token"), // read again by client-go as the kubelet renews it
			TLSClientConfig: rest.TLSClientConfig{CAFile: filepath.Join(dir, "ca.crt")},
		}, nil
	}}, strings.TrimSpace(string(own)), nil
}
