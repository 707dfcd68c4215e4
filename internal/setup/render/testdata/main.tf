# The set-up shop, as landbridge setup apply makes it.
# A service account that is in the cluster already has to be imported: terraform import ADDRESS NAMESPACE/NAME.

terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0, < 8.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.20, < 4.0"
    }
  }
}

provider "google" {
  project = "shop-prod"
}

provider "azurerm" {
  subscription_id = "11111111-2222-3333-4444-555555555555"

  features {}
}

provider "kubernetes" {
  alias          = "prod"
  config_path    = var.kubeconfig
  config_context = "prod-admin"
}

provider "kubernetes" {
  alias          = "staging"
  config_path    = "/etc/kube config"
  config_context = "staging-admin"
}

provider "kubernetes" {
  alias          = "edge"
  config_path    = var.kubeconfig
  config_context = "edge"
}

variable "jwks_edge" {
  description = "Public keys of the cluster edge: kubectl get --raw /openid/v1/jwks"
  type        = string
}

variable "kubeconfig" {
  description = "The kubeconfig file of the clusters that the set-up names none for."
  type        = string
  default     = "~/.kube/config"
}

# project/shop-prod
data "google_project" "shop_prod" {
  project_id = "shop-prod"
}

# service/shop-prod/cloudresourcemanager.googleapis.com
resource "google_project_service" "shop_prod_cloudresourcemanager_googleapis_com" {
  project            = "shop-prod"
  service            = "cloudresourcemanager.googleapis.com"
  disable_on_destroy = false
}

# service/shop-prod/iam.googleapis.com
resource "google_project_service" "shop_prod_iam_googleapis_com" {
  project            = "shop-prod"
  service            = "iam.googleapis.com"
  disable_on_destroy = false
}

# service/shop-prod/iamcredentials.googleapis.com
resource "google_project_service" "shop_prod_iamcredentials_googleapis_com" {
  project            = "shop-prod"
  service            = "iamcredentials.googleapis.com"
  disable_on_destroy = false
}

# service/shop-prod/sts.googleapis.com
resource "google_project_service" "shop_prod_sts_googleapis_com" {
  project            = "shop-prod"
  service            = "sts.googleapis.com"
  disable_on_destroy = false
}

# service/shop-prod/aiplatform.googleapis.com, for api, batch, legacy, vm
resource "google_project_service" "shop_prod_aiplatform_googleapis_com" {
  project            = "shop-prod"
  service            = "aiplatform.googleapis.com"
  disable_on_destroy = false
}

# service/shop-ml/aiplatform.googleapis.com, for api
resource "google_project_service" "shop_ml_aiplatform_googleapis_com" {
  project            = "shop-ml"
  service            = "aiplatform.googleapis.com"
  disable_on_destroy = false
}

# cluster/prod, for api, legacy
# Entra workload identity must be on: az aks update --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name prod --enable-oidc-issuer --enable-workload-identity
data "azurerm_kubernetes_cluster" "prod" {
  name                = "prod"
  resource_group_name = "aks"

  lifecycle {
    postcondition {
      condition     = self.oidc_issuer_enabled
      error_message = "The cluster's OIDC issuer is off. Switch it on: az aks update --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name prod --enable-oidc-issuer"
    }
  }
}

# cluster/staging, for api
data "azurerm_kubernetes_cluster" "staging" {
  name                = "staging"
  resource_group_name = "aks"

  lifecycle {
    postcondition {
      condition     = self.oidc_issuer_enabled
      error_message = "The cluster's OIDC issuer is off. Switch it on: az aks update --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name staging --enable-oidc-issuer"
    }
  }
}

# cluster/dark, for batch
data "azurerm_kubernetes_cluster" "dark" {
  name                = "dark"
  resource_group_name = "aks"

  lifecycle {
    postcondition {
      condition     = self.oidc_issuer_enabled
      error_message = "The cluster's OIDC issuer is off. Switch it on: az aks update --subscription 11111111-2222-3333-4444-555555555555 --resource-group aks --name dark --enable-oidc-issuer"
    }
  }
}

# identity/id-legacy, for legacy
resource "azurerm_user_assigned_identity" "id_legacy" {
  name                = "id-legacy"
  resource_group_name = "shop"
  location            = "westeurope"

  tags = {
    "landbridge-setup" = "shop"
  }
}

# identity/id-vm, for vm
resource "azurerm_user_assigned_identity" "id_vm" {
  name                = "id-vm"
  resource_group_name = "shop"
  location            = "westeurope"

  tags = {
    "landbridge-setup" = "shop"
  }
}

# identity/id-trainer, for trainer
resource "azurerm_user_assigned_identity" "id_trainer" {
  name                = "id-trainer"
  resource_group_name = "shop"
  location            = "westeurope"

  tags = {
    "landbridge-setup" = "shop"
  }
}

# pool/azure, for api, legacy, vm
resource "google_iam_workload_identity_pool" "azure" {
  project                   = "shop-prod"
  workload_identity_pool_id = "azure"
  description               = "made by landbridge setup shop"
  disabled                  = false

  depends_on = [
    google_project_service.shop_prod_cloudresourcemanager_googleapis_com,
    google_project_service.shop_prod_iam_googleapis_com,
    google_project_service.shop_prod_iamcredentials_googleapis_com,
    google_project_service.shop_prod_sts_googleapis_com,
  ]
}

# pool/edge, for batch
resource "google_iam_workload_identity_pool" "edge" {
  project                   = "shop-prod"
  workload_identity_pool_id = "edge"
  description               = "made by landbridge setup shop"
  disabled                  = false

  depends_on = [
    google_project_service.shop_prod_cloudresourcemanager_googleapis_com,
    google_project_service.shop_prod_iam_googleapis_com,
    google_project_service.shop_prod_iamcredentials_googleapis_com,
    google_project_service.shop_prod_sts_googleapis_com,
  ]
}

# pool/dark, for batch
resource "google_iam_workload_identity_pool" "dark" {
  project                   = "shop-prod"
  workload_identity_pool_id = "dark"
  description               = "made by landbridge setup shop"
  disabled                  = false

  depends_on = [
    google_project_service.shop_prod_cloudresourcemanager_googleapis_com,
    google_project_service.shop_prod_iam_googleapis_com,
    google_project_service.shop_prod_iamcredentials_googleapis_com,
    google_project_service.shop_prod_sts_googleapis_com,
  ]
}

# account/vertex-api, for api
resource "google_service_account" "vertex_api" {
  project      = "shop-prod"
  account_id   = "vertex-api"
  display_name = "Landbridge shop vertex-api"
  description  = "made by landbridge setup shop"
  disabled     = false

  depends_on = [google_project_service.shop_prod_iam_googleapis_com]
}

# account/shared@other-project.iam.gserviceaccount.com, for legacy
# named by its e-mail: it is looked at and never made or removed
data "google_service_account" "shared_other_project_iam_gserviceaccount_com" {
  account_id = "shared@other-project.iam.gserviceaccount.com"
  project    = "other-project"
}

# account/trainer, for trainer
resource "google_service_account" "trainer" {
  project      = "shop-prod"
  account_id   = "trainer"
  display_name = "Landbridge shop trainer"
  description  = "made by landbridge setup shop"
  disabled     = false

  depends_on = [google_project_service.shop_prod_iam_googleapis_com]
}

# provider/azure/aks-prod, for api
resource "google_iam_workload_identity_pool_provider" "azure_aks_prod" {
  project                            = "shop-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure.workload_identity_pool_id
  workload_identity_pool_provider_id = "aks-prod"
  display_name                       = "AKS prod"
  description                        = "made by landbridge setup shop"
  disabled                           = false

  attribute_mapping = {
    "attribute.namespace"       = "assertion['kubernetes.io']['namespace']"
    "attribute.service_account" = "assertion['kubernetes.io']['serviceaccount']['name']"
    "google.subject"            = "'prod:' + assertion.sub.extract('system:serviceaccount:{s}')"
  }

  attribute_condition = "assertion.sub in ['system:serviceaccount:shop:api']"

  oidc {
    issuer_uri = data.azurerm_kubernetes_cluster.prod.oidc_issuer_url
  }
}

# provider/azure/aks-staging, for api
resource "google_iam_workload_identity_pool_provider" "azure_aks_staging" {
  project                            = "shop-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure.workload_identity_pool_id
  workload_identity_pool_provider_id = "aks-staging"
  display_name                       = "AKS staging"
  description                        = "made by landbridge setup shop"
  disabled                           = false

  attribute_mapping = {
    "attribute.namespace"       = "assertion['kubernetes.io']['namespace']"
    "attribute.service_account" = "assertion['kubernetes.io']['serviceaccount']['name']"
    "google.subject"            = "'staging:' + assertion.sub.extract('system:serviceaccount:{s}')"
  }

  attribute_condition = "assertion.sub in ['system:serviceaccount:shop:api']"

  oidc {
    issuer_uri = data.azurerm_kubernetes_cluster.staging.oidc_issuer_url
  }
}

# provider/edge/aks-edge, for batch
resource "google_iam_workload_identity_pool_provider" "edge_aks_edge" {
  project                            = "shop-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.edge.workload_identity_pool_id
  workload_identity_pool_provider_id = "aks-edge"
  display_name                       = "Cluster edge"
  description                        = "made by landbridge setup shop"
  disabled                           = false

  attribute_mapping = {
    "attribute.namespace"       = "assertion['kubernetes.io']['namespace']"
    "attribute.service_account" = "assertion['kubernetes.io']['serviceaccount']['name']"
    "google.subject"            = "assertion.sub"
  }

  attribute_condition = "assertion.sub in ['system:serviceaccount:batch:runner']"

  oidc {
    issuer_uri = "https://edge.example.com"
    jwks_json  = var.jwks_edge
  }
}

# provider/dark/aks-dark, for batch
resource "google_iam_workload_identity_pool_provider" "dark_aks_dark" {
  project                            = "shop-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.dark.workload_identity_pool_id
  workload_identity_pool_provider_id = "aks-dark"
  display_name                       = "AKS dark"
  description                        = "made by landbridge setup shop"
  disabled                           = false

  attribute_mapping = {
    "attribute.namespace"       = "assertion['kubernetes.io']['namespace']"
    "attribute.service_account" = "assertion['kubernetes.io']['serviceaccount']['name']"
    "google.subject"            = "assertion.sub"
  }

  attribute_condition = "assertion.sub in ['system:serviceaccount:batch:runner']"

  oidc {
    issuer_uri = data.azurerm_kubernetes_cluster.dark.oidc_issuer_url
  }
}

# provider/azure/entra, for legacy, vm
resource "google_iam_workload_identity_pool_provider" "azure_entra" {
  project                            = "shop-prod"
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure.workload_identity_pool_id
  workload_identity_pool_provider_id = "entra"
  display_name                       = "Entra"
  description                        = "made by landbridge setup shop"
  disabled                           = false

  attribute_mapping = {
    "google.subject" = "assertion.sub"
  }

  attribute_condition = "assertion.tid == '99999999-8888-7777-6666-555555555555' && assertion.sub in ['${azurerm_user_assigned_identity.id_legacy.principal_id}', '${azurerm_user_assigned_identity.id_vm.principal_id}']"

  oidc {
    issuer_uri        = "https://login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0"
    allowed_audiences = ["fb60f99c-7a34-4190-8149-302f77469936"]
  }
}

# role/shop-prod/landbridge_shop.api, for api
resource "google_project_iam_custom_role" "shop_prod_landbridge_shop_api" {
  project     = "shop-prod"
  role_id     = "landbridge_shop.api"
  title       = "Landbridge shop: api"
  description = "made by landbridge setup shop"

  permissions = [
    "aiplatform.endpoints.predict",
    "storage.objects.get",
  ]

  depends_on = [google_project_service.shop_prod_iam_googleapis_com]
}

# role/shop-ml/landbridge_shop.api, for api
resource "google_project_iam_custom_role" "shop_ml_landbridge_shop_api" {
  project     = "shop-ml"
  role_id     = "landbridge_shop.api"
  title       = "Landbridge shop: api"
  description = "made by landbridge setup shop"

  permissions = [
    "aiplatform.endpoints.predict",
    "storage.objects.get",
  ]
}

# federated-credential/id-legacy/prod-legacy-app-ee8327a6, for legacy
resource "azurerm_federated_identity_credential" "id_legacy_prod_legacy_app_ee8327a6" {
  name                = "landbridge_shop_prod-legacy-app-ee8327a6"
  resource_group_name = "shop"
  parent_id           = azurerm_user_assigned_identity.id_legacy.id
  issuer              = data.azurerm_kubernetes_cluster.prod.oidc_issuer_url
  subject             = "system:serviceaccount:legacy:app"
  audience            = ["api://AzureADTokenExchange"]
}

# federated-credential/id-trainer/google-trainer-shop-prod-iam-gserviceacc-f6b92c32, for trainer
resource "azurerm_federated_identity_credential" "id_trainer_google_trainer_shop_prod_iam_gserviceacc_f6b92c32" {
  name                = "landbridge_shop_google-trainer-shop-prod-iam-gserviceacc-f6b92c32"
  resource_group_name = "shop"
  parent_id           = azurerm_user_assigned_identity.id_trainer.id
  issuer              = "https://accounts.google.com"
  subject             = google_service_account.trainer.unique_id
  audience            = ["api://AzureADTokenExchange"]
}

# role-assignment/id-trainer/storage-blob-data-reader-ec2793cb, for trainer
resource "azurerm_role_assignment" "id_trainer_storage_blob_data_reader_ec2793cb" {
  scope                = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/shopdata"
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.id_trainer.principal_id
  principal_type       = "ServicePrincipal"
  description          = "made by landbridge setup shop"
}

# grants/project/shop-prod, for api, batch, legacy, vm
resource "google_project_iam_member" "project_shop_prod_landbridge_shop_api_6da0f25a" {
  project = "shop-prod"
  role    = google_project_iam_custom_role.shop_prod_landbridge_shop_api.name
  member  = "serviceAccount:${google_service_account.vertex_api.email}"
}

# grants/project/shop-prod, for api, batch, legacy, vm
resource "google_project_iam_member" "project_shop_prod_aiplatform_user_b2ec9b8a" {
  project = "shop-prod"
  role    = "roles/aiplatform.user"
  member  = "principal://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/subject/${azurerm_user_assigned_identity.id_vm.principal_id}"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# grants/project/shop-prod, for api, batch, legacy, vm
resource "google_project_iam_member" "project_shop_prod_aiplatform_user_6f3fdca0" {
  project = "shop-prod"
  role    = "roles/aiplatform.user"
  member  = "principal://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/dark/subject/system:serviceaccount:batch:runner"

  depends_on = [google_iam_workload_identity_pool.dark]
}

# grants/project/shop-prod, for api, batch, legacy, vm
resource "google_project_iam_member" "project_shop_prod_aiplatform_user_630b17cd" {
  project = "shop-prod"
  role    = "roles/aiplatform.user"
  member  = "principal://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/edge/subject/system:serviceaccount:batch:runner"

  depends_on = [google_iam_workload_identity_pool.edge]
}

# grants/project/shop-prod, for api, batch, legacy, vm
resource "google_project_iam_member" "project_shop_prod_aiplatform_user_859bcdfa" {
  project = "shop-prod"
  role    = "roles/aiplatform.user"
  member  = "serviceAccount:${data.google_service_account.shared_other_project_iam_gserviceaccount_com.email}"
}

# grants/project/shop-prod, for api, batch, legacy, vm
resource "google_project_iam_member" "project_shop_prod_aiplatform_user_a31372a4" {
  project = "shop-prod"
  role    = "roles/aiplatform.user"
  member  = "serviceAccount:${google_service_account.vertex_api.email}"
}

# grants/account/vertex-api@shop-prod.iam.gserviceaccount.com, for api
resource "google_service_account_iam_member" "account_vertex_api_shop_prod_iam_gserviceaccount_com_iam_workloadidentityuser_026c4d6c" {
  service_account_id = google_service_account.vertex_api.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/subject/prod:shop:api"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# grants/account/vertex-api@shop-prod.iam.gserviceaccount.com, for api
resource "google_service_account_iam_member" "account_vertex_api_shop_prod_iam_gserviceaccount_com_iam_workloadidentityuser_d5453865" {
  service_account_id = google_service_account.vertex_api.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/subject/staging:shop:api"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# grants/project/shop-ml, for api
resource "google_project_iam_member" "project_shop_ml_landbridge_shop_api_97a24e1d" {
  project = "shop-ml"
  role    = google_project_iam_custom_role.shop_ml_landbridge_shop_api.name
  member  = "serviceAccount:${google_service_account.vertex_api.email}"
}

# grants/project/shop-ml, for api
resource "google_project_iam_member" "project_shop_ml_aiplatform_user_a31372a4" {
  project = "shop-ml"
  role    = "roles/aiplatform.user"
  member  = "serviceAccount:${google_service_account.vertex_api.email}"
}

# grants/account/shared@other-project.iam.gserviceaccount.com, for legacy
resource "google_service_account_iam_member" "account_shared_other_project_iam_gserviceaccount_com_iam_workloadidentityuser_81edc4db" {
  service_account_id = data.google_service_account.shared_other_project_iam_gserviceaccount_com.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/subject/${azurerm_user_assigned_identity.id_legacy.principal_id}"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# namespace/prod/shop, for api
resource "kubernetes_labels" "prod_shop" {
  provider      = kubernetes.prod
  api_version   = "v1"
  kind          = "Namespace"
  field_manager = "landbridge-setup"

  metadata {
    name = "shop"
  }

  labels = {
    "landbridge.dev/inject" = "enabled"
    "landbridge.dev/joined" = "shop"
  }
}

# namespace/staging/shop, for api
resource "kubernetes_labels" "staging_shop" {
  provider      = kubernetes.staging
  api_version   = "v1"
  kind          = "Namespace"
  field_manager = "landbridge-setup"

  metadata {
    name = "shop"
  }

  labels = {
    "landbridge.dev/inject" = "enabled"
    "landbridge.dev/joined" = "shop"
  }
}

# namespace/edge/batch, for batch
resource "kubernetes_labels" "edge_batch" {
  provider      = kubernetes.edge
  api_version   = "v1"
  kind          = "Namespace"
  field_manager = "landbridge-setup"

  metadata {
    name = "batch"
  }

  labels = {
    "landbridge.dev/inject" = "enabled"
    "landbridge.dev/joined" = "shop"
  }
}

# namespace/prod/legacy, for legacy
resource "kubernetes_labels" "prod_legacy" {
  provider      = kubernetes.prod
  api_version   = "v1"
  kind          = "Namespace"
  field_manager = "landbridge-setup"

  metadata {
    name = "legacy"
  }

  labels = {
    "landbridge.dev/inject" = "enabled"
    "landbridge.dev/joined" = "shop"
  }
}

# kubernetes-account/prod/shop/api, for api
resource "kubernetes_service_account_v1" "prod_shop_api" {
  provider = kubernetes.prod

  metadata {
    name      = "api"
    namespace = "shop"

    labels = {
      "landbridge.dev/setup" = "shop"
    }

    annotations = {
      "landbridge.dev/location"        = "europe-west4"
      "landbridge.dev/mode"            = "credentials"
      "landbridge.dev/project"         = "shop-prod"
      "landbridge.dev/provider"        = "projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/aks-prod"
      "landbridge.dev/service-account" = "vertex-api@shop-prod.iam.gserviceaccount.com"
      "landbridge.dev/token-seconds"   = "7200"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.azure_aks_prod,
    kubernetes_labels.prod_shop,
  ]
}

# kubernetes-account/staging/shop/api, for api
resource "kubernetes_service_account_v1" "staging_shop_api" {
  provider = kubernetes.staging

  metadata {
    name      = "api"
    namespace = "shop"

    labels = {
      "landbridge.dev/setup" = "shop"
    }

    annotations = {
      "landbridge.dev/location"        = "europe-west4"
      "landbridge.dev/mode"            = "credentials"
      "landbridge.dev/project"         = "shop-prod"
      "landbridge.dev/provider"        = "projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/aks-staging"
      "landbridge.dev/service-account" = "vertex-api@shop-prod.iam.gserviceaccount.com"
      "landbridge.dev/token-seconds"   = "7200"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.azure_aks_staging,
    kubernetes_labels.staging_shop,
  ]
}

# kubernetes-account/edge/batch/runner, for batch
resource "kubernetes_service_account_v1" "edge_batch_runner" {
  provider = kubernetes.edge

  metadata {
    name      = "runner"
    namespace = "batch"

    labels = {
      "landbridge.dev/setup" = "shop"
    }

    annotations = {
      "landbridge.dev/location"      = "europe-west4"
      "landbridge.dev/mode"          = "metadata"
      "landbridge.dev/project"       = "shop-prod"
      "landbridge.dev/provider"      = "projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/edge/providers/aks-edge"
      "landbridge.dev/token-seconds" = "3600"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.edge_aks_edge,
    kubernetes_labels.edge_batch,
  ]
}

# kubernetes-account/prod/legacy/app, for legacy
resource "kubernetes_service_account_v1" "prod_legacy_app" {
  provider = kubernetes.prod

  metadata {
    name      = "app"
    namespace = "legacy"

    labels = {
      "landbridge.dev/setup" = "shop"
    }

    annotations = {
      "azure.workload.identity/client-id" = azurerm_user_assigned_identity.id_legacy.client_id
      "azure.workload.identity/tenant-id" = "99999999-8888-7777-6666-555555555555"
      "landbridge.dev/location"           = "europe-west4"
      "landbridge.dev/mode"               = "metadata"
      "landbridge.dev/project"            = "shop-prod"
      "landbridge.dev/provider"           = "projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/entra"
      "landbridge.dev/route"              = "entra"
      "landbridge.dev/service-account"    = "shared@other-project.iam.gserviceaccount.com"
      "landbridge.dev/token-seconds"      = "7200"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.azure_entra,
    kubernetes_labels.prod_legacy,
  ]
}

# kubernetes-settings/prod/shop/api, for api
resource "kubernetes_config_map_v1" "prod_shop_api" {
  provider = kubernetes.prod

  metadata {
    name      = "landbridge-api"
    namespace = "shop"

    labels = {
      "landbridge.dev/settings" = "enabled"
      "landbridge.dev/setup"    = "shop"
    }
  }

  data = {
    "account"          = "api"
    "audience"         = "https://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/aks-prod"
    "credentials.json" = "{\n  \"universe_domain\": \"googleapis.com\",\n  \"type\": \"external_account\",\n  \"audience\": \"//iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/aks-prod\",\n  \"subject_token_type\": \"urn:ietf:params:oauth:token-type:jwt\",\n  \"token_url\": \"https://sts.googleapis.com/v1/token\",\n  \"credential_source\": {\n    \"file\": \"/var/run/secrets/landbridge/token\"\n  },\n  \"service_account_impersonation_url\": \"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/vertex-api@shop-prod.iam.gserviceaccount.com:generateAccessToken\"\n}"
    "location"         = "europe-west4"
    "project"          = "shop-prod"
    "token-seconds"    = "7200"
  }

  depends_on = [
    kubernetes_labels.prod_shop,
    kubernetes_service_account_v1.prod_shop_api,
  ]
}

# kubernetes-settings/staging/shop/api, for api
resource "kubernetes_config_map_v1" "staging_shop_api" {
  provider = kubernetes.staging

  metadata {
    name      = "landbridge-api"
    namespace = "shop"

    labels = {
      "landbridge.dev/settings" = "enabled"
      "landbridge.dev/setup"    = "shop"
    }
  }

  data = {
    "account"          = "api"
    "audience"         = "https://iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/aks-staging"
    "credentials.json" = "{\n  \"universe_domain\": \"googleapis.com\",\n  \"type\": \"external_account\",\n  \"audience\": \"//iam.googleapis.com/projects/${data.google_project.shop_prod.number}/locations/global/workloadIdentityPools/azure/providers/aks-staging\",\n  \"subject_token_type\": \"urn:ietf:params:oauth:token-type:jwt\",\n  \"token_url\": \"https://sts.googleapis.com/v1/token\",\n  \"credential_source\": {\n    \"file\": \"/var/run/secrets/landbridge/token\"\n  },\n  \"service_account_impersonation_url\": \"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/vertex-api@shop-prod.iam.gserviceaccount.com:generateAccessToken\"\n}"
    "location"         = "europe-west4"
    "project"          = "shop-prod"
    "token-seconds"    = "7200"
  }

  depends_on = [
    kubernetes_labels.staging_shop,
    kubernetes_service_account_v1.staging_shop_api,
  ]
}
