# display_name= disabled= account PROJECT ID EMAIL
account() {
  local have enabled=enable description
  local of='value[separator="<|>"](disabled.yesno(yes=true,no=false),displayName,description)'
  if [[ $disabled == true ]]; then enabled=disable; fi
  say "service account $3"
  have=$(gcloud iam service-accounts describe "$3" --project="$1" --format="$of" 2>/dev/null) || have=
  if [[ -z $have ]]; then
    gcloud iam service-accounts create "$2" --project="$1" --description="$mark" --display-name="$display_name"
    have="false<|>$display_name<|>$mark"
  fi
  description=${have#*"<|>"}
  description=${description#*"<|>"}
  if [[ ${have#*"<|>"} != "$display_name<|>$description" ]]; then
    patiently gcloud iam service-accounts update "$3" --project="$1" --display-name="$display_name"
  fi
  if [[ ${have%%"<|>"*} != "$disabled" ]]; then
    patiently gcloud iam service-accounts "$enabled" "$3" --project="$1"
  fi
  own "$description" "serviceAccount:$3"
}
