# display_name= disabled= issuer= between= audiences= mapping= condition= jwks= provider PROJECT POOL ID
# Lists are written with $between between their elements (gcloud topic escaping).
provider() {
  local at=("$3" --workload-identity-pool="$2" --project="$1" --location=global) have want with flag=--no-disabled
  local of='value[separator="<|>"](state,displayName,disabled.yesno(yes=true,no=false),oidc.issuerUri,oidc.allowedAudiences,attributeMapping,attributeCondition,oidc.jwksJson)'
  if [[ $disabled == true ]]; then flag=--disabled; fi
  say "provider $3 of $2"
  have=$(gcloud iam workload-identity-pools providers describe "${at[@]}" --format="$of" 2>/dev/null) || have=
  with=(
    --display-name="$display_name" "$flag" --issuer-uri="$issuer"
    --attribute-mapping="^$between^$mapping" --attribute-condition="$condition"
  )
  if [[ -n $audiences ]]; then
    with+=(--allowed-audiences="^$between^$audiences")
  elif [[ -n $have ]]; then
    with+=(--allowed-audiences=) # empties the list: then the provider's own name is the one audience
  fi
  if [[ -n $jwks ]]; then
    printf '%s' "$jwks" >"$scratch/jwks.json"
    with+=(--jwk-json-path="$scratch/jwks.json")
  elif [[ -n $have ]]; then
    : >"$scratch/jwks.json" # none: keys are fetched from the issuer again
    with+=(--jwk-json-path="$scratch/jwks.json")
  fi
  want="ACTIVE<|>$display_name<|>$disabled<|>$issuer<|>${audiences//"$between"/;}<|>${mapping//"$between"/;}<|>$condition<|>$jwks"
  case $have in
    '')
      gcloud iam workload-identity-pools providers create-oidc "${at[@]}" --description="$mark" "${with[@]}"
      return
      ;;
    'DELETED<|>'*)
      gcloud iam workload-identity-pools providers undelete "${at[@]}"
      have="ACTIVE${have#DELETED}"
      ;;
  esac
  if [[ $have != "$want" ]]; then
    gcloud iam workload-identity-pools providers update-oidc "${at[@]}" "${with[@]}"
  fi
}
