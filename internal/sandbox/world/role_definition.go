package world

import (
	"slices"
	"strings"
)

// RoleDefinition is a role of Azure: what it allows where it is assigned.
type RoleDefinition struct {
	ID          string // GUID
	Name        string // as people know it: Reader
	Description string
	Custom      bool
	// Actions, less NotActions, and DataActions may have stars.
	Actions, NotActions, DataActions []string
	// AssignableScopes of a custom role; a built-in one can be assigned everywhere.
	AssignableScopes []string
}

// builtInRoles are those that a bridge, its operators and its vaults meet, with the ids that they have in every tenant. Source:
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
func builtInRoles() []RoleDefinition {
	const (
		support  = "Microsoft.Support/*"
		groups   = "Microsoft.Resources/subscriptions/resourceGroups/read"
		blobs    = "Microsoft.Storage/storageAccounts/blobServices/containers"
		files    = "Microsoft.Storage/storageAccounts/fileServices"
		keys     = "Microsoft.KeyVault/vaults/keys"
		secrets  = "Microsoft.KeyVault/vaults/secrets"
		rbacRead = "Microsoft.Authorization/*/read"
	)
	return []RoleDefinition{
		{ID: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", Name: "Owner", Description: "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.", Actions: []string{"*"}},
		{
			ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor",
			Description: "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure Blueprints, or share image galleries.",
			Actions:     []string{"*"}, NotActions: []string{"Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"},
		},
		{ID: "acdd72a7-3385-48ef-bd42-f606fba81ae7", Name: "Reader", Description: "View all resources, but does not allow you to make any changes.", Actions: []string{"*/read"}},
		{
			ID: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", Name: "User Access Administrator", Description: "Lets you manage user access to Azure resources.",
			Actions: []string{"*/read", "Microsoft.Authorization/*", support},
		},
		{
			ID: "f58310d9-a9f6-439a-9e8d-f62e7b41a168", Name: "Role Based Access Control Administrator",
			Description: "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to manage access using other ways, such as Azure Policy.",
			Actions:     []string{"Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete", "*/read", support},
		},
		{
			ID: "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", Name: "Managed Identity Contributor", Description: "Create, Read, Update, and Delete User Assigned Identity",
			Actions: []string{
				"Microsoft.ManagedIdentity/userAssignedIdentities/read", "Microsoft.ManagedIdentity/userAssignedIdentities/write", "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
				"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read", "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
				"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete", rbacRead, groups, support,
			},
		},
		{
			ID: "f1a07417-d97a-45cb-824c-7a7467783830", Name: "Managed Identity Operator", Description: "Read and Assign User Assigned Identity",
			Actions: []string{"Microsoft.ManagedIdentity/userAssignedIdentities/*/read", "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action", rbacRead, groups, support},
		},
		{
			ID: "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8", Name: "Azure Kubernetes Service Contributor Role", Description: "Grants access to read and write Azure Kubernetes Service clusters",
			Actions: []string{"Microsoft.ContainerService/managedClusters/read", "Microsoft.ContainerService/managedClusters/write", "Microsoft.ContainerService/locations/*", "Microsoft.Resources/deployments/*"},
		},
		{
			ID: "4abbcc35-e782-43d8-92c5-2d3f1bd2253f", Name: "Azure Kubernetes Service Cluster User Role", Description: "List cluster user credential action.",
			Actions: []string{"Microsoft.ContainerService/managedClusters/listClusterUserCredential/action", "Microsoft.ContainerService/managedClusters/read"},
		},
		{
			ID: "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", Name: "Storage Blob Data Owner", Description: "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access control.",
			Actions: []string{blobs + "/*", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"}, DataActions: []string{blobs + "/blobs/*"},
		},
		{
			ID: "ba92f5b4-2d11-453d-a403-e96b0029c9fe", Name: "Storage Blob Data Contributor", Description: "Allows for read, write and delete access to Azure Storage blob containers and data",
			Actions:     []string{blobs + "/delete", blobs + "/read", blobs + "/write", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"},
			DataActions: []string{blobs + "/blobs/delete", blobs + "/blobs/read", blobs + "/blobs/write", blobs + "/blobs/move/action", blobs + "/blobs/add/action"},
		},
		{
			ID: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", Name: "Storage Blob Data Reader", Description: "Allows for read access to Azure Storage blob containers and data",
			Actions: []string{blobs + "/read", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"}, DataActions: []string{blobs + "/blobs/read"},
		},
		{
			ID: "69566ab7-960f-475b-8e7c-b3118f30c6bd", Name: "Storage File Data Privileged Contributor",
			Description: "Customer has read, write, delete and modify NTFS permission access on Azure Storage file shares.",
			DataActions: []string{
				files + "/fileshares/files/read", files + "/fileshares/files/write", files + "/fileshares/files/delete", files + "/fileshares/files/modifypermissions/action",
				files + "/readFileBackupSemantics/action", files + "/writeFileBackupSemantics/action",
			},
		},
		{
			ID: "b8eda974-7b85-4f76-af95-65846b26df6d", Name: "Storage File Data Privileged Reader", Description: "Customer has read access on Azure Storage file shares.",
			DataActions: []string{files + "/fileshares/files/read", files + "/readFileBackupSemantics/action"},
		},
		{
			ID: "a795c7a0-d4a2-40c1-ae25-d81f01202912", Name: "Backup Reader", Description: "Can view backup services, but can't make changes",
			Actions: []string{
				"Microsoft.RecoveryServices/Vaults/read", "Microsoft.RecoveryServices/Vaults/*/read", "Microsoft.DataProtection/backupVaults/read", "Microsoft.DataProtection/backupVaults/*/read",
				"Microsoft.DataProtection/backupVaults/backupInstances/findRestorableTimeRanges/action", "Microsoft.DataProtection/locations/*/read", rbacRead, groups,
			},
		},
		{
			ID: "00c29273-979b-4161-815c-10b084fb9324", Name: "Backup Operator", Description: "Lets you manage backup services, except removal of backup, vault creation and giving access to others",
			Actions: []string{
				"Microsoft.RecoveryServices/Vaults/read", "Microsoft.RecoveryServices/Vaults/*/read", "Microsoft.RecoveryServices/Vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints/restore/action",
				"Microsoft.RecoveryServices/Vaults/backupTriggerValidateOperation/action", "Microsoft.RecoveryServices/Vaults/backupJobs/*",
				"Microsoft.DataProtection/backupVaults/read", "Microsoft.DataProtection/backupVaults/*/read", "Microsoft.DataProtection/backupVaults/backupInstances/*/action",
				"Microsoft.DataProtection/locations/*/read", rbacRead, groups, support,
			},
		},
		{
			ID: "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1", Name: "Storage Account Backup Contributor", Description: "Lets you perform backup and restore operations using Azure Backup on the storage account.",
			Actions: []string{
				blobs + "/read", blobs + "/write", "Microsoft.Storage/storageAccounts/blobServices/read", "Microsoft.Storage/storageAccounts/blobServices/write", "Microsoft.Storage/storageAccounts/read",
				"Microsoft.Storage/storageAccounts/restoreBlobRanges/action", "Microsoft.Storage/storageAccounts/objectReplicationPolicies/*", rbacRead, groups,
			},
		},
		{
			ID: "12338af0-0e69-4776-bea7-57ae8d297424", Name: "Key Vault Crypto User",
			Description: "Perform cryptographic operations using keys. Only works for key vaults that use the 'Azure role-based access control' permission model.",
			DataActions: []string{
				keys + "/read", keys + "/update/action", keys + "/backup/action", keys + "/encrypt/action", keys + "/decrypt/action", keys + "/wrap/action", keys + "/unwrap/action",
				keys + "/sign/action", keys + "/verify/action",
			},
		},
		{
			ID: "14b46e9e-c2b7-41b4-b07b-48a6ebf60603", Name: "Key Vault Crypto Officer",
			Description: "Perform any action on the keys of a key vault, except manage permissions. Only works for key vaults that use the 'Azure role-based access control' permission model.",
			Actions:     []string{rbacRead, groups, support, "Microsoft.KeyVault/vaults/read"}, DataActions: []string{keys + "/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"},
		},
		{
			ID: "4633458b-17de-408a-b874-0445c86b69e6", Name: "Key Vault Secrets User",
			Description: "Read secret contents. Only works for key vaults that use the 'Azure role-based access control' permission model.",
			DataActions: []string{secrets + "/getSecret/action", secrets + "/readMetadata/action"},
		},
		{
			ID: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", Name: "Key Vault Secrets Officer",
			Description: "Perform any action on the secrets of a key vault, except manage permissions. Only works for key vaults that use the 'Azure role-based access control' permission model.",
			Actions:     []string{rbacRead, groups, support, "Microsoft.KeyVault/vaults/read"}, DataActions: []string{secrets + "/*"},
		},
	}
}

// AddRoleDefinition puts a custom role into the world, replacing one with the same id.
func (w *World) AddRoleDefinition(d RoleDefinition) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.arm.custom == nil {
		w.arm.custom = map[string]RoleDefinition{}
	}
	d.Custom = true
	w.arm.custom[strings.ToLower(d.ID)] = d
}

// RoleDefinitions lists the roles in the order of names. Their lists are shared: treat them as read-only.
func (w *World) RoleDefinitions() []RoleDefinition {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.definitions()
}

func (w *World) definitions() []RoleDefinition {
	out := builtInRoles()
	for _, d := range w.arm.custom {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b RoleDefinition) int { return compare(a.Name, b.Name) })
	return out
}

func (w *World) definition(name string) (RoleDefinition, bool) {
	for _, d := range w.definitions() {
		if strings.EqualFold(d.Name, name) {
			return d, true
		}
	}
	return RoleDefinition{}, false
}

func (d RoleDefinition) allows(action string, data bool) bool {
	if data {
		return matchesAny(d.DataActions, action)
	}
	return matchesAny(d.Actions, action) && !matchesAny(d.NotActions, action)
}

func matchesAny(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(strings.ToLower(p), strings.ToLower(action)) })
}

// matches compares with a pattern in which a star stands for anything.
func matches(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, head)
	if !ok {
		return false
	}
	for i := 0; i <= len(text); i++ {
		if matches(rest, text[i:]) {
			return true
		}
	}
	return false
}
