package setup

import (
	"fmt"
	"slices"
	"strings"
)

// narrower are roles that give far more than a model call needs, and what to give in their place. A role that is refused
// would let the workload give itself every other.
var narrower = map[string]struct {
	refused bool
	why     string
	use     string
}{
	"roles/owner":  {true, "may do everything in the project, and give itself more", "roles/aiplatform.user"},
	"roles/editor": {true, "may change nearly everything in the project", "roles/aiplatform.user"},
	"roles/viewer": {false, "may read nearly everything in the project", "roles/aiplatform.user"},

	"roles/iam.serviceAccountTokenCreator":       {true, "in a project it may become every service account of it", "to_google.service_account: the account to become"},
	"roles/iam.serviceAccountUser":               {true, "in a project it may attach every service account of it", "to_google.service_account: the account to become"},
	"roles/iam.workloadIdentityUser":             {true, "in a project it may become every service account of it", "to_google.service_account: the account to become"},
	"roles/iam.serviceAccountKeyAdmin":           {true, "may make keys, which this tool does without", "roles/aiplatform.user"},
	"roles/aiplatform.serviceAgent":              {true, "is Google's own, for its service agents", "roles/aiplatform.user"},
	"roles/aiplatform.customCodeServiceAgent":    {true, "is Google's own, for its service agents", "roles/aiplatform.user"},
	"roles/resourcemanager.projectIamAdmin":      {true, "may give itself every role", "roles/aiplatform.user"},
	"roles/resourcemanager.projectDeleter":       {true, "may delete the project", "roles/aiplatform.user"},
	"roles/iam.securityAdmin":                    {true, "may give itself every role", "roles/aiplatform.user"},
	"roles/iam.workloadIdentityPoolAdmin":        {true, "may change whom this bridge trusts", "roles/aiplatform.user"},
	"roles/iam.serviceAccountAdmin":              {true, "may give itself every service account", "roles/aiplatform.user"},
	"roles/aiplatform.admin":                     {false, "may delete models, endpoints and datasets", "roles/aiplatform.user"},
	"roles/storage.admin":                        {false, "may delete buckets and change who reads them", "roles/storage.objectViewer or roles/storage.objectUser"},
	"roles/bigquery.admin":                       {false, "may delete every dataset", "roles/bigquery.dataViewer with roles/bigquery.jobUser"},
	"roles/serviceusage.serviceUsageAdmin":       {false, "may switch APIs on and off", "roles/serviceusage.serviceUsageConsumer"},
	"roles/cloudbuild.builds.editor":             {true, "runs builds as an account that may do more", "roles/aiplatform.user"},
	"roles/deploymentmanager.editor":             {true, "acts as an account that may do nearly everything", "roles/aiplatform.user"},
	"roles/compute.instanceAdmin":                {false, "may make machines", "roles/aiplatform.user"},
	"roles/iam.organizationRoleAdmin":            {true, "may widen the roles that it has", "roles/aiplatform.user"},
	"roles/iam.roleAdmin":                        {true, "may widen the roles that it has", "roles/aiplatform.user"},
	"roles/resourcemanager.organizationAdmin":    {true, "may give itself every role", "roles/aiplatform.user"},
	"roles/resourcemanager.folderIamAdmin":       {true, "may give itself every role", "roles/aiplatform.user"},
	"roles/iam.serviceAccountOpenIdTokenCreator": {false, "in a project it may sign in as every service account of it", "to_google.service_account: the account to become"},
}

// widePermissions let their holder give itself more.
var widePermissions = []string{
	"iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt",
	"iam.serviceAccounts.implicitDelegation", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccountKeys.create",
	"iam.roles.update", "iam.workloadIdentityPools.update", "iam.workloadIdentityPoolProviders.create", "iam.workloadIdentityPoolProviders.update",
}

func (c *checker) toGoogle(at string, w *Workload) {
	to := w.ToGoogle
	if to.ServiceAccount != "" {
		if strings.Contains(to.ServiceAccount, "@") && !strings.HasSuffix(to.ServiceAccount, ".iam.gserviceaccount.com") && matches(accountEmails, to.ServiceAccount) {
			c.warn(at+"service_account", to.ServiceAccount+" is an account that Google made: it often has roles/editor, and many programs share it", "make an account of this workload's own")
		} else {
			c.accountName(at+"service_account", to.ServiceAccount)
		}
	}
	for i, project := range to.Projects {
		path := fmt.Sprintf("%sprojects[%d]", at, i)
		switch {
		case onlyDigits(project):
			c.mistake(path, quoted(project)+" is a project number, the id is needed here", "gcloud projects describe "+project+" --format='value(projectId)'")
		case !matches(projectIDs, project):
			c.mistake(path, quoted(project)+" is not a project id", "gcloud projects list shows PROJECT_ID")
		case slices.Contains(to.Projects[:i], project):
			c.mistake(path, quoted(project)+" is named twice", "name it once")
		}
	}
	for i, role := range to.Roles {
		path := fmt.Sprintf("%sroles[%d]", at, i)
		wide, known := narrower[role]
		switch {
		case !matches(roleNames, role):
			c.mistake(path, quoted(role)+" is not the name of a role", "write roles/NAME, or projects/PROJECT/roles/NAME")
		case known && wide.refused:
			c.mistake(path, role+" "+wide.why, "write "+wide.use+"; or permissions, which become a role of just those")
		case known:
			c.warn(path, role+" "+wide.why, "write "+wide.use+" where that is enough")
		case adminRole(role):
			c.warn(path, role+" administers a service: a model call needs far less", "write permissions, which become a role of just those")
		case slices.Contains(to.Roles[:i], role):
			c.mistake(path, quoted(role)+" is named twice", "name it once")
		}
	}
	for i, permission := range to.Permissions {
		path := fmt.Sprintf("%spermissions[%d]", at, i)
		switch {
		case !matches(permissionNames, permission):
			c.mistake(path, quoted(permission)+" is not the name of a permission; patterns are not possible", "write SERVICE.RESOURCE.VERB, such as aiplatform.endpoints.predict")
		case strings.HasSuffix(permission, ".setIamPolicy"), slices.Contains(widePermissions, permission):
			c.mistake(path, permission+" lets its holder give itself more", "take it out")
		}
	}
	if len(to.Roles) == 0 && len(to.Permissions) == 0 && to.ServiceAccount == "" {
		c.mistake(strings.TrimSuffix(at, "."), "may do nothing there: there are no roles, no permissions and no service account", "write roles: [roles/aiplatform.user]")
	}
	for _, project := range to.Projects {
		if len(to.Permissions) > 0 && strings.Contains(project, ":") {
			c.warn(at+"permissions", "custom roles of the domain-scoped project "+project+" need an organisation's consent", "write roles there")
		}
	}
}

// adminRole: Google names the roles that administer a service so.
func adminRole(role string) bool {
	name, predefined := strings.CutPrefix(role, "roles/")
	return predefined && (strings.HasSuffix(strings.ToLower(name), "admin") || strings.HasSuffix(name, ".owner"))
}

// wideAzure are Azure's roles that give far more than reading or writing data.
var wideAzure = map[string]struct {
	refused bool
	why     string
}{
	"owner":                     {true, "may do everything, and give itself more"},
	"user access administrator": {true, "may give itself every role"},
	"role based access control administrator": {true, "may give itself every role"},
	"contributor":                  {false, "may change everything, and reads account keys"},
	"storage account contributor":  {false, "reads the account's keys, which open it without any identity"},
	"storage blob data owner":      {false, "may change who reads the blobs"},
	"managed identity contributor": {true, "may become every managed identity of the scope"},
	"managed identity operator":    {true, "may become every managed identity of the scope"},
}

// wideByID are the same by the GUIDs of their definitions, which a file may name too
// (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles).
var wideByID = map[string]string{
	"8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "owner",
	"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "user access administrator",
	"f58310d9-a9f6-439a-9e8d-f62e7b41a168": "role based access control administrator",
	"b24988ac-6180-42a0-ab88-20f7382dd24c": "contributor",
	"17d1049b-9a84-46fb-8f53-869881c3d3ab": "storage account contributor",
	"b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "storage blob data owner",
	"e40ec5ca-96e0-45a2-b4ff-59039f2c2b59": "managed identity contributor",
	"f1a07417-d97a-45cb-824c-7a7467783830": "managed identity operator",
}

func (c *checker) toAzure(at string, to *ToAzure) {
	if to.Identity == "" {
		c.mistake(at+"identity", "is missing: Entra gives tokens to a managed identity", "write the name of a user-assigned identity; it is made if it is not there")
	} else {
		c.identityName(at+"identity", to.Identity)
	}
	if len(to.Roles) == 0 {
		c.warn(at+"roles", "is empty: the identity may do nothing that is not granted elsewhere", "write - Storage Blob Data Reader on /subscriptions/…")
	}
	for i, text := range to.Roles {
		path := fmt.Sprintf("%sroles[%d]", at, i)
		role, scope, ok := splitRole(text)
		if !ok {
			c.mistake(path, quoted(text)+` is not of the form "ROLE on SCOPE"`, "write Storage Blob Data Reader on /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Storage/storageAccounts/ACCOUNT")
			continue
		}
		if !matches(azureRoles, role) {
			c.mistake(path, quoted(role)+" is no name of a role", "az role definition list --query '[].roleName' -o tsv")
			continue
		}
		if !matches(scopes, scope) || slices.Contains(strings.Split(scope, "/"), "..") {
			c.mistake(path, quoted(scope)+" is no scope of Azure", "az storage account show --name ACCOUNT --query id -o tsv shows one; it begins with /subscriptions/ and a GUID, and ends without a slash")
			continue
		}
		name := strings.ToLower(role)
		if named, is := wideByID[name]; is {
			name = named
		}
		if wide, known := wideAzure[name]; known && wide.refused {
			c.mistake(path, role+" "+wide.why, "write Storage Blob Data Reader, or another role on data")
		} else if known {
			c.warn(path, role+" "+wide.why, "write Storage Blob Data Reader or Contributor where that is enough")
		}
		if parts := strings.Count(strings.Trim(scope, "/"), "/"); parts < 2 || strings.Contains(strings.ToLower(scope), "/managementgroups/") {
			c.warn(path, "the scope is "+scope+", all of a subscription or more", "name the storage account, or the container in it")
		}
		if slices.ContainsFunc(to.Roles[:i], func(s string) bool { return strings.EqualFold(s, text) }) {
			c.mistake(path, "is named twice", "name it once")
		}
	}
}
