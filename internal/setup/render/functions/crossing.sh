# crossing NAMESPACE NAME PROVIDER [GOOGLE_ACCOUNT]: asks until the account really crosses, or the time is up. Tokens stay
# in pipes: none is an argument or a file.
crossing() {
  local until=$((SECONDS + wait_seconds))
  if ((wait_seconds == 0)); then return 0; fi
  say "crossing of $1/$2"
  until crosses "$@"; do
    if ((SECONDS >= until)); then
      say "  $1/$2 does not cross after $wait_seconds s. Set-up is in place; look for the cause with: landbridge doctor"
      failed=4
      return 0
    fi
    say "  not yet: allow policies take up to 7 minutes; once more in $pause s"
    sleep "$pause"
  done
}

crosses() {
  local token status
  token=$(exchange "$1" "$2" "$3") || return 1
  [[ -n $token ]] || return 1
  if [[ -z ${4-} ]]; then return 0; fi
  status=$(printf 'Authorization: Bearer %s' "$token" |
    curl -sS --max-time 30 -o /dev/null -w '%{http_code}' -H @- -H 'Content-Type: application/json' \
      --data '{"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"300s"}' \
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/$4:generateAccessToken") || return 1
  [[ $status == 200 ]]
}

exchange() {
  local assertion
  assertion=$("${kube[@]}" create token "$2" --namespace="$1" --audience="https://iam.googleapis.com/$3" --duration=10m) || return 1
  printf '{"grantType":"urn:ietf:params:oauth:grant-type:token-exchange","requestedTokenType":"urn:ietf:params:oauth:token-type:access_token","subjectTokenType":"urn:ietf:params:oauth:token-type:jwt","scope":"https://www.googleapis.com/auth/cloud-platform","audience":"//iam.googleapis.com/%s","subjectToken":"%s"}' "$3" "$assertion" |
    curl -sS --max-time 30 -H 'Content-Type: application/json' --data @- https://sts.googleapis.com/v1/token |
    sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p'
}
