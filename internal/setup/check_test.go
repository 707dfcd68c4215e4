package setup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/setup"
)

func TestTheExampleIsRight(t *testing.T) {
	t.Parallel()
	if found := setup.Check(example()); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// TestRules breaks the example in one place for each rule, and compares everything that Check says.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(*setup.Spec)
		want []string
	}{
		{"name", func(s *setup.Spec) { s.Name = "Prod" }, []string{
			`mistake setup.name: "Prod" is no name for a set-up; write 1 to 32 of a-z, 0-9 and -, beginning with a letter`,
		}},
		{"no project", func(s *setup.Spec) { s.Google.Project = ""; s.Workloads = s.Workloads[3:] }, []string{
			`mistake setup.google.project: is missing; write the project's id; gcloud projects list shows it`,
		}},
		{"project number", func(s *setup.Spec) { s.Google.Project = "123456" }, []string{
			`mistake setup.google.project: "123456" is a project number, the id is needed here; gcloud projects describe 123456 --format='value(projectId)'; the number goes into project_number`,
		}},
		{"project id", func(s *setup.Spec) { s.Google.Project = "My_Project" }, []string{
			`mistake setup.google.project: "My_Project" is not a project id: 6 to 30 of a-z, 0-9 and -, beginning with a letter; gcloud projects list shows PROJECT_ID`,
		}},
		{"number is an id", func(s *setup.Spec) { s.Google.Number = "my-project" }, []string{
			`mistake setup.google.project_number: "my-project" is not a number; principals and providers are named by the project's number, never its id; gcloud projects describe PROJECT_ID --format='value(projectNumber)'; or leave it out: it is read`,
		}},
		{"pool short", func(s *setup.Spec) { s.Google.Pool = "abc" }, []string{
			`mistake setup.google.pool: the pool id "abc" has 3 characters, 4 to 32 are allowed; write 4 to 32 of a-z, 0-9 and -`,
		}},
		{"pool letters", func(s *setup.Spec) { s.Clusters[0].Pool = "Azure" }, []string{
			`mistake setup.clusters[0].pool: the pool id "Azure" may hold a-z, 0-9 and - only; write 4 to 32 of a-z, 0-9 and -`,
		}},
		{"pool reserved", func(s *setup.Spec) { s.Google.Pool = "gcp-pool" }, []string{
			`mistake setup.google.pool: the pool id "gcp-pool" starts with "gcp-", which Google keeps for itself; choose another beginning`,
		}},
		{"provider long", func(s *setup.Spec) { s.Clusters[0].Provider = "aks-" + long(30) }, []string{
			`mistake setup.clusters[0].provider: the provider id "aks-` + long(30) + `" has 34 characters, 4 to 32 are allowed; write 4 to 32 of a-z, 0-9 and -`,
		}},
		{"provider of Entra", func(s *setup.Spec) { s.Clusters[0].Provider = "entra" }, []string{
			`mistake setup.clusters[0].provider: "entra" is the provider that trusts Entra in this pool; write another provider, such as aks-prod`,
		}},
		{"no azure", func(s *setup.Spec) { s.Azure = setup.Azure{} }, []string{
			`mistake setup.azure.subscription: is missing, and a managed identity is to be made; az account show --query id -o tsv`,
			`mistake setup.azure.resource_group: is missing, and a managed identity is to be made; az group list --query '[].name' -o tsv`,
			`mistake setup.azure.location: is missing, and a managed identity is to be made; write the region of the identities, such as westeurope`,
			`mistake setup.azure.tenant_id: is missing, and a managed identity is to be made; az account show --query tenantId -o tsv`,
		}},
		{"tenant", func(s *setup.Spec) { s.Azure.Tenant = "contoso.onmicrosoft.com" }, []string{
			`mistake setup.azure.tenant_id: "contoso.onmicrosoft.com" is not a tenant's id, which is a GUID; Entra's tokens name it in iss and tid; az account show --query tenantId -o tsv`,
		}},
		{"subscription", func(s *setup.Spec) { s.Azure.Subscription = "prod" }, []string{
			`mistake setup.azure.subscription: "prod" is not a subscription's id, which is a GUID; az account show --query id -o tsv`,
		}},
		{"no workloads", func(s *setup.Spec) { s.Workloads = nil }, []string{
			`warning setup.workloads: is empty: apply removes all that this set-up made for workloads; write at least one, or run landbridge setup destroy`,
		}},

		{"cluster name", func(s *setup.Spec) { s.Clusters[0].Name = "-x"; s.Workloads = s.Workloads[2:] }, []string{
			`mistake setup.clusters[0].name: "-x" is no name of a cluster: 1 to 63 letters, digits, - and _; az aks list --query '[].name' -o tsv`,
		}},
		{"cluster twice", func(s *setup.Spec) { second(s).Name = "prod" }, []string{
			`mistake setup.clusters[1].name: "prod" is clusters[0] too: workloads could not tell them apart; name each cluster once; of two AKS clusters with one name, only one can be in a file`,
			`warning setup.clusters[1].pool: shares the pool "azure" with clusters[0] (prod), and their accounts have the same subjects: NAMESPACE/ACCOUNT of one is NAMESPACE/ACCOUNT of the other to Google; give each trust boundary a pool of its own, or each cluster a subject_prefix`,
		}},
		{"provider twice", func(s *setup.Spec) { second(s).Provider = "aks-prod"; s.Clusters[1].SubjectPrefix = "dev" }, []string{
			`mistake setup.clusters[1].provider: "aks-prod" in the pool "azure" is the provider of clusters[0] too; a provider trusts one issuer; write another provider`,
			`warning setup.clusters[1].pool: shares the pool "azure" with clusters[0] (prod): who may change one provider can become anyone of the pool; give each trust boundary a pool of its own where different people run the clusters`,
		}},
		{"issuer twice", func(s *setup.Spec) {
			second(s).Pool = "developers"
			s.Clusters[0].Issuer, s.Clusters[1].Issuer = "https://k8s.example/a", "https://k8s.example/a/"
		}, []string{
			`warning setup.clusters[1].issuer: is the issuer of clusters[0] too: their accounts are the same to both clouds; give each cluster an issuer of its own`,
		}},
		{"AKS without a group", func(s *setup.Spec) { s.Clusters[0].ResourceGroup = "" }, []string{
			`mistake setup.clusters[0].resource_group: is missing: an AKS cluster is found by it; write it here or in setup.azure; or write the issuer of a cluster that is not AKS`,
		}},
		{"issuer scheme", func(s *setup.Spec) { s.Clusters[0].Issuer = "http://k8s.example" }, []string{
			`mistake setup.clusters[0].issuer: an issuer must be https; Google says: Invalid OIDC issuer URI. The scheme must be https.; kubectl get --raw /.well-known/openid-configuration shows the issuer; copy it to the letter`,
		}},
		{"issuer host", func(s *setup.Spec) { s.Clusters[0].Issuer = "k8s.example" }, []string{
			`mistake setup.clusters[0].issuer: "k8s.example" is not a URL with a host; kubectl get --raw /.well-known/openid-configuration shows the issuer; copy it to the letter`,
		}},
		{"issuer query", func(s *setup.Spec) { s.Clusters[0].Issuer = "https://k8s.example/?a=b" }, []string{
			`mistake setup.clusters[0].issuer: an issuer has no query, fragment or user; kubectl get --raw /.well-known/openid-configuration shows the issuer; copy it to the letter`,
		}},
		{"issuer is Entra", func(s *setup.Spec) { s.Clusters[0].Issuer = "https://sts.windows.net/" + tenant + "/" }, []string{
			`mistake setup.clusters[0].issuer: this is Entra, which signs for a whole tenant, and no cluster: use the route entra; kubectl get --raw /.well-known/openid-configuration shows the issuer; copy it to the letter`,
		}},
		{"issuer is Google", func(s *setup.Spec) { s.Clusters[0].Issuer = "https://accounts.google.com" }, []string{
			`mistake setup.clusters[0].issuer: this is Google, and no cluster; kubectl get --raw /.well-known/openid-configuration shows the issuer; copy it to the letter`,
		}},
		{"keys without a context", func(s *setup.Spec) { s.Clusters[0].UploadKeys, s.Clusters[0].Context = true, "" }, []string{
			`mistake setup.clusters[0].upload_keys: needs a context: the keys are read from the cluster's own API; write context; kubectl config get-contexts lists them`,
		}},
		{"prefix letters", func(s *setup.Spec) { s.Clusters[0].SubjectPrefix = "it's" }, []string{
			`mistake setup.clusters[0].subject_prefix: "it's" may hold letters, digits, _, . and - only: it is part of a CEL text and of principals; write a short word, such as prod`,
		}},
		{"prefix system", func(s *setup.Spec) { s.Clusters[0].SubjectPrefix = "system" }, []string{
			`mistake setup.clusters[0].subject_prefix: "system" makes subjects that look like those of clusters without a prefix; write a short word, such as prod`,
		}},

		{"workload name", func(s *setup.Spec) { s.Workloads[0].Name = "Chat Bot" }, []string{
			`mistake setup.workloads[0].name: "Chat Bot" is no name for a workload; write 1 to 63 of a-z, 0-9 and -`,
		}},
		{"workload twice", func(s *setup.Spec) { s.Workloads[1].Name = "chat" }, []string{
			`mistake setup.workloads[1].name: "chat" is workloads[0] too; give each workload a name of its own`,
		}},
		{"no home", func(s *setup.Spec) { s.Workloads[0].Kubernetes = nil }, []string{
			`mistake setup.workloads[0]: has no home: nothing proves who it is; write kubernetes, managed_identity or google_account`,
		}},
		{"two homes", func(s *setup.Spec) { s.Workloads[3].ManagedIdentity = "training" }, []string{
			`mistake setup.workloads[3].google_account: is a second home: a workload runs on one shore; make two workloads of it`,
		}},
		{"no far shore", func(s *setup.Spec) { s.Workloads[0].ToGoogle = nil }, []string{
			`mistake setup.workloads[0]: has no far shore: there is no to_google; write to_google`,
		}},
		{"no far shore from Google", func(s *setup.Spec) { s.Workloads[3].ToAzure = nil }, []string{
			`mistake setup.workloads[3]: has no far shore: it is at home on Google and there is no to_azure; write to_azure`,
		}},
		{"far shore is home", func(s *setup.Spec) {
			s.Workloads[0].ToAzure = s.Workloads[3].ToAzure
			s.Workloads = s.Workloads[:3]
		}, []string{
			`mistake setup.workloads[0].to_azure: is where this workload is at home already; give the roles to its managed identity itself, and write to_google`,
		}},
		{"far shore is home on Google", func(s *setup.Spec) {
			s.Workloads[3].ToGoogle = &setup.ToGoogle{Roles: []string{"roles/aiplatform.user"}}
		}, []string{
			`mistake setup.workloads[3].to_google: is where this workload is at home already; give the roles to training itself, and write to_azure`,
		}},
		{"identity on the direct route", func(s *setup.Spec) { s.Workloads[0].ManagedIdentity = "chat" }, []string{
			`mistake setup.workloads[0].managed_identity: plays no part in the route direct, where Google trusts the cluster; a token that Entra takes too would open both clouds; take it out, or write route: entra`,
		}},
		{"entra without identity", func(s *setup.Spec) { s.Workloads[1].ManagedIdentity = "" }, []string{
			`mistake setup.workloads[1].managed_identity: is missing: on the route entra the account becomes a managed identity first; write the name of a user-assigned identity; it is made if it is not there`,
		}},
		{"entra without kubernetes", func(s *setup.Spec) { s.Workloads[2].Route = setup.Entra }, []string{
			`mistake setup.workloads[2].route: is for kubernetes: a managed identity goes through Entra anyway; take it out`,
		}},
		{"unknown route", func(s *setup.Spec) { s.Workloads[0].Route = "aws" }, []string{
			`mistake setup.workloads[0].route: "aws" is no route; write direct or entra`,
		}},
		{"entra with a credential file", func(s *setup.Spec) { s.Workloads[1].Kubernetes.Mode = "credentials" }, []string{
			`mistake setup.workloads[1].kubernetes.mode: credentials is not possible on the route entra: an SDK's credential file cannot ask Entra for the token; write mode: metadata`,
		}},
		{"unknown mode", func(s *setup.Spec) { s.Workloads[0].Kubernetes.Mode = "magic" }, []string{
			`mistake setup.workloads[0].kubernetes.mode: "magic" is no mode; write credentials or metadata`,
		}},
		{"namespace", func(s *setup.Spec) { s.Workloads[0].Kubernetes.Namespace = "team-*" }, []string{
			`mistake setup.workloads[0].kubernetes.namespace: "team-*" is no namespace: 1 to 63 of a-z, 0-9 and -; kubectl get namespaces; patterns are not possible, each account is named`,
		}},
		{"account", func(s *setup.Spec) { s.Workloads[0].Kubernetes.ServiceAccount = "Chat" }, []string{
			`mistake setup.workloads[0].kubernetes.service_account: "Chat" is no service account: 1 to 253 of a-z, 0-9, - and .; kubectl get serviceaccounts; patterns are not possible, each account is named`,
		}},
		{"default account", func(s *setup.Spec) { s.Workloads[0].Kubernetes.ServiceAccount = "default" }, []string{
			`warning setup.workloads[0].kubernetes.service_account: "default" is what every pod of the namespace runs as that names no other: all of them would cross; make an account of its own for the workload`,
		}},
		{"token too short", func(s *setup.Spec) { s.Workloads[0].Kubernetes.TokenSeconds = 600 }, []string{
			`mistake setup.workloads[0].kubernetes.token_seconds: 600 is not from 3600 to 86400; write 7200`,
		}},
		{"token of an hour", func(s *setup.Spec) { s.Workloads[0].Kubernetes.TokenSeconds = 3600 }, []string{
			`warning setup.workloads[0].kubernetes.token_seconds: a token of 3600 s is renewed when a fifth of its life is left, so Google's token may last 12 minutes only; write 7200`,
		}},
		{"no clusters", func(s *setup.Spec) { s.Workloads[0].Kubernetes.Clusters = nil }, []string{
			`mistake setup.workloads[0].kubernetes.clusters: is empty; name at least one of setup.clusters`,
		}},
		{"unknown cluster", func(s *setup.Spec) { s.Workloads[0].Kubernetes.Clusters = []string{"prdo"} }, []string{
			`mistake setup.workloads[0].kubernetes.clusters[0]: "prdo" is not in setup.clusters; add it there, or name one of [prod]`,
		}},
		{"cluster named twice", func(s *setup.Spec) { s.Workloads[0].Kubernetes.Clusters = []string{"prod", "prod"} }, []string{
			`mistake setup.workloads[0].kubernetes.clusters[1]: "prod" is named twice; name it once`,
		}},
		{"subject too long", func(s *setup.Spec) {
			s.Workloads[0].Kubernetes.Namespace, s.Workloads[0].Kubernetes.ServiceAccount = long(50), long(55)
		}, []string{
			`mistake setup.workloads[0].kubernetes.service_account: google.subject would be 128 bytes in prod (system:serviceaccount:` + long(18) + `…), 127 are allowed: every exchange would be refused; write a subject_prefix of at most 20 characters for the cluster prod: it takes the place of "system:serviceaccount:"`,
		}},
		{"subject at its most", func(s *setup.Spec) {
			s.Workloads[0].Kubernetes.Namespace, s.Workloads[0].Kubernetes.ServiceAccount = long(50), long(54)
		}, nil},
		{"subject at its most with a prefix", func(s *setup.Spec) {
			s.Clusters[0].SubjectPrefix = "p"
			s.Workloads[0].Kubernetes.Namespace, s.Workloads[0].Kubernetes.ServiceAccount = long(63), long(61)
		}, nil},
		{"subject too long for any prefix", func(s *setup.Spec) {
			s.Workloads[0].Kubernetes.Namespace, s.Workloads[0].Kubernetes.ServiceAccount = long(63), long(62)
		}, []string{
			`mistake setup.workloads[0].kubernetes.service_account: google.subject would be 148 bytes in prod (system:serviceaccount:` + long(18) + `…), 127 are allowed: every exchange would be refused; shorten the names`,
		}},
		{"subject prefix too long", func(s *setup.Spec) {
			s.Clusters[0].SubjectPrefix = long(40)
			s.Workloads[0].Kubernetes.Namespace, s.Workloads[0].Kubernetes.ServiceAccount = long(60), long(60)
		}, []string{
			`mistake setup.workloads[0].kubernetes.service_account: google.subject would be 162 bytes in prod (` + long(40) + `…), 127 are allowed: every exchange would be refused; write a subject_prefix of at most 5 characters for the cluster prod: it takes the place of "system:serviceaccount:"`,
		}},
		{"same account twice", func(s *setup.Spec) {
			w := s.Workloads[0]
			w.Name = "chat-two"
			s.Workloads = append(s.Workloads, w)
		}, []string{
			`mistake setup.workloads[4].kubernetes.service_account: team-chat/chat in prod is workloads[0] (chat) already: an account is one workload; put both into one workload, or give each an account of its own`,
		}},
		{"same account on both routes", func(s *setup.Spec) {
			s.Workloads[1].Kubernetes = s.Workloads[0].Kubernetes
			s.Workloads[1].Kubernetes.Mode = "metadata"
		}, []string{
			`mistake setup.workloads[1].kubernetes.service_account: team-chat/chat in prod is workloads[0] (chat) already: an account is one workload; put both into one workload, or give each an account of its own`,
		}},
		{"collision of two clusters", func(s *setup.Spec) {
			second(s)
			w := s.Workloads[0]
			k := *w.Kubernetes
			k.Clusters = []string{"dev"}
			w.Name, w.Kubernetes = "chat-dev", &k
			s.Workloads = append(s.Workloads, w)
		}, []string{
			`warning setup.clusters[1].pool: shares the pool "azure" with clusters[0] (prod), and their accounts have the same subjects: NAMESPACE/ACCOUNT of one is NAMESPACE/ACCOUNT of the other to Google; give each trust boundary a pool of its own, or each cluster a subject_prefix`,
			`mistake setup.workloads[4].kubernetes.service_account: team-chat/chat of dev is the same principal as workloads[0] (chat) of prod: the pool "azure" takes both clusters' subjects alike, so each gets what the other may do; write a subject_prefix for each cluster, or a pool for each`,
		}},
		{"one workload in two clusters of a pool", func(s *setup.Spec) {
			second(s)
			s.Workloads[0].Kubernetes.Clusters = []string{"prod", "dev"}
		}, []string{
			`warning setup.clusters[1].pool: shares the pool "azure" with clusters[0] (prod), and their accounts have the same subjects: NAMESPACE/ACCOUNT of one is NAMESPACE/ACCOUNT of the other to Google; give each trust boundary a pool of its own, or each cluster a subject_prefix`,
			`warning setup.workloads[0].kubernetes.clusters: team-chat/chat of prod and of dev is one principal, system:serviceaccount:team-chat:chat: neither can be told from the other or revoked alone; write a subject_prefix for each cluster, or a pool for each`,
		}},
		{"two clusters with a pool each", func(s *setup.Spec) {
			second(s).Pool = "developers"
			s.Workloads[0].Kubernetes.Clusters = []string{"prod", "dev"}
		}, nil},

		{"identity name", func(s *setup.Spec) { s.Workloads[2].ManagedIdentity = "a b" }, []string{
			`mistake setup.workloads[2].managed_identity: "a b" is no name of a user-assigned identity: 3 to 128 letters, digits, - and _, beginning with a letter or digit; az identity list --query '[].name' -o tsv`,
		}},
		{"account id", func(s *setup.Spec) { s.Workloads[2].ToGoogle.ServiceAccount = "vm" }, []string{
			`mistake setup.workloads[2].to_google.service_account: "vm" is no id of a service account: 6 to 30 of a-z, 0-9 and -, beginning with a letter and not ending with -; choose another id; or write the e-mail of an account that is there`,
		}},
		{"account e-mail", func(s *setup.Spec) { s.Workloads[2].ToGoogle.ServiceAccount = "me@example.com" }, []string{
			`mistake setup.workloads[2].to_google.service_account: "me@example.com" is not the e-mail of a service account; NAME@PROJECT.iam.gserviceaccount.com; gcloud iam service-accounts list shows it`,
		}},
		{"account of ours by e-mail", func(s *setup.Spec) {
			s.Workloads[2].ToGoogle.ServiceAccount = "batch-vm@my-vertex-project.iam.gserviceaccount.com"
		}, []string{
			`warning setup.workloads[2].to_google.service_account: batch-vm@my-vertex-project.iam.gserviceaccount.com is of this project: named by its e-mail, it must be there already; write batch-vm to have it made`,
		}},
		{"default compute account", func(s *setup.Spec) {
			s.Workloads[2].ToGoogle.ServiceAccount = "123-compute@developer.gserviceaccount.com"
		}, []string{
			`warning setup.workloads[2].to_google.service_account: 123-compute@developer.gserviceaccount.com is an account that Google made: it often has roles/editor, and many programs share it; make an account of this workload's own`,
		}},
		{"home in the default compute account", func(s *setup.Spec) { s.Workloads[3].GoogleAccount = "123-compute@developer.gserviceaccount.com" }, []string{
			`mistake setup.workloads[3].google_account: 123-compute@developer.gserviceaccount.com is an account that Google made and many programs share; use a service account of this workload's own`,
		}},
		{"shared account", func(s *setup.Spec) { s.Workloads[2].ToGoogle.ServiceAccount = "reports" }, []string{
			`warning setup.workloads[2].to_google.service_account: "reports@my-vertex-project.iam.gserviceaccount.com" is that of workloads[1] (reports) too: what one may do on Google, the other may, and revoke cannot disable it for one alone; give each workload its own`,
		}},
		{"shared identity", func(s *setup.Spec) { s.Workloads[2].ManagedIdentity = "Reports" }, []string{
			`warning setup.workloads[2].managed_identity: "reports" is that of workloads[1] (reports) too: to both clouds they are one; give each workload its own`,
		}},
		{"target number", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Projects = []string{"4711"} }, []string{
			`mistake setup.workloads[0].to_google.projects[0]: "4711" is a project number, the id is needed here; gcloud projects describe 4711 --format='value(projectId)'`,
		}},
		{"target id", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Projects = []string{"X"} }, []string{
			`mistake setup.workloads[0].to_google.projects[0]: "X" is not a project id; gcloud projects list shows PROJECT_ID`,
		}},
		{"target twice", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Projects = []string{"my-project", "my-project"} }, []string{
			`mistake setup.workloads[0].to_google.projects[1]: "my-project" is named twice; name it once`,
		}},
		{"no rights", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Permissions = nil }, []string{
			`mistake setup.workloads[0].to_google: may do nothing there: there are no roles, no permissions and no service account; write roles: [roles/aiplatform.user]`,
		}},
		{"owner", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Roles = []string{"roles/owner"} }, []string{
			`mistake setup.workloads[0].to_google.roles[0]: roles/owner may do everything in the project, and give itself more; write roles/aiplatform.user; or permissions, which become a role of just those`,
		}},
		{"editor", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Roles = []string{"roles/editor"} }, []string{
			`mistake setup.workloads[0].to_google.roles[0]: roles/editor may change nearly everything in the project; write roles/aiplatform.user; or permissions, which become a role of just those`,
		}},
		{"token creator in a project", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Roles = []string{"roles/iam.serviceAccountTokenCreator"} }, []string{
			`mistake setup.workloads[0].to_google.roles[0]: roles/iam.serviceAccountTokenCreator in a project it may become every service account of it; write to_google.service_account: the account to become; or permissions, which become a role of just those`,
		}},
		{"admin of Vertex", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Roles = []string{"roles/aiplatform.admin"} }, []string{
			`warning setup.workloads[0].to_google.roles[0]: roles/aiplatform.admin may delete models, endpoints and datasets; write roles/aiplatform.user where that is enough`,
		}},
		{"some admin", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Roles = []string{"roles/pubsub.admin"} }, []string{
			`warning setup.workloads[0].to_google.roles[0]: roles/pubsub.admin administers a service: a model call needs far less; write permissions, which become a role of just those`,
		}},
		{"role name", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Roles = []string{"Vertex AI User"} }, []string{
			`mistake setup.workloads[0].to_google.roles[0]: "Vertex AI User" is not the name of a role; write roles/NAME, or projects/PROJECT/roles/NAME`,
		}},
		{"role twice", func(s *setup.Spec) {
			s.Workloads[0].ToGoogle.Roles = []string{"roles/aiplatform.user", "roles/aiplatform.user"}
		}, []string{
			`mistake setup.workloads[0].to_google.roles[1]: "roles/aiplatform.user" is named twice; name it once`,
		}},
		{"permission name", func(s *setup.Spec) { s.Workloads[0].ToGoogle.Permissions = []string{"aiplatform.*"} }, []string{
			`mistake setup.workloads[0].to_google.permissions[0]: "aiplatform.*" is not the name of a permission; patterns are not possible; write SERVICE.RESOURCE.VERB, such as aiplatform.endpoints.predict`,
		}},
		{"permission that widens", func(s *setup.Spec) {
			s.Workloads[0].ToGoogle.Permissions = []string{"resourcemanager.projects.setIamPolicy", "iam.serviceAccounts.actAs"}
		}, []string{
			`mistake setup.workloads[0].to_google.permissions[0]: resourcemanager.projects.setIamPolicy lets its holder give itself more; take it out`,
			`mistake setup.workloads[0].to_google.permissions[1]: iam.serviceAccounts.actAs lets its holder give itself more; take it out`,
		}},

		{"no identity on Azure", func(s *setup.Spec) { s.Workloads[3].ToAzure.Identity = "" }, []string{
			`mistake setup.workloads[3].to_azure.identity: is missing: Entra gives tokens to a managed identity; write the name of a user-assigned identity; it is made if it is not there`,
		}},
		{"no roles on Azure", func(s *setup.Spec) { s.Workloads[3].ToAzure.Roles = nil }, []string{
			`warning setup.workloads[3].to_azure.roles: is empty: the identity may do nothing that is not granted elsewhere; write - Storage Blob Data Reader on /subscriptions/…`,
		}},
		{"form of a role on Azure", func(s *setup.Spec) { s.Workloads[3].ToAzure.Roles[0] = "Reader: " + storage }, []string{
			`mistake setup.workloads[3].to_azure.roles[0]: "Reader: ` + storage[:72] + `" is not of the form "ROLE on SCOPE"; write Storage Blob Data Reader on /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Storage/storageAccounts/ACCOUNT`,
		}},
		{"scope", func(s *setup.Spec) { s.Workloads[3].ToAzure.Roles[0] = "Reader on training" }, []string{
			`mistake setup.workloads[3].to_azure.roles[0]: "training" is no scope of Azure; az storage account show --name ACCOUNT --query id -o tsv shows one; it begins with /subscriptions/ and a GUID, and ends without a slash`,
		}},
		{"owner on Azure", func(s *setup.Spec) { s.Workloads[3].ToAzure.Roles[0] = "Owner on " + storage }, []string{
			`mistake setup.workloads[3].to_azure.roles[0]: Owner may do everything, and give itself more; write Storage Blob Data Reader, or another role on data`,
		}},
		{"contributor on Azure", func(s *setup.Spec) { s.Workloads[3].ToAzure.Roles[0] = "Contributor on " + storage }, []string{
			`warning setup.workloads[3].to_azure.roles[0]: Contributor may change everything, and reads account keys; write Storage Blob Data Reader or Contributor where that is enough`,
		}},
		{"all of a subscription", func(s *setup.Spec) {
			s.Workloads[3].ToAzure.Roles[0] = "Storage Blob Data Reader on /subscriptions/" + subscription
		}, []string{
			`warning setup.workloads[3].to_azure.roles[0]: the scope is /subscriptions/` + subscription + `, all of a subscription or more; name the storage account, or the container in it`,
		}},
		{"role on Azure twice", func(s *setup.Spec) {
			s.Workloads[3].ToAzure.Roles = append(s.Workloads[3].ToAzure.Roles, s.Workloads[3].ToAzure.Roles[0])
		}, []string{
			`mistake setup.workloads[3].to_azure.roles[1]: is named twice; name it once`,
		}},

		{"twenty-one credentials", func(s *setup.Spec) { many(s, 21, setup.Entra) }, []string{
			`mistake setup.workloads[20].managed_identity: the identity crowd would have 21 federated credentials (one for each account in each cluster), Azure allows 20; spread the accounts over several identities, or take the route direct`,
		}},
		{"a condition that is too long", func(s *setup.Spec) { many(s, 110, setup.Direct) }, []string{
			`mistake setup.clusters[0].provider: the condition that pins its 110 accounts would have 4404 characters, Google allows 4096; put some of its workloads into a second file with another name, whose cluster has another provider id and pool; or let them take the route entra, where one identity is one entry`,
		}},
		{"a condition that just fits", func(s *setup.Spec) { many(s, 100, setup.Direct) }, nil},
		{"an Entra condition that is too long", func(s *setup.Spec) {
			w := s.Workloads[2]
			s.Workloads = nil
			for i := range 110 {
				w.Name, w.ManagedIdentity, w.ToGoogle = fmt.Sprint("vm-", i), fmt.Sprint("vm-", i), &setup.ToGoogle{Roles: []string{"roles/aiplatform.user"}}
				s.Workloads = append(s.Workloads, w)
			}
		}, []string{
			`mistake setup.azure: the condition that pins its 110 accounts would have 4476 characters, Google allows 4096; let accounts that may be told apart less become one identity, or write a second file with a pool of its own`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := example()
			c.do(&s)
			var got []string
			for _, p := range setup.Check(s) {
				if strings.Contains(p.Text, "is that of workloads[") && strings.Contains(c.name, "credentials") {
					continue // the crowd shares its identity, which is told of each
				}
				got = append(got, string(p.Severity)+" "+p.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Check says (-want +got):\n%s", diff)
			}
		})
	}
}
