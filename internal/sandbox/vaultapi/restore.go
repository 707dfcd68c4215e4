package vaultapi

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// What a restore writes with: the vault's identity on the target. The first is of Storage Account Backup Contributor, the second an
// action on data.
const (
	writeAccount = "Microsoft.Storage/storageAccounts/restoreBlobRanges/action"
	writeBlob    = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"
)

// instanceRestore is AzureBackupRecoveryPointBasedRestoreRequest, with the targets that Landbridge uses.
type instanceRestore struct {
	ObjectType string `json:"objectType"`
	Point      string `json:"recoveryPointId"`
	Store      string `json:"sourceDataStoreType"`
	Target     struct {
		ObjectType string `json:"objectType"`
		Option     string `json:"recoveryOption"`
		Location   string `json:"restoreLocation"`
		Source     struct {
			ResourceID string `json:"resourceID"`
		} `json:"datasourceInfo"`
		Criteria []struct {
			ObjectType string   `json:"objectType"`
			Path       string   `json:"itemPath"`
			Prefixes   []string `json:"subItemPathPrefix"`
		} `json:"restoreCriteria"`
		Details struct {
			Prefix string `json:"filePrefix"`
			URL    string `json:"url"`
			ARM    string `json:"targetResourceArmId"`
			Kind   string `json:"restoreTargetLocationType"`
		} `json:"targetDetails"`
	} `json:"restoreTargetInfo"`
}

// validateInstance answers 202; whether the vault may write to the target is said by the operation.
func (a *API) validateInstance(c *call) {
	var body struct {
		Request instanceRestore `json:"restoreRequestObject"`
	}
	if c.readBody(&body) {
		a.beginInstance(c, body.Request, "validateRestore/action", true)
	}
}

func (a *API) restoreInstance(c *call) {
	var body instanceRestore
	if c.readBody(&body) {
		a.beginInstance(c, body, "restore/action", false)
	}
}

func (a *API) beginInstance(c *call, body instanceRestore, action string, validate bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	vault, item, ok := a.item(c, action)
	if !ok || !a.guarded(c, vault) {
		return
	}
	point := a.resources[fold(item.ID+"/recoveryPoints/"+body.Point)]
	switch {
	case body.ObjectType != "AzureBackupRecoveryPointBasedRestoreRequest":
		c.problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend a "+body.ObjectType+". The real API may know it.")
		return
	case point == nil:
		c.problem(http.StatusBadRequest, "UserErrorRecoveryPointNotFound", "The recovery point '"+body.Point+"' was not found.")
		return
	}
	p := plan{item: item, point: point, account: body.Target.Source.ResourceID}
	for _, criterion := range body.Target.Criteria {
		if criterion.ObjectType != "ItemPathBasedRestoreCriteria" {
			c.problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend a "+criterion.ObjectType+". The real API may know it.")
			return
		}
		p.take = append(p.take, taking{criterion.Path, criterion.Prefixes})
	}
	action, data := writeAccount, false
	scope := p.account
	if body.Target.ObjectType == "RestoreFilesTargetInfo" {
		u, err := url.Parse(body.Target.Details.URL)
		if err != nil {
			c.problem(http.StatusBadRequest, "UserErrorInvalidRequestParameter", "The target's URL is not one.")
			return
		}
		p.container, p.prefix, scope = strings.Trim(u.Path, "/"), body.Target.Details.Prefix, body.Target.Details.ARM
		p.account, _, _ = strings.Cut(scope, "/blobServices/")
		action, data = writeBlob, true
	}
	o := &operation{vault: vault, validate: validate, plan: p, refused: a.judge(c, vault, point, p.account, scope, action, data)}
	location := "/subscriptions/" + c.part["sub"] + "/providers/Microsoft.DataProtection/locations/" + vault.Location
	a.accept(c, o, vault.ID+"/operationStatus", location+"/operationResults")
}

// judge is what the vault finds when it looks whether it can: the target, its own rights, the point's tier.
func (a *API) judge(c *call, vault, point *Resource, account, scope, action string, data bool) *Failure {
	found, err := c.world.StorageAccount(path.Base(account))
	allowed := c.world.Allowed
	if data {
		allowed = c.world.AllowedData
	}
	switch {
	case err != nil || !strings.EqualFold(found.ResourceID, account):
		return &Failure{"UserErrorAzureResourceNotFoundByPlugin", "The specified Azure resource is not found.", "For restore, check that both source and target storage account exist."}
	case vault.Principal != "" && !allowed(vault.Principal, action, scope):
		return &Failure{"UserErrorMissingRequiredPermissions", "Appropriate permissions to perform the operation is missing.", "Ensure that you've granted the appropriate permissions."}
	case archived(point):
		return &Failure{"UserErrorRecoveryPointNotRehydrated", "The recovery point is in the archive tier and has to be rehydrated first.", "Trigger a restore with rehydration."}
	}
	return nil
}

// archived says that all that is left of a point is in the archive tier.
func archived(point *Resource) bool {
	stores, _ := point.Properties["recoveryPointDataStoresDetails"].([]object)
	tiers, _ := point.Properties["recoveryPointTierDetails"].([]object)
	only := false
	for _, s := range append(stores, tiers...) {
		if s["status"] == "Deleted" {
			continue
		}
		if s["type"] != "ArchiveStore" && s["type"] != "ArchivedRP" || s["status"] == "Rehydrated" {
			return false
		}
		only = true
	}
	return only
}

// guarded refuses what a Resource Guard holds back: the vault's tag stands for its proxy.
func (a *API) guarded(c *call, vault *Resource) bool {
	if vault.Tags["sandbox-resource-guard"] == "" {
		return true
	}
	c.problem(http.StatusForbidden, "LinkedAuthorizationFailed", "The operation is protected by Resource Guard '"+vault.Tags["sandbox-resource-guard"]+"': the client does not have permission on it.")
	return false
}

// shareRestore is AzureFileShareRestoreRequest.
type shareRestore struct {
	ObjectType string `json:"objectType"`
	Recovery   string `json:"recoveryType"`
	Kind       string `json:"restoreRequestType"`
	Files      []struct {
		Path   string `json:"path"`
		Type   string `json:"fileSpecType"`
		Folder string `json:"targetFolderPath"`
	} `json:"restoreFileSpecs"`
	Target struct {
		Name string `json:"name"`
		ID   string `json:"targetResourceId"`
	} `json:"targetDetails"`
}

func (a *API) validateServices(c *call) {
	var body struct {
		ID         string `json:"id"`
		Properties struct {
			ObjectType string       `json:"objectType"`
			Request    shareRestore `json:"restoreRequest"`
		} `json:"properties"`
	}
	if !c.readBody(&body) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	vault, ok := a.vault(c, "backupTriggerValidateOperation/action")
	if !ok || !a.guarded(c, vault) {
		return
	}
	a.beginShare(c, vault, a.resources[fold(body.ID)], body.Properties.Request, true)
}

func (a *API) restoreServices(c *call) {
	var body struct {
		Properties shareRestore `json:"properties"`
	}
	if !c.readBody(&body) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	vault, item, ok := a.item(c, "recoveryPoints/restore/action")
	if !ok || !a.guarded(c, vault) {
		return
	}
	a.beginShare(c, vault, a.resources[fold(item.ID+"/recoveryPoints/"+c.part["point"])], body.Properties, false)
}

func (a *API) beginShare(c *call, vault, point *Resource, body shareRestore, validate bool) {
	switch {
	case body.ObjectType != "AzureFileShareRestoreRequest" || body.Recovery != "AlternateLocation":
		c.problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend a "+body.ObjectType+" to "+body.Recovery+". The real API may know it.")
		return
	case point == nil:
		c.problem(http.StatusBadRequest, "UserErrorRecoveryPointNotFound", "The recovery point was not found.")
		return
	}
	item := a.resources[fold(point.ID[:strings.LastIndex(fold(point.ID), "/recoverypoints/")])]
	p := plan{item: item, point: point, account: body.Target.ID, container: body.Target.Name, share: true}
	for _, f := range body.Files {
		if f.Folder != "" {
			p.prefix = strings.Trim(f.Folder, "/") + "/"
		}
		if body.Kind == "ItemLevelRestore" {
			p.take = append(p.take, taking{path: f.Path})
		}
	}
	o := &operation{vault: vault, validate: validate, plan: p}
	// The caller's own right on the target counts here, not the vault's.
	if !c.world.Allowed(c.who.ObjectID, writeAccount, p.account) {
		o.refused = &Failure{"UserErrorMissingRequiredPermissions", "The caller needs the role Storage Account Backup Contributor on the target storage account.", "Assign the role."}
	} else if archived(point) {
		o.refused = &Failure{"UserErrorRecoveryPointNotRehydrated", "The recovery point is in the archive tier and has to be rehydrated first.", "Trigger a restore with rehydration."}
	}
	if validate {
		a.accept(c, o, vault.ID+"/backupValidateOperationsStatuses", vault.ID+"/backupValidateOperationResults")
		return
	}
	a.accept(c, o, item.ID+"/operationsStatus", item.ID+"/operationResults")
}
