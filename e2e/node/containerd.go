package node

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/landbridge/landbridge/e2e/proc"
)

const socket = dir + "/containerd.sock"

// containerdConfig keeps everything in the node's folder. The sandbox image is ours: nothing is pulled. The machine may lack
// the rights for AppArmor and for an OOM score below its own.
const containerdConfig = `version = 2
root = "` + dir + `/containerd/root"
state = "` + dir + `/containerd/state"
[grpc]
  address = "` + socket + `"
[plugins."io.containerd.internal.v1.opt"]
  path = "` + dir + `/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "%s"
  conf_dir = "` + dir + `/cni"
`

// networkConfig gives each pod a network of its own, which reaches the node and, through it, the other pods: a pair of
// interfaces for each, no bridge, no address translation.
const networkConfig = `{
  "cniVersion": "1.0.0", "name": "pods",
  "plugins": [{
    "type": "ptp",
    "ipam": {"type": "host-local", "dataDir": "` + dir + `/addresses", "ranges": [[{"subnet": "10.78.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}
  }]
}
`

func (n *Node) startContainerd() (err error) {
	config, network := filepath.Join(dir, "containerd.toml"), filepath.Join(dir, "cni/pods.conflist")
	if err := os.Mkdir(filepath.Dir(network), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(network, []byte(networkConfig), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, containerdConfig, n.debian("usr/lib/cni")), 0o600); err != nil {
		return err
	}
	n.containerd, err = n.run("containerd.log", n.containerdEnv(), n.debian("usr/bin/containerd"), "--config="+config, "--log-level=warn")
	if err != nil {
		return err
	}
	return n.until(n.containerd, "containerd", func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// Import gives the node the images of an archive.
func (n *Node) Import(archive string) error { return n.ctr("images", "import", archive) }

// ctr runs a command of containerd's own client.
func (n *Node) ctr(args ...string) error {
	args = append([]string{"--address=" + socket, "--namespace=k8s.io"}, args...)
	cmd := proc.Command(n.ctx, n.debian("usr/bin/ctr"), args...)
	cmd.Env = append(os.Environ(), n.containerdEnv()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ctr %s: %w: %s", strings.Join(args[2:], " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// debian is a file of the unpacked packages.
func (n *Node) debian(name string) string { return filepath.Join(n.o.Containerd, name) }

// containerdEnv lets containerd find its shim and runc, and runc its library, among the unpacked packages.
func (n *Node) containerdEnv() []string {
	libraries, _ := filepath.Glob(n.debian("usr/lib/*-linux-gnu")) // the pattern is well-formed
	return []string{
		"PATH=" + n.debian("usr/bin") + ":" + n.debian("usr/sbin") + ":" + os.Getenv("PATH"),
		"LD_LIBRARY_PATH=" + strings.Join(libraries, ":"),
	}
}
