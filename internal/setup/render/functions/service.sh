# service PROJECT NAME: gcloud itself looks first whether it is on
service() {
  say "api $2 of $1"
  gcloud services enable "$2" --project="$1"
}
