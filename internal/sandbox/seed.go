package sandbox

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// The names of the default world. They never change, so that examples can be copied.
const (
	projectID     = "landbridge-demo"
	projectNumber = "104729104729"
	location      = "us-central1"
	zone          = "us-central1-b"
	endpointID    = "7919000000000000001"
	model         = "gemini-2.5-flash"
	embedding     = "text-embedding-005"
	claude        = "claude-sonnet-4-5@20250929"
	poolID        = "azure"
	providerID    = "aks-cluster"
	poolName      = "projects/" + projectNumber + "/locations/global/workloadIdentityPools/" + poolID
	callerEmail   = "vertex-caller@" + projectID + ".iam.gserviceaccount.com"
	jobEmail      = "vertex-job@" + projectID + ".iam.gserviceaccount.com"
	callerID      = "104729000000000000001"
	jobID         = "104729000000000000002"
	template      = "landbridge-guard" // of Model Armor
	bucketName    = "landbridge-demo-copies"
	emptyID       = "landbridge-empty"
	emptyNumber   = "209458209458"

	tenantID         = "0a0b0c0d-1111-4222-8333-444455556666"
	clusterID        = "5c1e3b7a-2f46-4d0b-9a51-0e6f7c8d9a10"
	productionIssuer = "https://swedencentral.oic.prod-aks.azure.com/" + tenantID + "/" + clusterID + "/"
	namespace        = "demo"
	serviceAccount   = "vertex-caller"
	subject          = "system:serviceaccount:" + namespace + ":" + serviceAccount

	subscriptionID = "11112222-3333-4444-8555-666677778888"
	resourceGroup  = "landbridge-demo"
	groupScope     = "/subscriptions/" + subscriptionID + "/resourceGroups/" + resourceGroup
	storageName    = "landbridgedemo"
	storageScope   = groupScope + "/providers/Microsoft.Storage/storageAccounts/" + storageName
	container      = "reports"
	blob           = "report.txt"

	workloadClient = "aaaa0001-0000-4000-8000-00000000c11e" // user-assigned: the AKS workload, the VM and the apps
	workloadObject = "aaaa0001-0000-4000-8000-000000000b1e"
	vmClient       = "aaaa0002-0000-4000-8000-00000000c11e" // system-assigned: the VM
	vmObject       = "aaaa0002-0000-4000-8000-000000000b1e"
	arcClient      = "aaaa0003-0000-4000-8000-00000000c11e" // system-assigned: the machine behind Arc
	arcObject      = "aaaa0003-0000-4000-8000-000000000b1e"
	readerClient   = "aaaa0004-0000-4000-8000-00000000c11e" // user-assigned: whom the Google job becomes
	readerObject   = "aaaa0004-0000-4000-8000-000000000b1e"

	// The audiences of Entra's token exchange: as it is asked for, and as it stands in a token.
	exchangeAudience = "api://AzureADTokenExchange"
	exchangeAppID    = "fb60f99c-7a34-4190-8149-302f77469936"
)

// seed fills a world with one of everything: a cluster whose workload may call Vertex, machines with managed identities
// that may too, and a Google job that may read a blob.
func seed(w *world.World, localIssuer string) error {
	seedAzure(w, localIssuer)
	seedAzureOperator(w)
	seedEmpty(w, strings.TrimSuffix(localIssuer, clusterID+"/"))
	if err := seedVaults(w); err != nil {
		return err
	}
	return seedGoogle(w, localIssuer)
}

func seedAzure(w *world.World, localIssuer string) {
	w.AddTenant(world.Tenant{ID: tenantID})
	// One cluster under two issuers: where this process can be found, and the name that it would have on AKS.
	keys := world.NewKeyRing()
	accounts := map[string]bool{namespace + "/" + serviceAccount: true, namespace + "/other": true, "default/default": true}
	w.AddCluster(world.Cluster{
		Name: "aks", TenantID: tenantID, Issuer: localIssuer, Keys: keys, Accounts: accounts,
		Managed: &world.ManagedCluster{Subscription: subscriptionID, ResourceGroup: resourceGroup, Location: azureLocation, OIDCIssuer: true, WorkloadIdentity: true},
	})
	w.AddCluster(world.Cluster{Name: "aks-production", TenantID: tenantID, Issuer: productionIssuer, Keys: keys, Accounts: accounts})

	const userAssigned = "Microsoft.ManagedIdentity/userAssignedIdentities"
	identity := func(kind, name, client, object string, roles []string, credentials ...trust.FederatedCredential) {
		w.AddIdentity(world.Identity{
			Name: name, TenantID: tenantID, ClientID: client, ObjectID: object, Managed: true, TokenVersion: 2, Roles: roles, Credentials: credentials,
			ResourceID: groupScope + "/providers/" + kind + "/" + name, Location: azureLocation,
		})
	}
	reads := []string{"Reader on " + groupScope, "Storage Blob Data Reader on " + storageScope, "Storage File Data Privileged Reader on " + storageScope}
	identity(userAssigned, "landbridge-workload", workloadClient, workloadObject, reads,
		trust.FederatedCredential{Name: "aks", Issuer: localIssuer, Subject: subject, Audiences: []string{exchangeAudience}},
		trust.FederatedCredential{Name: "aks-production", Issuer: productionIssuer, Subject: subject, Audiences: []string{exchangeAudience}})
	identity("Microsoft.Compute/virtualMachines", "landbridge-vm", vmClient, vmObject, nil)
	identity("Microsoft.HybridCompute/machines", "landbridge-arc", arcClient, arcObject, nil)
	identity(userAssigned, "google-reader", readerClient, readerObject, reads,
		trust.FederatedCredential{Name: "vertex-job", Issuer: world.GoogleIssuer, Subject: jobID, Audiences: []string{exchangeAudience}},
		trust.FederatedCredential{Name: "vertex-caller", Issuer: world.GoogleIssuer, Subject: callerID, Audiences: []string{exchangeAudience}})

	host := world.Host{Name: "vm-0", Location: azureLocation, SubscriptionID: subscriptionID, ResourceGroup: resourceGroup, VMID: "9b0d2a6e-73ac-4c1f-8f39-2f1de2a4b6c7", VMSize: "Standard_D2s_v5"}
	vm, app, arc := host, host, host
	vm.SystemAssigned, vm.UserAssigned = vmClient, []string{workloadClient}
	app.Name, app.UserAssigned = "app-0", []string{workloadClient}
	arc.Name, arc.SystemAssigned = "arc-0", arcClient
	w.SetHost(world.HostVM, vm)
	w.SetHost(world.HostApp, app)
	w.SetHost(world.HostFabric, app)
	w.SetHost(world.HostArc, arc)

	w.AddSubscription(world.Subscription{ID: subscriptionID, Name: "Landbridge demo", TenantID: tenantID, Groups: map[string]string{resourceGroup: azureLocation, emptyGroup: azureLocation}})
	w.AddStorageAccount(world.StorageAccount{
		Name: storageName, TenantID: tenantID, ResourceID: storageScope,
		Versioning: true, Retention: 7, ChangeFeed: true, // as operational backup has it
		Containers: map[string]map[string][]byte{container: {blob: []byte(report)}},
	})
}

// report is a blob that is worth a summary.
const report = `The bridge opened in March and carried 12,400 crossings in its first week. Crossings grew by a third in April.
Two outages were seen, both on the far shore, and both ended within four minutes. No token outlived its hour.
The team removed 41 keys, the last of them in May. Costs fell because nothing has to be rotated by hand.
Next, the second cluster joins the bridge in June.
`

func seedGoogle(w *world.World, localIssuer string) error {
	aks := trust.ProviderName{Project: projectNumber, Pool: poolID, Provider: providerID}
	clusterWorkload := string(aks.Principal(subject))
	machines := []string{string(aks.Principal(workloadObject)), string(aks.Principal(vmObject)), string(aks.Principal(arcObject))}

	services := map[string]bool{}
	for _, api := range []string{"aiplatform", "iamcredentials", "sts", "iam", "cloudresourcemanager", "serviceusage", "modelarmor", "dlp", "storage", "datalineage"} {
		services[api+".googleapis.com"] = true
	}
	models := map[string]bool{"publishers/anthropic/models/" + claude: true}
	for _, name := range []string{model, "gemini-2.5-pro", embedding, "gemini-embedding-001"} {
		models["publishers/google/models/"+name] = true
	}
	users := append([]string{"serviceAccount:" + callerEmail, "serviceAccount:" + jobEmail, clusterWorkload}, machines...)
	w.AddProject(world.Project{
		ID: projectID, Number: projectNumber, Billing: true, Services: services, Models: models,
		Endpoints: map[string]bool{"locations/" + location + "/endpoints/" + endpointID: true},
		Templates: map[string]bool{"locations/" + location + "/templates/" + template: true},
		Policy: world.Policy{Bindings: append(operatorBindings(), []world.Binding{
			{Role: "roles/aiplatform.user", Members: users},
			{Role: "roles/modelarmor.user", Members: users},
			{Role: "roles/datalineage.producer", Members: users},
			{Role: "roles/dlp.user", Members: users},
			{Role: "roles/serviceusage.serviceUsageConsumer", Members: []string{"serviceAccount:" + callerEmail}},
		}...)},
	})
	// A project as it is after "gcloud projects create" and an account that pays: to be set up from the beginning.
	w.AddProject(world.Project{
		ID: emptyID, Number: emptyNumber, Billing: true, Models: models,
		Services: map[string]bool{"cloudresourcemanager.googleapis.com": true, "serviceusage.googleapis.com": true, "iam.googleapis.com": true},
		// The second role lets the operator try the way back of a Google account before its program runs: owners lack it.
		Policy: world.Policy{Bindings: []world.Binding{
			{Role: "roles/owner", Members: []string{"user:" + operatorName}},
			{Role: "roles/iam.serviceAccountOpenIdTokenCreator", Members: []string{"user:" + operatorName}},
		}},
	})
	w.AddServiceAccount(world.ServiceAccount{
		Email: callerEmail, UniqueID: callerID, ProjectID: projectID,
		Policy: world.Policy{Bindings: []world.Binding{{Role: "roles/iam.workloadIdentityUser", Members: append([]string{clusterWorkload}, machines...)}}},
	})
	w.AddServiceAccount(world.ServiceAccount{Email: jobEmail, UniqueID: jobID, ProjectID: projectID})
	w.SetInstance(world.Instance{
		Name: "vertex-job-0", ID: "1299709000000000001", Zone: zone, ProjectID: projectID, Account: jobEmail,
		Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"},
	})
	w.AddPool(world.Pool{Name: poolName})
	for _, p := range []trust.Provider{
		clusterProvider(providerID, localIssuer), clusterProvider("aks-production", productionIssuer),
		{
			Name: poolName + "/providers/entra", DisplayName: "Entra, managed identities",
			OIDC:             trust.OIDC{IssuerURI: "https://login.microsoftonline.com/" + tenantID + "/v2.0", AllowedAudiences: []string{exchangeAppID}},
			AttributeMapping: map[string]string{"google.subject": "assertion.sub", "attribute.tid": "assertion.tid"},
			// Every identity of the tenant can get a token with this audience: name those that are meant.
			AttributeCondition: fmt.Sprintf("assertion.tid == '%s' && assertion.sub in ['%s', '%s', '%s']", tenantID, workloadObject, vmObject, arcObject),
		},
	} {
		if err := addProvider(w, p); err != nil {
			return err
		}
	}
	return nil
}

// operatorBindings are the roles by which a person sets the project up.
func operatorBindings() []world.Binding {
	var out []world.Binding
	for _, role := range []string{
		"roles/owner", "roles/iam.workloadIdentityPoolAdmin", "roles/iam.serviceAccountAdmin", "roles/iam.roleAdmin",
		"roles/resourcemanager.projectIamAdmin", "roles/serviceusage.serviceUsageAdmin",
	} {
		out = append(out, world.Binding{Role: role, Members: []string{"user:" + operatorName}})
	}
	return out
}

func clusterProvider(name, issuer string) trust.Provider {
	return trust.Provider{
		Name: poolName + "/providers/" + name, DisplayName: "AKS", OIDC: trust.OIDC{IssuerURI: issuer},
		AttributeMapping:   map[string]string{"google.subject": "assertion.sub", "attribute.namespace": "assertion['kubernetes.io']['namespace']"},
		AttributeCondition: fmt.Sprintf("assertion['kubernetes.io']['namespace'] == '%s'", namespace),
	}
}

// addProvider puts a provider into its pool, replacing one with the same name, if Google would take it.
func addProvider(w *world.World, p trust.Provider) error {
	name, err := trust.ParseProviderName(p.Name)
	if err != nil {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopSTS, Code: "provider_refused", Text: err.Error(), Hint: "name it projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"}
	}
	if _, err := trust.Compile(p); err != nil {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopSTS, Code: "provider_refused", Text: err.Error(), Hint: "Google would refuse to create it"}
	}
	return w.UpdatePool(name.PoolName(), func(pool *world.Pool) error {
		pool.Providers[p.Name] = p
		return nil
	})
}
