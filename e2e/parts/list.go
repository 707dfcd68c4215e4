package parts

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
)

// Kube is a real kube-apiserver and etcd, built from their Go modules: about seven minutes on two cores, once.
var Kube = Part{
	Name:     "kube",
	Programs: []string{"bash", "go", "nice"},
	Recipe:   []string{"kube/build.sh"},
	Words:    []string{runtime.Version(), runtime.GOARCH},
	Build: func(ctx context.Context, b Bench) error {
		// The stages that run meanwhile come first.
		return b.run(ctx, nil, "nice", "-n", "10", "bash", filepath.Join(b.E2E, "kube", "build.sh"), b.Dir)
	},
}

// KubeNext is a kube-apiserver of a newer release, for what Kube does not serve yet: MutatingAdmissionPolicy as v1.
var KubeNext = kubePrograms("kube-next", "v1.37.2", "kube-apiserver")

// KubeNode is what makes a whole cluster of Kube with a node of its release. Its packages are mostly Kube's: it is built
// after it.
var KubeNode = kubePrograms("kube-node", "v1.33.13", "kubectl", "kubelet", "kube-scheduler", "kube-controller-manager")

func kubePrograms(name, version string, programs ...string) Part {
	return Part{
		Name:     name,
		Programs: []string{"bash", "go", "nice"},
		Recipe:   []string{"kube/programs.sh"},
		Words:    append([]string{runtime.Version(), runtime.GOARCH, version}, programs...),
		Build: func(ctx context.Context, b Bench) error {
			args := append([]string{"-n", "10", "bash", filepath.Join(b.E2E, "kube", "programs.sh"), b.Dir, version}, programs...)
			return b.run(ctx, nil, "nice", args...)
		},
	}
}

// Containerd is the root of Debian's containerd and runc, unpacked and not installed.
var Containerd = Part{
	Name:     "containerd",
	Programs: []string{"apt-get", "bash", "dpkg-deb"},
	Recipe:   []string{"node/debian.sh"},
	Build: func(ctx context.Context, b Bench) error {
		return b.run(ctx, nil, "bash", filepath.Join(b.E2E, "node", "debian.sh"), b.Dir)
	},
}

// Postgres is PostgreSQL, installed where it is not: the tests of shared quotas start servers of their own.
var Postgres = Part{
	Name:     "postgres",
	Programs: []string{"apt-get", "bash"},
	Recipe:   []string{"postgres/debian.sh"},
	Build: func(ctx context.Context, b Bench) error {
		return b.run(ctx, nil, "bash", filepath.Join(b.E2E, "postgres", "debian.sh"), b.Dir)
	},
}

const helm = "helm.sh/helm/v3/cmd/helm@v3.22.0"

// helmFlags say for which Kubernetes helm renders when it asks no server, as its own releases do: Kube's.
const helmFlags = "-s -w -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=33 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=33"

// Helm is helm.
var Helm = Part{
	Name:     "helm",
	Programs: []string{"go", "nice"},
	Words:    []string{helm, helmFlags, runtime.Version()},
	Build: func(ctx context.Context, b Bench) error {
		return b.run(ctx, []string{"GOBIN=" + b.Dir, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0"},
			"nice", "-n", "10", "go", "install", "-trimpath", "-ldflags", helmFlags, helm)
	},
}

const golangci = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"

// Lint is golangci-lint.
var Lint = Part{
	Name:     "golangci-lint",
	Programs: []string{"go"},
	Words:    []string{golangci, runtime.Version()},
	Build: func(ctx context.Context, b Bench) error {
		return b.run(ctx, []string{"GOBIN=" + b.Dir, "GOFLAGS=", "GOWORK=off"}, "go", "install", golangci)
	},
}

// Python is a virtual environment with Google's and Azure's Python clients.
var Python = Part{
	Name:     "python",
	Programs: []string{"python3"},
	Recipe:   []string{"clients/python/requirements.txt"},
	Build: func(ctx context.Context, b Bench) error {
		if err := b.run(ctx, nil, "python3", "-m", "venv", "--clear", b.Dir); err != nil {
			return err
		}
		return b.run(ctx, nil, filepath.Join(b.Dir, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check",
			"-r", filepath.Join(b.E2E, "clients/python/requirements.txt"))
	},
}

// Node is a folder with node_modules: Google's and Azure's Node clients.
var Node = Part{
	Name:     "node",
	Programs: []string{"node", "npm"},
	Recipe:   []string{"clients/node/package.json", "clients/node/package-lock.json"},
	Build: func(ctx context.Context, b Bench) error {
		for _, name := range []string{"package.json", "package-lock.json"} {
			if err := copyFile(filepath.Join(b.Dir, name), filepath.Join(b.E2E, "clients/node", name)); err != nil {
				return err
			}
		}
		return b.run(ctx, nil, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	},
}

// Azurite is a folder with node_modules: Microsoft's emulator of Blob Storage.
var Azurite = Part{
	Name:     "azurite",
	Programs: []string{"node", "npm"},
	Recipe:   []string{"stores/azure/azurite/package.json", "stores/azure/azurite/package-lock.json"},
	Build: func(ctx context.Context, b Bench) error {
		for _, name := range []string{"package.json", "package-lock.json"} {
			if err := copyFile(filepath.Join(b.Dir, name), filepath.Join(b.E2E, "stores/azure/azurite", name)); err != nil {
				return err
			}
		}
		return b.run(ctx, nil, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	},
}

const fakeGCS = "github.com/fsouza/fake-gcs-server@v1.56.1"

// FakeGCS is fake-gcs-server, an emulator of Cloud Storage.
var FakeGCS = Part{
	Name:     "fake-gcs-server",
	Programs: []string{"go", "nice"},
	Words:    []string{fakeGCS, runtime.Version()},
	Build: func(ctx context.Context, b Bench) error {
		return b.run(ctx, []string{"GOBIN=" + b.Dir, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0"}, "nice", "-n", "10", "go", "install", fakeGCS)
	},
}

// Java is a folder with the jars of Google's Java clients and the compiled client programs.
var Java = Part{
	Name:     "java",
	Programs: []string{"java", "mvn"},
	Recipe:   []string{"clients/java/pom.xml", "clients/java/src/main/java/Client.java", "clients/java/src/main/java/Gateway.java"},
	Build: func(ctx context.Context, b Bench) error {
		source := filepath.Join(b.Dir, "src/main/java")
		if err := os.MkdirAll(source, 0o755); err != nil {
			return err
		}
		for _, name := range []string{"pom.xml", "src/main/java/Client.java", "src/main/java/Gateway.java"} {
			if err := copyFile(filepath.Join(b.Dir, name), filepath.Join(b.E2E, "clients/java", name)); err != nil {
				return err
			}
		}
		return b.run(ctx, nil, "mvn", "--batch-mode", "--quiet", "package")
	},
}

// Queues are every part, in the queues in which they are built at the same time: each part of a queue after the one before
// it. The parts of Kubernetes are in one, because the compiler's cache has most of the next when one is done.
func Queues() [][]Part {
	return [][]Part{
		{Kube, KubeNode, KubeNext},
		{Postgres, Lint, Python, Node, Azurite, FakeGCS, Java, Helm, Containerd},
	}
}

func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}
