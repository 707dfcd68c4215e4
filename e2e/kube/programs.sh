#!/usr/bin/env bash
# Builds programs of k8s.io/kubernetes (kube-apiserver, kubelet, kubectl) of one release from its Go modules into the
# folder DIR, outside the checkout. What is there already is not built again.
# Usage: programs.sh DIR VERSION PROGRAM...
set -euo pipefail
dir=$1 kube=$2
shift 2
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0

# The module is the one of build.sh, so that two parts of one release share what the compiler has cached.
minor=${kube#v1.} minor=${minor%%.*} staging=v0.${kube#v1.}
go mod download "k8s.io/kubernetes@$kube"
src=$(go env GOMODCACHE)/k8s.io/kubernetes@$kube
cd "$work"
{
  printf 'module kubebin\n\ngo 1.26.0\n\ntool (\n'
  printf '\tk8s.io/kubernetes/cmd/%s\n' "$@"
  printf ')\n\nrequire k8s.io/kubernetes %s\n\nreplace (\n' "$kube"
  sed -n 's#^\s*\(k8s.io/[a-z-]*\) => ./staging.*#\1#p' "$src/go.mod" | sed "s#.*#\t& => & $staging#"
  echo ')'
} >go.mod
go mod tidy
version=k8s.io/component-base/version client=k8s.io/client-go/pkg/version
flags="-s -w"
for package in "$version" "$client"; do
  flags+=" -X $package.gitVersion=$kube -X $package.gitMajor=1 -X $package.gitMinor=$minor"
done
for program in "$@"; do
  if [ ! -x "$dir/$program" ]; then
    go build -trimpath -ldflags "$flags" -o "$dir/$program.part" "k8s.io/kubernetes/cmd/$program"
    mv "$dir/$program.part" "$dir/$program"
  fi
done
