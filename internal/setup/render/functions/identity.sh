# location= identity SUBSCRIPTION RESOURCE_GROUP NAME
identity() {
  local at=(--subscription "$1" --resource-group "$2" --name "$3") have
  say "identity $3"
  have=$(az identity show "${at[@]}" --query location -o tsv 2>/dev/null) || have=
  if [[ -z $have ]]; then
    az identity create "${at[@]}" --location "$location" --tags "landbridge-setup=$setup" -o none
  elif [[ $(region "$have") != "$(region "$location")" ]]; then
    die "identity $3 is in $have and not in $location, which cannot be changed: name another identity, or set setup.azure.location"
  fi
}
region() { printf '%s' "$1" | tr -d ' ' | tr '[:upper:]' '[:lower:]'; }
