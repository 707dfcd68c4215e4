# principal= principal_type= role_assignment ROLE SCOPE
role_assignment() {
  local have
  say "$1 on $2"
  have=$(az role assignment list --role "$1" --scope "$2" --query "[?principalId=='$principal'].id" -o tsv)
  if [[ -z $have ]]; then
    patiently az role assignment create --role "$1" --scope "$2" --assignee-object-id "$principal" \
      --assignee-principal-type "$principal_type" --description "$mark" -o none
  fi
}
