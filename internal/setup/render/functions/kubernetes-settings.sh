# kubernetes_settings NAMESPACE NAME KEY=VALUE...: all its keys are ours
kubernetes_settings() {
  local at=("$2" --namespace="$1") pair with=()
  say "settings $1/$2"
  shift 2
  for pair in "$@"; do with+=(--from-literal="$pair"); done
  "${kube[@]}" create configmap "${at[@]}" ${with[@]+"${with[@]}"} --dry-run=client -o yaml |
    "${kube[@]}" label --local -f - "landbridge.dev/setup=$setup" landbridge.dev/settings=enabled -o yaml |
    "${kube[@]}" apply --server-side --force-conflicts --field-manager=landbridge-setup -f -
}
