# cluster SUBSCRIPTION RESOURCE_GROUP NAME FEATURE...: switches on what is off, and nothing off
cluster() {
  local at=(--subscription "$1" --resource-group "$2" --name "$3") feature query with=()
  say "cluster $3"
  shift 3
  for feature in "$@"; do
    query=oidcIssuerProfile.enabled
    if [[ $feature == workload-identity ]]; then query=securityProfile.workloadIdentity.enabled; fi
    if [[ $(az aks show "${at[@]}" --query "$query" -o tsv) != true ]]; then with+=("--enable-$feature"); fi
  done
  if ((${#with[@]})); then
    az aks update "${at[@]}" "${with[@]}" -o none
  fi
}
