package node

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/landbridge/landbridge/e2e/kube"
)

// Cgroup is where the node's containers are accounted. Who runs the space removes it (RemoveCgroup).
const Cgroup = "landbridge-node"

// kubeletConfig is a kubelet on a small machine that it does not own: no limits on the machine's other processes, no
// eviction.
const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
readOnlyPort: 0
healthzPort: 10248
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupRoot: /` + Cgroup + `
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
localStorageCapacityIsolation: false
protectKernelDefaults: true
evictionHard: {memory.available: 0%, nodefs.available: 0%, nodefs.inodesFree: 0%, imagefs.available: 0%, imagefs.inodesFree: 0%}
imageGCHighThresholdPercent: 100
syncFrequency: 2s
resolvConf: ""
volumePluginDir: ` + dir + `/plugins
containerRuntimeEndpoint: unix://` + socket + `
podLogsDir: ` + dir + `/logs
`

func (n *Node) startKubelet() error {
	config := filepath.Join(dir, "kubelet.yaml")
	if err := os.WriteFile(config, []byte(kubeletConfig), 0o600); err != nil {
		return err
	}
	kubeconfig, err := n.o.Control.Kubeconfig(dir, kube.User{Name: "system:node:" + Name, Groups: []string{"system:nodes"}})
	if err != nil {
		return err
	}
	n.kubelet, err = n.run("kubelet.log", nil, filepath.Join(n.o.Kubelet, "kubelet"), "--config="+config, "--kubeconfig="+kubeconfig,
		"--root-dir="+dir+"/kubelet", "--cert-dir="+dir+"/pki", "--hostname-override="+Name, "--node-ip="+Address, "--v=1")
	if err != nil {
		return err
	}
	return n.until(n.kubelet, "kubelet", healthy)
}

// healthy asks the kubelet itself.
func healthy(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:10248/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("healthz: %s", resp.Status)
	}
	_ = resp.Body.Close()
	return err
}

// RestartKubelet ends the kubelet and starts another. Containers go on. The new one has none of the tokens that the old one
// kept in memory: it asks for new ones and writes them into the volumes, as it otherwise does when 80 % of a token's life
// is over.
func (n *Node) RestartKubelet() error {
	if err := n.kubelet.cmd.Cancel(); err != nil {
		return err
	}
	n.kubelet.wait()
	return n.startKubelet()
}
