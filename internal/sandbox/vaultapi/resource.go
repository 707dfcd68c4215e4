package vaultapi

import (
	"cmp"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Resource is anything that has an id: a vault, an item, a policy, a recovery point, a job. Properties are as Azure writes them.
type Resource struct {
	ID         string
	Type       string
	Location   string
	Tags       map[string]string
	Principal  string // of a vault: the object id of its identity
	Properties object

	// Contents are what a recovery point holds, by container; of a share or a database, under "".
	Contents map[string][]Object
	// Ranges are the times to which an item of operational backup can be read.
	Ranges []Range

	key, sub string // the id as it is compared, and the subscription in it
}

// Range is a continuous stretch of restorable time.
type Range struct{ From, To time.Time }

// Types, as Resource Graph writes them.
const (
	servicesVault  = "microsoft.recoveryservices/vaults"
	servicesItem   = servicesVault + "/backupfabrics/protectioncontainers/protecteditems"
	servicesPolicy = servicesVault + "/backuppolicies"
	servicesJob    = servicesVault + "/backupjobs"
	servicesPoint  = servicesItem + "/recoverypoints"

	backupVault    = "microsoft.dataprotection/backupvaults"
	backupInstance = backupVault + "/backupinstances"
	deletedItem    = backupVault + "/deletedbackupinstances"
	backupPolicy   = backupVault + "/backuppolicies"
	backupJob      = backupVault + "/backupjobs"
	backupPoint    = backupInstance + "/recoverypoints"
)

// Put adds a resource, or replaces the one with its id. Its type follows from the id.
func (a *API) Put(r Resource) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(r)
}

func (a *API) put(r Resource) {
	r.Type, r.key, r.sub = typeOf(r.ID), fold(r.ID), part(r.ID, "subscriptions")
	r.Properties = maps.Clone(r.Properties)
	a.resources[r.key] = &r
}

// SetPage says how many items a page of a list has; 200 otherwise.
func (a *API) SetPage(size int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.page = size
}

// typeOf reads the type out of an id: provider, and every second element after it.
func typeOf(id string) string {
	_, rest, _ := strings.Cut(fold(id), "/providers/")
	parts := strings.Split(rest, "/")
	out := parts[0]
	for i := 1; i < len(parts); i += 2 {
		out += "/" + parts[i]
	}
	return out
}

func fold(id string) string { return strings.ToLower(strings.TrimRight(id, "/")) }

// below lists the resources of a type under an id, in the order of ids.
func (a *API) below(id, kind string) []*Resource {
	prefix := fold(id) + "/"
	var out []*Resource
	for key, r := range a.resources {
		if r.Type == kind && strings.HasPrefix(key, prefix) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *Resource) int { return cmp.Compare(a.key, b.key) })
	return out
}

// body is a resource as its own API writes it.
func (r *Resource) body() object {
	out := object{"id": r.ID, "name": path.Base(r.ID), "type": spelled(r.Type), "properties": maps.Clone(r.Properties)}
	if r.Location != "" {
		out["location"] = r.Location
	}
	if r.Tags != nil {
		out["tags"] = maps.Clone(r.Tags)
	}
	if r.Principal != "" {
		out["identity"] = object{"type": "SystemAssigned", "principalId": r.Principal}
	}
	return out
}

// spelled is a type in the case of the provider's own answers.
func spelled(kind string) string {
	return strings.NewReplacer("microsoft.recoveryservices", "Microsoft.RecoveryServices", "microsoft.dataprotection", "Microsoft.DataProtection",
		"backupfabrics", "backupFabrics", "protectioncontainers", "protectionContainers", "protecteditems", "protectedItems", "recoverypoints", "recoveryPoints",
		"backupvaults", "backupVaults", "deletedbackupinstances", "deletedBackupInstances", "backupinstances", "backupInstances", "backupjobs", "backupJobs",
		"backuppolicies", "backupPolicies").Replace(kind)
}

// vault is the vault of the path, if the caller may do this there.
func (a *API) vault(c *call, action string) (*Resource, bool) {
	provider, kind := "Microsoft.RecoveryServices/vaults/", servicesVault
	if strings.Contains(fold(c.URL.Path), "/microsoft.dataprotection/") {
		provider, kind = "Microsoft.DataProtection/backupVaults/", backupVault
	}
	id := "/subscriptions/" + c.part["sub"] + "/resourceGroups/" + c.part["group"] + "/providers/" + provider + c.part["vault"]
	if !c.may(spelled(kind)+"/"+action, id) {
		return nil, false
	}
	r := a.resources[fold(id)]
	if r == nil {
		c.problem(http.StatusNotFound, "ResourceNotFound", "The Resource '"+spelled(kind)+"/"+c.part["vault"]+"' under resource group '"+c.part["group"]+"' was not found.")
		return nil, false
	}
	return r, true
}

// readWorld is what the world's own account holds now.
func (a *API) readWorld(account, container string, _ time.Time) []Object {
	found, err := a.world.StorageAccount(account)
	if err != nil {
		return nil
	}
	var out []Object
	for _, name := range slices.Sorted(maps.Keys(found.Containers[container])) {
		out = append(out, Object{name, found.Containers[container][name]})
	}
	return out
}

// holdsWorld says whether the world's own account has a container.
func (a *API) holdsWorld(account, container string) bool {
	found, err := a.world.StorageAccount(account)
	return err == nil && found.Containers[container] != nil
}

// writeWorld puts blobs into the world's own account. It has no shares: those are dropped.
func (a *API) writeWorld(d Delivery) {
	found, err := a.world.StorageAccount(d.Account)
	if err != nil || d.Share {
		return
	}
	next := world.StorageAccount{Name: found.Name, TenantID: found.TenantID, ResourceID: found.ResourceID, Containers: maps.Clone(found.Containers)}
	blobs := maps.Clone(next.Containers[d.Container])
	if blobs == nil {
		blobs = map[string][]byte{}
	}
	for _, o := range d.Objects {
		blobs[o.Name] = o.Content
	}
	if next.Containers == nil {
		next.Containers = map[string]map[string][]byte{}
	}
	next.Containers[d.Container] = blobs
	a.world.AddStorageAccount(next)
}
