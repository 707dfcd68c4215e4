# title= permissions= role PROJECT ID: permissions with commas between, in the order of the alphabet
role() {
  local have
  local of='value[separator="<|>"](deleted.yesno(yes=true,no=false),title,includedPermissions)'
  say "role $2 of $1"
  have=$(gcloud iam roles describe "$2" --project="$1" --format="$of" 2>/dev/null) || have=
  case $have in
    '')
      gcloud iam roles create "$2" --project="$1" --description="$mark" --title="$title" --permissions="$permissions" --stage=GA
      return
      ;;
    'true<|>'*)
      gcloud iam roles undelete "$2" --project="$1"
      have="false${have#true}"
      ;;
  esac
  if [[ $have != "false<|>$title<|>${permissions//,/;}" ]]; then
    gcloud iam roles update "$2" --project="$1" --title="$title" --permissions="$permissions"
  fi
}
