# kubernetes_account NAMESPACE NAME ANNOTATION=VALUE|ANNOTATION-...: one that was there before is labelled as joined, not as ours
kubernetes_account() {
  local at=("$2" --namespace="$1") have
  say "kubernetes account $1/$2"
  have=$("${kube[@]}" get serviceaccount "${at[@]}" --ignore-not-found -o 'jsonpath={.metadata.name} {.metadata.labels.landbridge\.dev/setup}')
  if [[ -z $have ]]; then
    "${kube[@]}" create serviceaccount "${at[@]}" --dry-run=client -o yaml |
      "${kube[@]}" label --local -f - "landbridge.dev/setup=$setup" -o yaml |
      "${kube[@]}" create --field-manager=landbridge-setup -f -
  elif [[ $have != "$2 $setup" ]]; then
    "${kube[@]}" label serviceaccount "${at[@]}" "landbridge.dev/joined=$setup" --overwrite --field-manager=landbridge-setup
  fi
  shift 2
  "${kube[@]}" annotate serviceaccount "${at[@]}" "$@" --overwrite --field-manager=landbridge-setup
}
