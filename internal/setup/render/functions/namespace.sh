# namespace NAME LABEL=VALUE...: the namespace must be there
namespace() {
  say "namespace $1"
  "${kube[@]}" get namespace "$1" -o name >/dev/null || die "there is no namespace $1: ${kube[*]} create namespace $1"
  "${kube[@]}" label namespace "$@" --overwrite --field-manager=landbridge-setup
}
