#!/usr/bin/env bash
# Builds kube-apiserver and etcd from their Go modules into a cache folder outside the checkout and prints that folder.
# A second run with the same versions finds them there and only prints. Usage: build.sh [CACHE_ROOT]
set -euo pipefail
kube=v1.33.13
etcd=v3.6.8
root=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/landbridge}
dir=$root/kube/$kube-etcd-$etcd-$(go env GOVERSION)-$(go env GOARCH)
if [ -x "$dir/kube-apiserver" ] && [ -x "$dir/etcd" ]; then
  echo "$dir"
  exit 0
fi
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0

# etcd's server is a main package of its own module.
mkdir "$work/etcd"
(
  cd "$work/etcd"
  go mod init etcdbin
  go get -tool "go.etcd.io/etcd/server/v3@$etcd"
  go build -trimpath -ldflags '-s -w' -o "$dir/etcd.part" go.etcd.io/etcd/server/v3
  mv "$dir/etcd.part" "$dir/etcd"
) >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

# k8s.io/kubernetes requires its staging modules at v0.0.0 and replaces them by folders of its own tree; replaces do not
# reach us, so each becomes the published module of the same release.
mkdir "$work/kube"
(
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
) >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
echo "$dir"
