#!/usr/bin/env bash
# Builds kube-apiserver and etcd from their Go modules into the folder DIR, outside the checkout. What is there already is
# not built again. Usage: build.sh DIR
set -euo pipefail
kube=v1.33.13
etcd=v3.6.8
dir=$1
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0

# etcd's server is a main package of its own module.
if [ ! -x "$dir/etcd" ]; then
  mkdir "$work/etcd"
  cd "$work/etcd"
  go mod init etcdbin
  go get -tool "go.etcd.io/etcd/server/v3@$etcd"
  go build -trimpath -ldflags '-s -w' -o "$dir/etcd.part" go.etcd.io/etcd/server/v3
  mv "$dir/etcd.part" "$dir/etcd"
fi

# k8s.io/kubernetes requires its staging modules at v0.0.0 and replaces them by folders of its own tree; replaces do not
# reach us, so each becomes the published module of the same release.
if [ ! -x "$dir/kube-apiserver" ]; then
  mkdir "$work/kube"
  cd "$work/kube"
  staging=v0.${kube#v1.}
  go mod download "k8s.io/kubernetes@$kube"
  src=$(go env GOMODCACHE)/k8s.io/kubernetes@$kube
  {
    printf 'module kubebin\n\ngo 1.26.0\n\ntool k8s.io/kubernetes/cmd/kube-apiserver\n\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$kube"
    sed -n 's#^\s*\(k8s.io/[a-z-]*\) => ./staging.*#\1#p' "$src/go.mod" | sed "s#.*#\t& => & $staging#"
    echo ')'
  } >go.mod
  go mod tidy
  version=k8s.io/component-base/version
  go build -trimpath -ldflags "-s -w -X $version.gitVersion=$kube -X $version.gitMajor=1 -X $version.gitMinor=33 -X k8s.io/client-go/pkg/version.gitVersion=$kube" \
    -o "$dir/kube-apiserver.part" k8s.io/kubernetes/cmd/kube-apiserver
  mv "$dir/kube-apiserver.part" "$dir/kube-apiserver"
fi
