# ours=
# grants project ID|account EMAIL [ROLE MEMBER]...: gives each role to its member, and takes what else a member has that
# begins with a line of $ours, when that pool or account bears our mark. What others were given is left alone.
grants() {
  local on=(gcloud projects) policy at=$2 full=$2 wanted='' line role member beginning
  if [[ $1 == account ]]; then
    on=(gcloud iam service-accounts)
    full=projects/-/serviceAccounts/$2 # by the e-mail alone, gcloud changes accounts of its own project only
  fi
  say "grants on $1 $2"
  shift 2
  policy=$("${on[@]}" get-iam-policy "$at" --flatten='bindings[].members' --format='value(bindings.role,bindings.members,bindings.condition.title)')
  while (($#)); do
    line=$1$'\t'$2$'\t'
    wanted+=$line$'\n'
    if ! holds "$policy" "$line"; then
      patiently "${on[@]}" add-iam-policy-binding "$full" --role="$1" --member="$2" --condition=None --format=none
    fi
    shift 2
  done
  while IFS= read -r line; do
    role=${line%%$'\t'*}
    member=${line#*$'\t'}
    member=${member%%$'\t'*}
    if [[ $line != "$role"$'\t'"$member"$'\t' ]] || holds "$wanted" "$line"; then continue; fi
    while IFS= read -r beginning; do
      if [[ -n $beginning && $member == "$beginning"* ]] && holds "$owned" "$beginning"; then
        "${on[@]}" remove-iam-policy-binding "$full" --role="$role" --member="$member" --condition=None --format=none </dev/null
        break
      fi
    done <<<"$ours"
  done <<<"$policy"
}
