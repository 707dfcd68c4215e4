package vaultapi

import (
	"net/http"
	"strings"
	"time"
)

// listVaults shows the vaults of one system that the caller may see.
func (a *API) listVaults(c *call) {
	kind := servicesVault
	if strings.Contains(fold(c.URL.Path), "/microsoft.dataprotection/") {
		kind = backupVault
	}
	scope, action := "/subscriptions/"+c.part["sub"], spelled(kind)+"/read"
	if !c.world.AllowedBelow(c.who.ObjectID, action, scope) {
		c.may(action, scope) // refuses
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	out := []object{}
	for _, r := range a.below(scope, kind) {
		if c.world.Allowed(c.who.ObjectID, action, r.ID) {
			out = append(out, r.body())
		}
	}
	c.list(out, a.page)
}

// kinds are the types of a vault's lists.
func kindOf(vault *Resource, list string) string {
	switch strings.ToLower(list) {
	case "backupprotecteditems":
		return servicesItem
	case "backupinstances":
		return backupInstance
	case "deletedbackupinstances":
		return deletedItem
	}
	return vault.Type + "/" + strings.ToLower(list)
}

// list shows the items, policies or jobs of a vault, all of them: a filter is refused, since nobody asks for one here.
func (a *API) list(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	vault, ok := a.vault(c, c.part["kind"]+"/read")
	if !ok {
		return
	}
	if c.URL.Query().Get("$filter") != "" {
		c.problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend $filter here. The real API knows it.")
		return
	}
	out := []object{}
	for _, r := range a.below(vault.ID, kindOf(vault, c.part["kind"])) {
		out = append(out, r.body())
	}
	c.list(out, a.page)
}

func (a *API) getJob(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	vault, ok := a.vault(c, "backupJobs/read")
	if !ok {
		return
	}
	if r := a.resources[fold(vault.ID+"/backupJobs/"+c.part["job"])]; r != nil {
		c.write(http.StatusOK, r.body())
		return
	}
	c.problem(http.StatusNotFound, "BMSUserErrorObjectNotFound", "The job '"+c.part["job"]+"' was not found.")
}

// item is the protected item of the path, if the caller may do this with it.
func (a *API) item(c *call, action string) (vault, item *Resource, ok bool) {
	list := "backupInstances"
	if c.part["container"] != "" {
		list = "backupFabrics/" + c.part["fabric"] + "/protectionContainers/" + c.part["container"] + "/protectedItems"
	}
	kind := list
	if c.part["container"] != "" {
		kind = "backupFabrics/protectionContainers/protectedItems"
	}
	vault, ok = a.vault(c, kind+"/"+action)
	if !ok {
		return nil, nil, false
	}
	if item = a.resources[fold(vault.ID+"/"+list+"/"+c.part["item"])]; item == nil {
		c.problem(http.StatusNotFound, "BMSUserErrorContainerObjectNotFound", "Item '"+c.part["item"]+"' was not found in vault '"+c.part["vault"]+"'.")
		return nil, nil, false
	}
	return vault, item, true
}

func (a *API) listPoints(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, item, ok := a.item(c, "recoveryPoints/read")
	if !ok {
		return
	}
	out := []object{}
	for _, r := range a.below(item.ID, item.Type+"/recoverypoints") {
		out = append(out, r.body())
	}
	c.list(out, a.page)
}

// findRanges cuts the item's ranges to the window that is asked for.
func (a *API) findRanges(c *call) {
	var body struct {
		Store string    `json:"sourceDataStoreType"`
		From  time.Time `json:"startTime"`
		To    time.Time `json:"endTime"`
	}
	if !c.readBody(&body) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, item, ok := a.item(c, "findRestorableTimeRanges/action")
	if !ok {
		return
	}
	if body.Store != "OperationalStore" {
		c.problem(http.StatusBadRequest, "UserErrorInvalidRequestParameter", "Restorable time ranges are of the OperationalStore.")
		return
	}
	ranges := []object{}
	for _, r := range item.Ranges {
		from, to := later(r.From, body.From), r.To
		if to.IsZero() {
			to = c.world.Now() // protection goes on
		}
		if body.To.Before(to) {
			to = body.To
		}
		if from.Before(to) {
			ranges = append(ranges, object{"startTime": stamp(from), "endTime": stamp(to), "objectType": "RestorableTimeRange"})
		}
	}
	c.write(http.StatusOK, object{
		"id": c.part["item"], "type": "Microsoft.DataProtection/backupVaults/backupInstances/findRestorableTimeRanges",
		"properties": object{"objectType": "AzureBackupFindRestorableTimeRangesResponse", "restorableTimeRanges": ranges},
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
