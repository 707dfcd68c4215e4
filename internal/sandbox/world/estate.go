package world

import (
	"maps"
	"slices"
	"strings"
)

// estate is what the identities of the Azure shore run on and reach: hosts, subscriptions and storage accounts.
type estate struct {
	hosts         map[HostKind]Host
	subscriptions map[string]Subscription
	storage       map[string]StorageAccount
}

// HostKind is a place in Azure that has a managed identity endpoint of its own kind.
type HostKind string

// The kinds of hosts.
const (
	HostVM     HostKind = "vm"            // a virtual machine or scale set: IMDS
	HostApp    HostKind = "appservice"    // App Service, Functions, Container Apps
	HostFabric HostKind = "servicefabric" // a Service Fabric application
	HostArc    HostKind = "arc"           // a machine elsewhere that Azure Arc manages
)

// Host is where a workload runs: which identities it may ask tokens for, and what the instance metadata say.
type Host struct {
	Name           string
	Location       string
	SubscriptionID string
	ResourceGroup  string
	VMID           string
	VMSize         string
	// SystemAssigned is the client id of its system-assigned identity; "" when it has none.
	SystemAssigned string
	// UserAssigned are the client ids of its user-assigned identities.
	UserAssigned []string
}

// SetHost says what runs behind the managed identity endpoint of this kind.
func (w *World) SetHost(kind HostKind, h Host) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.estate.hosts == nil {
		w.estate.hosts = map[HostKind]Host{}
	}
	h.UserAssigned = slices.Clone(h.UserAssigned)
	w.estate.hosts[kind] = h
}

// Host is what runs behind the managed identity endpoint of this kind; zero when nothing does.
func (w *World) Host(kind HostKind) Host {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.estate.hosts[kind]
	h.UserAssigned = slices.Clone(h.UserAssigned)
	return h
}

// Subscription is an Azure subscription.
type Subscription struct {
	ID       string
	Name     string
	TenantID string
	// Groups are its resource groups and their locations.
	Groups map[string]string
}

// AddSubscription puts a subscription into the world, replacing one with the same id.
func (w *World) AddSubscription(s Subscription) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.estate.subscriptions == nil {
		w.estate.subscriptions = map[string]Subscription{}
	}
	s.Groups = maps.Clone(s.Groups)
	w.estate.subscriptions[strings.ToLower(s.ID)] = s
}

// Subscription finds a subscription by id.
func (w *World) Subscription(id string) (Subscription, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.estate.subscriptions[strings.ToLower(id)]
	if !ok {
		return Subscription{}, &NotFound{"subscription", id}
	}
	s.Groups = maps.Clone(s.Groups)
	return s, nil
}

// Subscriptions lists the subscriptions in the order of names.
func (w *World) Subscriptions() []Subscription {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Subscription, 0, len(w.estate.subscriptions))
	for _, s := range w.estate.subscriptions {
		s.Groups = maps.Clone(s.Groups)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Subscription) int { return compare(a.Name, b.Name) })
	return out
}

// StorageAccount is an Azure Storage account with its blobs.
type StorageAccount struct {
	Name     string
	TenantID string
	// ResourceID is /subscriptions/…/storageAccounts/NAME, the scope of role assignments.
	ResourceID string
	// Versioning keeps what a write of a blob replaces; an account with a hierarchical namespace does not.
	Versioning bool
	// Hierarchical is a hierarchical namespace: Data Lake Storage Gen2.
	Hierarchical bool
	// Retention is how many days deleted blobs can be had back; 0 is off.
	Retention int
	// ChangeFeed writes what happens to blobs into $blobchangefeed.
	ChangeFeed bool
	// Containers holds the blobs by name, by container, with which the account begins. What becomes of them is in package blobapi.
	Containers map[string]map[string][]byte
}

// AddStorageAccount puts a storage account into the world, replacing one with the same name.
func (w *World) AddStorageAccount(a StorageAccount) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.estate.storage == nil {
		w.estate.storage = map[string]StorageAccount{}
	}
	containers := make(map[string]map[string][]byte, len(a.Containers))
	for name, blobs := range a.Containers {
		containers[name] = maps.Clone(blobs)
	}
	a.Containers = containers
	w.estate.storage[a.Name] = a
}

// StorageAccount finds a storage account by name. Its maps are shared: treat them as read-only.
func (w *World) StorageAccount(name string) (StorageAccount, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, ok := w.estate.storage[name]
	if !ok {
		return StorageAccount{}, &NotFound{"storage account", name}
	}
	return a, nil
}
