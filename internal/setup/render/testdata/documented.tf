# The set-up example, as landbridge setup apply makes it.
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
  project = "landbridge-empty"
}

provider "azurerm" {
  subscription_id = "11112222-3333-4444-8555-666677778888"

  features {}
}

provider "kubernetes" {
  alias          = "aks_one"
  config_path    = var.kubeconfig
  config_context = "aks-one"
}

provider "kubernetes" {
  alias          = "aks_two"
  config_path    = var.kubeconfig
  config_context = "aks-two"
}

variable "kubeconfig" {
  description = "The kubeconfig file of the clusters that the set-up names none for."
  type        = string
  default     = "~/.kube/config"
}

# project/landbridge-empty
data "google_project" "landbridge_empty" {
  project_id = "landbridge-empty"
}

# service/landbridge-empty/cloudresourcemanager.googleapis.com
resource "google_project_service" "landbridge_empty_cloudresourcemanager_googleapis_com" {
  project            = "landbridge-empty"
  service            = "cloudresourcemanager.googleapis.com"
  disable_on_destroy = false
}

# service/landbridge-empty/iam.googleapis.com
resource "google_project_service" "landbridge_empty_iam_googleapis_com" {
  project            = "landbridge-empty"
  service            = "iam.googleapis.com"
  disable_on_destroy = false
}

# service/landbridge-empty/iamcredentials.googleapis.com
resource "google_project_service" "landbridge_empty_iamcredentials_googleapis_com" {
  project            = "landbridge-empty"
  service            = "iamcredentials.googleapis.com"
  disable_on_destroy = false
}

# service/landbridge-empty/sts.googleapis.com
resource "google_project_service" "landbridge_empty_sts_googleapis_com" {
  project            = "landbridge-empty"
  service            = "sts.googleapis.com"
  disable_on_destroy = false
}

# service/landbridge-empty/aiplatform.googleapis.com, for batch-vm, chat, reports
resource "google_project_service" "landbridge_empty_aiplatform_googleapis_com" {
  project            = "landbridge-empty"
  service            = "aiplatform.googleapis.com"
  disable_on_destroy = false
}

# cluster/aks-one, for chat, reports
# Entra workload identity must be on: az aks update --subscription 11112222-3333-4444-8555-666677778888 --resource-group landbridge-empty --name aks-one --enable-oidc-issuer --enable-workload-identity
data "azurerm_kubernetes_cluster" "aks_one" {
  name                = "aks-one"
  resource_group_name = "landbridge-empty"

  lifecycle {
    postcondition {
      condition     = self.oidc_issuer_enabled
      error_message = "The cluster's OIDC issuer is off. Switch it on: az aks update --subscription 11112222-3333-4444-8555-666677778888 --resource-group landbridge-empty --name aks-one --enable-oidc-issuer"
    }
  }
}

# cluster/aks-two, for chat
data "azurerm_kubernetes_cluster" "aks_two" {
  name                = "aks-two"
  resource_group_name = "landbridge-empty"

  lifecycle {
    postcondition {
      condition     = self.oidc_issuer_enabled
      error_message = "The cluster's OIDC issuer is off. Switch it on: az aks update --subscription 11112222-3333-4444-8555-666677778888 --resource-group landbridge-empty --name aks-two --enable-oidc-issuer"
    }
  }
}

# identity/reports, for reports
resource "azurerm_user_assigned_identity" "reports" {
  name                = "reports"
  resource_group_name = "landbridge-empty"
  location            = "swedencentral"

  tags = {
    "landbridge-setup" = "example"
  }
}

# identity/batch-vm, for batch-vm
resource "azurerm_user_assigned_identity" "batch_vm" {
  name                = "batch-vm"
  resource_group_name = "landbridge-empty"
  location            = "swedencentral"

  tags = {
    "landbridge-setup" = "example"
  }
}

# identity/training, for training
resource "azurerm_user_assigned_identity" "training" {
  name                = "training"
  resource_group_name = "landbridge-empty"
  location            = "swedencentral"

  tags = {
    "landbridge-setup" = "example"
  }
}

# pool/azure, for batch-vm, chat, reports
resource "google_iam_workload_identity_pool" "azure" {
  project                   = "landbridge-empty"
  workload_identity_pool_id = "azure"
  description               = "made by landbridge setup example"
  disabled                  = false

  depends_on = [
    google_project_service.landbridge_empty_cloudresourcemanager_googleapis_com,
    google_project_service.landbridge_empty_iam_googleapis_com,
    google_project_service.landbridge_empty_iamcredentials_googleapis_com,
    google_project_service.landbridge_empty_sts_googleapis_com,
  ]
}

# pool/azure-two, for chat
resource "google_iam_workload_identity_pool" "azure_two" {
  project                   = "landbridge-empty"
  workload_identity_pool_id = "azure-two"
  description               = "made by landbridge setup example"
  disabled                  = false

  depends_on = [
    google_project_service.landbridge_empty_cloudresourcemanager_googleapis_com,
    google_project_service.landbridge_empty_iam_googleapis_com,
    google_project_service.landbridge_empty_iamcredentials_googleapis_com,
    google_project_service.landbridge_empty_sts_googleapis_com,
  ]
}

# account/reports, for reports
resource "google_service_account" "reports" {
  project      = "landbridge-empty"
  account_id   = "reports"
  display_name = "Landbridge example reports"
  description  = "made by landbridge setup example"
  disabled     = false

  depends_on = [google_project_service.landbridge_empty_iam_googleapis_com]
}

# account/batch-vm, for batch-vm
resource "google_service_account" "batch_vm" {
  project      = "landbridge-empty"
  account_id   = "batch-vm"
  display_name = "Landbridge example batch-vm"
  description  = "made by landbridge setup example"
  disabled     = false

  depends_on = [google_project_service.landbridge_empty_iam_googleapis_com]
}

# account/training, for training
resource "google_service_account" "training" {
  project      = "landbridge-empty"
  account_id   = "training"
  display_name = "Landbridge example training"
  description  = "made by landbridge setup example"
  disabled     = false

  depends_on = [google_project_service.landbridge_empty_iam_googleapis_com]
}

# provider/azure/aks-one, for chat
resource "google_iam_workload_identity_pool_provider" "azure_aks_one" {
  project                            = "landbridge-empty"
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure.workload_identity_pool_id
  workload_identity_pool_provider_id = "aks-one"
  display_name                       = "AKS aks-one"
  description                        = "made by landbridge setup example"
  disabled                           = false

  attribute_mapping = {
    "attribute.namespace"       = "assertion['kubernetes.io']['namespace']"
    "attribute.service_account" = "assertion['kubernetes.io']['serviceaccount']['name']"
    "google.subject"            = "assertion.sub"
  }

  attribute_condition = "assertion.sub in ['system:serviceaccount:demo:chat']"

  oidc {
    issuer_uri = data.azurerm_kubernetes_cluster.aks_one.oidc_issuer_url
  }
}

# provider/azure-two/aks-two, for chat
resource "google_iam_workload_identity_pool_provider" "azure_two_aks_two" {
  project                            = "landbridge-empty"
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure_two.workload_identity_pool_id
  workload_identity_pool_provider_id = "aks-two"
  display_name                       = "AKS aks-two"
  description                        = "made by landbridge setup example"
  disabled                           = false

  attribute_mapping = {
    "attribute.namespace"       = "assertion['kubernetes.io']['namespace']"
    "attribute.service_account" = "assertion['kubernetes.io']['serviceaccount']['name']"
    "google.subject"            = "assertion.sub"
  }

  attribute_condition = "assertion.sub in ['system:serviceaccount:demo:chat']"

  oidc {
    issuer_uri = data.azurerm_kubernetes_cluster.aks_two.oidc_issuer_url
  }
}

# provider/azure/entra, for batch-vm, reports
resource "google_iam_workload_identity_pool_provider" "azure_entra" {
  project                            = "landbridge-empty"
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure.workload_identity_pool_id
  workload_identity_pool_provider_id = "entra"
  display_name                       = "Entra"
  description                        = "made by landbridge setup example"
  disabled                           = false

  attribute_mapping = {
    "google.subject" = "assertion.sub"
  }

  attribute_condition = "assertion.tid == '0a0b0c0d-1111-4222-8333-444455556666' && assertion.sub in ['${azurerm_user_assigned_identity.batch_vm.principal_id}', '${azurerm_user_assigned_identity.reports.principal_id}']"

  oidc {
    issuer_uri        = "https://login.microsoftonline.com/0a0b0c0d-1111-4222-8333-444455556666/v2.0"
    allowed_audiences = ["fb60f99c-7a34-4190-8149-302f77469936"]
  }
}

# role/landbridge-empty/landbridge_example.chat, for chat
resource "google_project_iam_custom_role" "landbridge_empty_landbridge_example_chat" {
  project     = "landbridge-empty"
  role_id     = "landbridge_example.chat"
  title       = "Landbridge example: chat"
  description = "made by landbridge setup example"

  permissions = ["aiplatform.endpoints.predict"]

  depends_on = [google_project_service.landbridge_empty_iam_googleapis_com]
}

# federated-credential/reports/aks-one-demo-reports-f52c4624, for reports
resource "azurerm_federated_identity_credential" "reports_aks_one_demo_reports_f52c4624" {
  name                = "landbridge_example_aks-one-demo-reports-f52c4624"
  resource_group_name = "landbridge-empty"
  parent_id           = azurerm_user_assigned_identity.reports.id
  issuer              = data.azurerm_kubernetes_cluster.aks_one.oidc_issuer_url
  subject             = "system:serviceaccount:demo:reports"
  audience            = ["api://AzureADTokenExchange"]
}

# federated-credential/training/google-training-landbridge-empty-iam-gse-c7035f7b, for training
resource "azurerm_federated_identity_credential" "training_google_training_landbridge_empty_iam_gse_c7035f7b" {
  name                = "landbridge_example_google-training-landbridge-empty-iam-gse-c7035f7b"
  resource_group_name = "landbridge-empty"
  parent_id           = azurerm_user_assigned_identity.training.id
  issuer              = "https://accounts.google.com"
  subject             = google_service_account.training.unique_id
  audience            = ["api://AzureADTokenExchange"]
}

# role-assignment/training/storage-blob-data-reader-4968e2d1, for training
resource "azurerm_role_assignment" "training_storage_blob_data_reader_4968e2d1" {
  scope                = "/subscriptions/11112222-3333-4444-8555-666677778888/resourceGroups/landbridge-demo/providers/Microsoft.Storage/storageAccounts/landbridgedemo"
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_user_assigned_identity.training.principal_id
  principal_type       = "ServicePrincipal"
  description          = "made by landbridge setup example"
}

# grants/project/landbridge-empty, for batch-vm, chat, reports
resource "google_project_iam_member" "project_landbridge_empty_landbridge_example_chat_363100c4" {
  project = "landbridge-empty"
  role    = google_project_iam_custom_role.landbridge_empty_landbridge_example_chat.name
  member  = "principal://iam.googleapis.com/projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure-two/subject/system:serviceaccount:demo:chat"

  depends_on = [google_iam_workload_identity_pool.azure_two]
}

# grants/project/landbridge-empty, for batch-vm, chat, reports
resource "google_project_iam_member" "project_landbridge_empty_landbridge_example_chat_d3d4d051" {
  project = "landbridge-empty"
  role    = google_project_iam_custom_role.landbridge_empty_landbridge_example_chat.name
  member  = "principal://iam.googleapis.com/projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:demo:chat"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# grants/project/landbridge-empty, for batch-vm, chat, reports
resource "google_project_iam_member" "project_landbridge_empty_aiplatform_user_81fe5c81" {
  project = "landbridge-empty"
  role    = "roles/aiplatform.user"
  member  = "serviceAccount:${google_service_account.batch_vm.email}"
}

# grants/project/landbridge-empty, for batch-vm, chat, reports
resource "google_project_iam_member" "project_landbridge_empty_aiplatform_user_3feec573" {
  project = "landbridge-empty"
  role    = "roles/aiplatform.user"
  member  = "serviceAccount:${google_service_account.reports.email}"
}

# grants/account/reports@landbridge-empty.iam.gserviceaccount.com, for reports
resource "google_service_account_iam_member" "account_reports_landbridge_empty_iam_gserviceaccount_com_iam_workloadidentityuser_a1659954" {
  service_account_id = google_service_account.reports.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure/subject/${azurerm_user_assigned_identity.reports.principal_id}"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# grants/account/batch-vm@landbridge-empty.iam.gserviceaccount.com, for batch-vm
resource "google_service_account_iam_member" "account_batch_vm_landbridge_empty_iam_gserviceaccount_com_iam_workloadidentityuser_e6eaab6a" {
  service_account_id = google_service_account.batch_vm.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure/subject/${azurerm_user_assigned_identity.batch_vm.principal_id}"

  depends_on = [google_iam_workload_identity_pool.azure]
}

# namespace/aks-one/demo, for chat, reports
resource "kubernetes_labels" "aks_one_demo" {
  provider      = kubernetes.aks_one
  api_version   = "v1"
  kind          = "Namespace"
  field_manager = "landbridge-setup"

  metadata {
    name = "demo"
  }

  labels = {
    "landbridge.dev/inject" = "enabled"
    "landbridge.dev/joined" = "example"
  }
}

# namespace/aks-two/demo, for chat
resource "kubernetes_labels" "aks_two_demo" {
  provider      = kubernetes.aks_two
  api_version   = "v1"
  kind          = "Namespace"
  field_manager = "landbridge-setup"

  metadata {
    name = "demo"
  }

  labels = {
    "landbridge.dev/inject" = "enabled"
    "landbridge.dev/joined" = "example"
  }
}

# kubernetes-account/aks-one/demo/chat, for chat
resource "kubernetes_service_account_v1" "aks_one_demo_chat" {
  provider = kubernetes.aks_one

  metadata {
    name      = "chat"
    namespace = "demo"

    labels = {
      "landbridge.dev/setup" = "example"
    }

    annotations = {
      "landbridge.dev/location"      = "us-central1"
      "landbridge.dev/mode"          = "credentials"
      "landbridge.dev/project"       = "landbridge-empty"
      "landbridge.dev/provider"      = "projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure/providers/aks-one"
      "landbridge.dev/token-seconds" = "7200"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.azure_aks_one,
    kubernetes_labels.aks_one_demo,
  ]
}

# kubernetes-account/aks-two/demo/chat, for chat
resource "kubernetes_service_account_v1" "aks_two_demo_chat" {
  provider = kubernetes.aks_two

  metadata {
    name      = "chat"
    namespace = "demo"

    labels = {
      "landbridge.dev/setup" = "example"
    }

    annotations = {
      "landbridge.dev/location"      = "us-central1"
      "landbridge.dev/mode"          = "credentials"
      "landbridge.dev/project"       = "landbridge-empty"
      "landbridge.dev/provider"      = "projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure-two/providers/aks-two"
      "landbridge.dev/token-seconds" = "7200"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.azure_two_aks_two,
    kubernetes_labels.aks_two_demo,
  ]
}

# kubernetes-account/aks-one/demo/reports, for reports
resource "kubernetes_service_account_v1" "aks_one_demo_reports" {
  provider = kubernetes.aks_one

  metadata {
    name      = "reports"
    namespace = "demo"

    labels = {
      "landbridge.dev/setup" = "example"
    }

    annotations = {
      "azure.workload.identity/client-id" = azurerm_user_assigned_identity.reports.client_id
      "azure.workload.identity/tenant-id" = "0a0b0c0d-1111-4222-8333-444455556666"
      "landbridge.dev/location"           = "us-central1"
      "landbridge.dev/mode"               = "metadata"
      "landbridge.dev/project"            = "landbridge-empty"
      "landbridge.dev/provider"           = "projects/${data.google_project.landbridge_empty.number}/locations/global/workloadIdentityPools/azure/providers/entra"
      "landbridge.dev/route"              = "entra"
      "landbridge.dev/service-account"    = "reports@landbridge-empty.iam.gserviceaccount.com"
      "landbridge.dev/token-seconds"      = "7200"
    }
  }

  depends_on = [
    google_iam_workload_identity_pool_provider.azure_entra,
    kubernetes_labels.aks_one_demo,
  ]
}
