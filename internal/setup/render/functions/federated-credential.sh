# issuer= subject= audience= federated_credential SUBSCRIPTION RESOURCE_GROUP IDENTITY NAME: one after another, as Azure refuses
# two writes at once on one identity
federated_credential() {
  local at=(--subscription "$1" --resource-group "$2" --identity-name "$3" --name "$4") have
  say "federated credential $4 of $3"
  have=$(az identity federated-credential show "${at[@]}" --query "join('|', [issuer, subject, audiences[0]])" -o tsv 2>/dev/null) || have=
  if [[ $have != "$issuer|$subject|$audience" ]]; then
    patiently az identity federated-credential create "${at[@]}" --issuer "$issuer" --subject "$subject" --audiences "$audience" -o none
  fi
}
