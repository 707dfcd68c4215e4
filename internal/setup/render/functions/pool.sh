# display_name= disabled= pool PROJECT ID BEGINNING-OF-ITS-MEMBERS
pool() {
  local at=("$2" --project="$1" --location=global) have description flag=--no-disabled
  local of='value[separator="<|>"](state,displayName,disabled.yesno(yes=true,no=false),description)'
  if [[ $disabled == true ]]; then flag=--disabled; fi
  say "pool $2"
  have=$(gcloud iam workload-identity-pools describe "${at[@]}" --format="$of" 2>/dev/null) || have=
  case $have in
    '')
      gcloud iam workload-identity-pools create "${at[@]}" --description="$mark" --display-name="$display_name" "$flag"
      have="ACTIVE<|>$display_name<|>$disabled<|>$mark"
      ;;
    'DELETED<|>'*)
      gcloud iam workload-identity-pools undelete "${at[@]}"
      have="ACTIVE${have#DELETED}"
      ;;
  esac
  description=${have#*"<|>"}
  description=${description#*"<|>"}
  description=${description#*"<|>"}
  if [[ $have != "ACTIVE<|>$display_name<|>$disabled<|>$description" ]]; then
    gcloud iam workload-identity-pools update "${at[@]}" --display-name="$display_name" "$flag"
  fi
  own "$description" "$3"
}
