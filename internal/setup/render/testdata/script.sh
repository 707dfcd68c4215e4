#!/usr/bin/env bash
# The set-up shop, as landbridge setup apply makes it. It makes what is not there and changes what differs; run it again at any
# time, also after it was interrupted. What is in no file any more is not removed: landbridge setup plan names it.
#
# Needs az, curl, gcloud, kubectl, signed in. LANDBRIDGE_WAIT=0 skips the crossings at its end.
set -euo pipefail

setup=shop
mark='made by landbridge setup shop'
wait_seconds=${LANDBRIDGE_WAIT:-600}
pause=${LANDBRIDGE_PAUSE:-10}
failed=0
export CLOUDSDK_CORE_DISABLE_PROMPTS=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

need() {
  command -v "$1" >/dev/null 2>&1 || die "this script needs $1"
}

# present VALUE WHAT: what was read is not empty
present() {
  [[ -n $1 && $1 != None ]] || die "could not read $2"
}

# patiently COMMAND...: what was made a moment ago is not known everywhere at once, so a refusal is not the last word
patiently() {
  local try
  for try in 1 2 3 4 5; do
    if "$@"; then return 0; fi
    say "  not yet; once more in $pause s ($try of 5)"
    sleep "$pause"
  done
  "$@"
}

# holds LINES LINE: the line is one of the lines
holds() {
  case $'\n'"$1"$'\n' in
    *$'\n'"$2"$'\n'*) return 0 ;;
  esac
  return 1
}

# What bears our mark: the beginnings of members that are this set-up's alone, one a line.
owned=
own() { # DESCRIPTION BEGINNING
  if holds "$1" "$mark"; then owned+=$2$'\n'; fi
}

# service PROJECT NAME: gcloud itself looks first whether it is on
service() {
  say "api $2 of $1"
  gcloud services enable "$2" --project="$1"
}

# cluster SUBSCRIPTION RESOURCE_GROUP NAME FEATURE...: switches on what is off, and nothing off
cluster() {
  local at=(--subscription "$1" --resource-group "$2" --name "$3") feature query with=()
  say "cluster $3"
  shift 3
  for feature in "$@"; do
    query=oidcIssuerProfile.enabled
    if [[ $feature == workload-identity ]]; then query=securityProfile.workloadIdentity.enabled; fi
    if [[ $(az aks show "${at[@]}" --query "$query" -o tsv) != true ]]; then with+=("--enable-$feature"); fi
  done
  if ((${#with[@]})); then
    az aks update "${at[@]}" "${with[@]}" -o none
  fi
}

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

# namespace NAME LABEL=VALUE...: the namespace must be there
namespace() {
  say "namespace $1"
  "${kube[@]}" get namespace "$1" -o name >/dev/null || die "there is no namespace $1: ${kube[*]} create namespace $1"
  "${kube[@]}" label namespace "$@" --overwrite --field-manager=landbridge-setup
}

# kubernetes_account NAMESPACE NAME ANNOTATION=VALUE|ANNOTATION-...: one that was there before is labelled as joined, not as ours
kubernetes_account() {
  local at=("$2" --namespace="$1") have
  say "kubernetes account $1/$2"
  have=$("${kube[@]}" get serviceaccount "${at[@]}" --ignore-not-found -o 'jsonpath={.metadata.name} {.metadata.labels.landbridge\.dev/setup}')
  if [[ -z $have ]]; then
    "${kube[@]}" create serviceaccount "${at[@]}" --dry-run=client -o yaml |
      "${kube[@]}" label --local -f - "landbridge.dev/setup=$setup" -o yaml |
      "${kube[@]}" create --field-manager=landbridge-setup -f -
  elif [[ $have != "$2 $setup" ]]; then
    "${kube[@]}" label serviceaccount "${at[@]}" "landbridge.dev/joined=$setup" --overwrite --field-manager=landbridge-setup
  fi
  shift 2
  "${kube[@]}" annotate serviceaccount "${at[@]}" "$@" --overwrite --field-manager=landbridge-setup
}

# kubernetes_settings NAMESPACE NAME KEY=VALUE...: all its keys are ours
kubernetes_settings() {
  local at=("$2" --namespace="$1") pair with=()
  say "settings $1/$2"
  shift 2
  for pair in "$@"; do with+=(--from-literal="$pair"); done
  "${kube[@]}" create configmap "${at[@]}" ${with[@]+"${with[@]}"} --dry-run=client -o yaml |
    "${kube[@]}" label --local -f - "landbridge.dev/setup=$setup" landbridge.dev/settings=enabled -o yaml |
    "${kube[@]}" apply --server-side --force-conflicts --field-manager=landbridge-setup -f -
}

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

# ---

need az
need curl
need gcloud
need kubectl

# project/shop-prod
PROJECT_SHOP_PROD_NUMBER=$(gcloud projects describe shop-prod '--format=value(projectNumber)')
present "$PROJECT_SHOP_PROD_NUMBER" project/shop-prod.number

# service/shop-prod/cloudresourcemanager.googleapis.com
service shop-prod cloudresourcemanager.googleapis.com

# service/shop-prod/iam.googleapis.com
service shop-prod iam.googleapis.com

# service/shop-prod/iamcredentials.googleapis.com
service shop-prod iamcredentials.googleapis.com

# service/shop-prod/sts.googleapis.com
service shop-prod sts.googleapis.com

# service/shop-prod/aiplatform.googleapis.com, for api, batch, legacy, vm
service shop-prod aiplatform.googleapis.com

# service/shop-ml/aiplatform.googleapis.com, for api
service shop-ml aiplatform.googleapis.com

# cluster/prod, for api, legacy
cluster 11111111-2222-3333-4444-555555555555 aks prod oidc-issuer workload-identity
CLUSTER_PROD_ISSUER=$(az aks show --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name prod --query oidcIssuerProfile.issuerUrl -o tsv)
present "$CLUSTER_PROD_ISSUER" cluster/prod.issuer

# cluster/staging, for api
cluster 11111111-2222-3333-4444-555555555555 aks staging oidc-issuer
CLUSTER_STAGING_ISSUER=$(az aks show --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name staging --query oidcIssuerProfile.issuerUrl -o tsv)
present "$CLUSTER_STAGING_ISSUER" cluster/staging.issuer

# cluster/dark, for batch
cluster 11111111-2222-3333-4444-555555555555 aks dark oidc-issuer
CLUSTER_DARK_ISSUER=$(az aks show --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name dark --query oidcIssuerProfile.issuerUrl -o tsv)
present "$CLUSTER_DARK_ISSUER" cluster/dark.issuer

# issuer/edge, for batch
kube=(kubectl --context=edge)
ISSUER_EDGE_JWKS=$("${kube[@]}" get --raw /openid/v1/jwks)
present "$ISSUER_EDGE_JWKS" issuer/edge.jwks

# identity/id-legacy, for legacy
location=westeurope \
  identity 11111111-2222-3333-4444-555555555555 shop id-legacy
IDENTITY_ID_LEGACY_CLIENT_ID=$(az identity show --subscription 11111111-2222-3333-4444-555555555555 --resource-group shop --name id-legacy --query clientId -o tsv)
present "$IDENTITY_ID_LEGACY_CLIENT_ID" identity/id-legacy.client_id
IDENTITY_ID_LEGACY_PRINCIPAL_ID=$(az identity show --subscription 11111111-2222-3333-4444-555555555555 --resource-group shop --name id-legacy --query principalId -o tsv)
present "$IDENTITY_ID_LEGACY_PRINCIPAL_ID" identity/id-legacy.principal_id

# identity/id-vm, for vm
location=westeurope \
  identity 11111111-2222-3333-4444-555555555555 shop id-vm
IDENTITY_ID_VM_PRINCIPAL_ID=$(az identity show --subscription 11111111-2222-3333-4444-555555555555 --resource-group shop --name id-vm --query principalId -o tsv)
present "$IDENTITY_ID_VM_PRINCIPAL_ID" identity/id-vm.principal_id

# identity/id-trainer, for trainer
location=westeurope \
  identity 11111111-2222-3333-4444-555555555555 shop id-trainer
IDENTITY_ID_TRAINER_PRINCIPAL_ID=$(az identity show --subscription 11111111-2222-3333-4444-555555555555 --resource-group shop --name id-trainer --query principalId -o tsv)
present "$IDENTITY_ID_TRAINER_PRINCIPAL_ID" identity/id-trainer.principal_id

# pool/azure, for api, legacy, vm
display_name='' disabled=false \
  pool shop-prod azure "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/"

# pool/edge, for batch
display_name='' disabled=false \
  pool shop-prod edge "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/subject/"

# pool/dark, for batch
display_name='' disabled=false \
  pool shop-prod dark "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/dark/subject/"

# account/vertex-api, for api
display_name='Landbridge shop vertex-api' disabled=false \
  account shop-prod vertex-api vertex-api@shop-prod.iam.gserviceaccount.com

# account/trainer, for trainer
display_name='Landbridge shop trainer' disabled=false \
  account shop-prod trainer trainer@shop-prod.iam.gserviceaccount.com
ACCOUNT_TRAINER_UNIQUE_ID=$(gcloud iam service-accounts describe trainer@shop-prod.iam.gserviceaccount.com --project=shop-prod '--format=value(uniqueId)')
present "$ACCOUNT_TRAINER_UNIQUE_ID" account/trainer.unique_id

# provider/azure/aks-prod, for api
display_name='AKS prod' \
disabled=false \
issuer="${CLUSTER_PROD_ISSUER}" \
between=';' \
audiences='' \
mapping="attribute.namespace=assertion['kubernetes.io']['namespace'];attribute.service_account=assertion['kubernetes.io']['serviceaccount']['name'];google.subject='prod:' + assertion.sub.extract('system:serviceaccount:{s}')" \
condition="assertion.sub in ['system:serviceaccount:shop:api']" \
jwks='' \
provider shop-prod azure aks-prod

# provider/azure/aks-staging, for api
display_name='AKS staging' \
disabled=false \
issuer="${CLUSTER_STAGING_ISSUER}" \
between=';' \
audiences='' \
mapping="attribute.namespace=assertion['kubernetes.io']['namespace'];attribute.service_account=assertion['kubernetes.io']['serviceaccount']['name'];google.subject='staging:' + assertion.sub.extract('system:serviceaccount:{s}')" \
condition="assertion.sub in ['system:serviceaccount:shop:api']" \
jwks='' \
provider shop-prod azure aks-staging

# provider/edge/aks-edge, for batch
display_name='Cluster edge' \
disabled=false \
issuer=https://edge.example.com \
between=';' \
audiences='' \
mapping="attribute.namespace=assertion['kubernetes.io']['namespace'];attribute.service_account=assertion['kubernetes.io']['serviceaccount']['name'];google.subject=assertion.sub" \
condition="assertion.sub in ['system:serviceaccount:batch:runner']" \
jwks="${ISSUER_EDGE_JWKS}" \
provider shop-prod edge aks-edge

# provider/dark/aks-dark, for batch
display_name='AKS dark' \
disabled=false \
issuer="${CLUSTER_DARK_ISSUER}" \
between=';' \
audiences='' \
mapping="attribute.namespace=assertion['kubernetes.io']['namespace'];attribute.service_account=assertion['kubernetes.io']['serviceaccount']['name'];google.subject=assertion.sub" \
condition="assertion.sub in ['system:serviceaccount:batch:runner']" \
jwks='' \
provider shop-prod dark aks-dark

# provider/azure/entra, for legacy, vm
display_name=Entra \
disabled=false \
issuer=https://login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0 \
between=';' \
audiences=fb60f99c-7a34-4190-8149-302f77469936 \
mapping=google.subject=assertion.sub \
condition="assertion.tid == '99999999-8888-7777-6666-555555555555' && assertion.sub in ['${IDENTITY_ID_LEGACY_PRINCIPAL_ID}', '${IDENTITY_ID_VM_PRINCIPAL_ID}']" \
jwks='' \
provider shop-prod azure entra

# role/shop-prod/landbridge_shop.api, for api
title='Landbridge shop: api' permissions=aiplatform.endpoints.predict,storage.objects.get \
  role shop-prod landbridge_shop.api

# role/shop-ml/landbridge_shop.api, for api
title='Landbridge shop: api' permissions=aiplatform.endpoints.predict,storage.objects.get \
  role shop-ml landbridge_shop.api

# federated-credential/id-legacy/prod-legacy-app-ee8327a6, for legacy
issuer="${CLUSTER_PROD_ISSUER}" subject=system:serviceaccount:legacy:app audience=api://AzureADTokenExchange \
  federated_credential 11111111-2222-3333-4444-555555555555 shop id-legacy landbridge_shop_prod-legacy-app-ee8327a6

# federated-credential/id-trainer/google-trainer-shop-prod-iam-gserviceacc-f6b92c32, for trainer
issuer=https://accounts.google.com subject="${ACCOUNT_TRAINER_UNIQUE_ID}" audience=api://AzureADTokenExchange \
  federated_credential 11111111-2222-3333-4444-555555555555 shop id-trainer landbridge_shop_google-trainer-shop-prod-iam-gserviceacc-f6b92c32

# role-assignment/id-trainer/storage-blob-data-reader-ec2793cb, for trainer
principal="${IDENTITY_ID_TRAINER_PRINCIPAL_ID}" principal_type=ServicePrincipal \
  role_assignment 'Storage Blob Data Reader' /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/shopdata

# grants/project/shop-prod, for api, batch, legacy, vm
ours="principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/dark/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/subject/
serviceAccount:trainer@shop-prod.iam.gserviceaccount.com
serviceAccount:vertex-api@shop-prod.iam.gserviceaccount.com"
grants project shop-prod \
  projects/shop-prod/roles/landbridge_shop.api serviceAccount:vertex-api@shop-prod.iam.gserviceaccount.com \
  roles/aiplatform.user "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/${IDENTITY_ID_VM_PRINCIPAL_ID}" \
  roles/aiplatform.user "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/dark/subject/system:serviceaccount:batch:runner" \
  roles/aiplatform.user "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/subject/system:serviceaccount:batch:runner" \
  roles/aiplatform.user serviceAccount:shared@other-project.iam.gserviceaccount.com \
  roles/aiplatform.user serviceAccount:vertex-api@shop-prod.iam.gserviceaccount.com

# grants/account/vertex-api@shop-prod.iam.gserviceaccount.com, for api
ours="principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/dark/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/subject/"
grants account vertex-api@shop-prod.iam.gserviceaccount.com \
  roles/iam.workloadIdentityUser "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/prod:shop:api" \
  roles/iam.workloadIdentityUser "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/staging:shop:api"

# grants/project/shop-ml, for api
ours="principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/dark/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/subject/
serviceAccount:trainer@shop-prod.iam.gserviceaccount.com
serviceAccount:vertex-api@shop-prod.iam.gserviceaccount.com"
grants project shop-ml \
  projects/shop-ml/roles/landbridge_shop.api serviceAccount:vertex-api@shop-prod.iam.gserviceaccount.com \
  roles/aiplatform.user serviceAccount:vertex-api@shop-prod.iam.gserviceaccount.com

# grants/account/shared@other-project.iam.gserviceaccount.com, for legacy
ours="principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/dark/subject/
principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/subject/"
grants account shared@other-project.iam.gserviceaccount.com \
  roles/iam.workloadIdentityUser "principal://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/subject/${IDENTITY_ID_LEGACY_PRINCIPAL_ID}"

# namespace/prod/shop, for api
kube=(kubectl --context=prod-admin)
namespace shop landbridge.dev/inject=enabled \
  landbridge.dev/joined=shop

# namespace/staging/shop, for api
kube=(kubectl --context=staging-admin --kubeconfig='/etc/kube config')
namespace shop landbridge.dev/inject=enabled \
  landbridge.dev/joined=shop

# namespace/edge/batch, for batch
kube=(kubectl --context=edge)
namespace batch landbridge.dev/inject=enabled \
  landbridge.dev/joined=shop

# namespace/dark/batch, for batch
# the file has no context for cluster dark: landbridge setup render --format kubernetes

# namespace/prod/legacy, for legacy
kube=(kubectl --context=prod-admin)
namespace legacy landbridge.dev/inject=enabled \
  landbridge.dev/joined=shop

# kubernetes-account/prod/shop/api, for api
kubernetes_account shop api \
  landbridge.dev/location=europe-west4 \
  landbridge.dev/mode=credentials \
  landbridge.dev/project=shop-prod \
  "landbridge.dev/provider=projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/aks-prod" \
  landbridge.dev/service-account=vertex-api@shop-prod.iam.gserviceaccount.com \
  landbridge.dev/token-seconds=7200 \
  landbridge.dev/route-

# kubernetes-account/staging/shop/api, for api
kube=(kubectl --context=staging-admin --kubeconfig='/etc/kube config')
kubernetes_account shop api \
  landbridge.dev/location=europe-west4 \
  landbridge.dev/mode=credentials \
  landbridge.dev/project=shop-prod \
  "landbridge.dev/provider=projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/aks-staging" \
  landbridge.dev/service-account=vertex-api@shop-prod.iam.gserviceaccount.com \
  landbridge.dev/token-seconds=7200 \
  landbridge.dev/route-

# kubernetes-account/edge/batch/runner, for batch
kube=(kubectl --context=edge)
kubernetes_account batch runner \
  landbridge.dev/location=europe-west4 \
  landbridge.dev/mode=metadata \
  landbridge.dev/project=shop-prod \
  "landbridge.dev/provider=projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/providers/aks-edge" \
  landbridge.dev/token-seconds=3600 \
  landbridge.dev/service-account- \
  landbridge.dev/route-

# kubernetes-account/dark/batch/runner, for batch
# the file has no context for cluster dark: landbridge setup render --format kubernetes

# kubernetes-account/prod/legacy/app, for legacy
kube=(kubectl --context=prod-admin)
kubernetes_account legacy app \
  "azure.workload.identity/client-id=${IDENTITY_ID_LEGACY_CLIENT_ID}" \
  azure.workload.identity/tenant-id=99999999-8888-7777-6666-555555555555 \
  landbridge.dev/location=europe-west4 \
  landbridge.dev/mode=metadata \
  landbridge.dev/project=shop-prod \
  "landbridge.dev/provider=projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/entra" \
  landbridge.dev/route=entra \
  landbridge.dev/service-account=shared@other-project.iam.gserviceaccount.com \
  landbridge.dev/token-seconds=7200

# kubernetes-settings/prod/shop/api, for api
kubernetes_settings shop landbridge-api \
  account=api \
  "audience=https://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/aks-prod" \
  'credentials.json={
  "universe_domain": "googleapis.com",
  "type": "external_account",
  "audience": "//iam.googleapis.com/projects/'"${PROJECT_SHOP_PROD_NUMBER}"'/locations/global/workloadIdentityPools/azure/providers/aks-prod",
  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
  "token_url": "https://sts.googleapis.com/v1/token",
  "credential_source": {
    "file": "/var/run/secrets/landbridge/token"
  },
  "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/vertex-api@shop-prod.iam.gserviceaccount.com:generateAccessToken"
}' \
  location=europe-west4 \
  project=shop-prod \
  token-seconds=7200

# kubernetes-settings/staging/shop/api, for api
kube=(kubectl --context=staging-admin --kubeconfig='/etc/kube config')
kubernetes_settings shop landbridge-api \
  account=api \
  "audience=https://iam.googleapis.com/projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/aks-staging" \
  'credentials.json={
  "universe_domain": "googleapis.com",
  "type": "external_account",
  "audience": "//iam.googleapis.com/projects/'"${PROJECT_SHOP_PROD_NUMBER}"'/locations/global/workloadIdentityPools/azure/providers/aks-staging",
  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
  "token_url": "https://sts.googleapis.com/v1/token",
  "credential_source": {
    "file": "/var/run/secrets/landbridge/token"
  },
  "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/vertex-api@shop-prod.iam.gserviceaccount.com:generateAccessToken"
}' \
  location=europe-west4 \
  project=shop-prod \
  token-seconds=7200

# Until everything is known everywhere: each account that can be tried from here crosses.
kube=(kubectl --context=prod-admin)
crossing shop api "projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/aks-prod" vertex-api@shop-prod.iam.gserviceaccount.com
kube=(kubectl --context=staging-admin --kubeconfig='/etc/kube config')
crossing shop api "projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/azure/providers/aks-staging" vertex-api@shop-prod.iam.gserviceaccount.com
kube=(kubectl --context=edge)
crossing batch runner "projects/${PROJECT_SHOP_PROD_NUMBER}/locations/global/workloadIdentityPools/edge/providers/aks-edge"

if ((failed)); then exit "$failed"; fi
say 'done'
