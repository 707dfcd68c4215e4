package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/trust"
)

// Cluster is a Kubernetes cluster with an OIDC issuer, as AKS has one.
type Cluster struct {
	Name     string
	TenantID string
	// Issuer is https://HOST/TENANT/GUID/, with the trailing slash that AKS has.
	Issuer string
	Keys   *KeyRing
	// Accounts are the service accounts, as "namespace/name".
	Accounts map[string]bool
	// Managed is what Azure Resource Manager knows of it; nil when it knows nothing, and the issuer is simply there.
	Managed *ManagedCluster
}

// Tenant is an Entra tenant.
type Tenant struct {
	ID   string
	Keys *KeyRing
}

// Identity is an Entra service principal: a user-assigned managed identity, a system-assigned one, or an application.
type Identity struct {
	Name       string
	TenantID   string
	ClientID   string
	ObjectID   string
	ResourceID string // of a managed identity: /subscriptions/…/userAssignedIdentities/NAME
	Managed    bool
	// User says that it is a person: Name is the user principal name, and nobody gets a token by a client id.
	User bool
	// Location and Tags are Resource Manager's.
	Location string
	Tags     map[string]string
	// Created is when the principal was made; zero is long ago.
	Created time.Time
	// AppIDURIs are the resource names of an application that tokens can be asked for.
	AppIDURIs []string
	// TokenVersion of tokens for this application: 1 or 2 (requestedAccessTokenVersion).
	TokenVersion int
	// Credentials are its federated identity credentials.
	Credentials []trust.FederatedCredential
	// Since is when Entra starts to look at a credential, by name; one that is not here has been looked at for long.
	Since map[string]time.Time
	// Roles are its role assignments, as "ROLE on SCOPE". The same assignments, with their ids, are RoleAssignments.
	Roles []string
}

// AddCluster puts a cluster into the world.
func (w *World) AddCluster(c Cluster) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Keys == nil {
		c.Keys = NewKeyRing()
	}
	c = c.clone()
	if c.Managed != nil && c.Managed.ETag == "" {
		c.Managed.ETag = GUID()
	}
	w.clusters[c.Issuer] = &c
}

// Cluster finds a cluster by issuer.
func (w *World) Cluster(issuer string) (Cluster, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.clusters[issuer]
	if !ok {
		return Cluster{}, &NotFound{"cluster with issuer", issuer}
	}
	return c.clone(), nil
}

func (c *Cluster) clone() Cluster {
	out := *c
	out.Accounts = maps.Clone(c.Accounts)
	out.Managed = c.Managed.clone()
	return out
}

// Clusters lists the clusters in the order of their names.
func (w *World) Clusters() []Cluster {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Cluster, 0, len(w.clusters))
	for _, c := range w.clusters {
		out = append(out, c.clone())
	}
	slices.SortFunc(out, func(a, b Cluster) int { return compare(a.Name, b.Name) })
	return out
}

// BoundObject is the Kubernetes object that a service-account token lives and dies with.
type BoundObject struct{ Kind, Name, UID string }

// ServiceAccountToken mints a projected service-account token as a kube-apiserver does for a pod's volume.
func (w *World) ServiceAccountToken(issuer, namespace, name string, audiences []string, life time.Duration) (string, time.Time, error) {
	return w.BoundToken(issuer, namespace, name, audiences, life, BoundObject{Kind: "Pod", Name: name + "-0", UID: GUID()})
}

// BoundToken mints a service-account token as a kube-apiserver does for TokenRequest; a zero bound is no binding.
func (w *World) BoundToken(issuer, namespace, name string, audiences []string, life time.Duration, bound BoundObject) (string, time.Time, error) {
	c, err := w.Cluster(issuer)
	if err != nil {
		return "", time.Time{}, err
	}
	if !c.Accounts[namespace+"/"+name] {
		return "", time.Time{}, &NotFound{"serviceaccounts", name}
	}
	now := w.Now()
	expiry := now.Add(life).Truncate(time.Second)
	about := map[string]any{
		"namespace":      namespace,
		"serviceaccount": map[string]any{"name": name, "uid": GUID()},
	}
	if bound != (BoundObject{}) {
		about[strings.ToLower(bound.Kind)] = map[string]any{"name": bound.Name, "uid": bound.UID}
	}
	token, err := c.Keys.Sign(w.spoilt(map[string]any{
		"iss": c.tokenIssuer(now),
		"sub": fmt.Sprintf("system:serviceaccount:%s:%s", namespace, name),
		"aud": audiences,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": expiry.Unix(),
		"jti":           GUID(),
		"kubernetes.io": about,
	}))
	return token, expiry, err
}

// AddTenant puts an Entra tenant into the world.
func (w *World) AddTenant(t Tenant) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.Keys == nil {
		t.Keys = NewKeyRing()
	}
	w.tenants[t.ID] = &t
}

// Tenant finds a tenant by id.
func (w *World) Tenant(id string) (Tenant, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, ok := w.tenants[id]
	if !ok {
		return Tenant{}, &NotFound{"tenant", id}
	}
	return *t, nil
}

// AddIdentity puts a managed identity, an application or a person into the world, replacing one with the same client id.
func (w *World) AddIdentity(i Identity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.putIdentity(i)
}

func (w *World) putIdentity(i Identity) {
	key := i.ClientID
	if i.User {
		key = i.ObjectID
	}
	if old, ok := w.identities[key]; ok && old.ObjectID != i.ObjectID {
		w.assignExactly(old.ObjectID, old.Type(), nil)
	}
	w.assignExactly(i.ObjectID, i.Type(), i.Roles)
	i = i.clone()
	i.Roles = nil // the assignments hold them
	w.identities[key] = &i
}

// Type is what Resource Manager calls this kind of principal.
func (i Identity) Type() string {
	if i.User {
		return "User"
	}
	return "ServicePrincipal"
}

// UpdateIdentity changes an identity, found by client id, in one step. Change must not ask the world anything.
func (w *World) UpdateIdentity(clientID string, change func(*Identity) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i, ok := w.identities[clientID]
	if !ok || i.User {
		return &NotFound{"identity", clientID}
	}
	next := w.shown(i)
	if err := change(&next); err != nil {
		return err
	}
	w.putIdentity(next)
	return nil
}

// RemoveIdentity removes an identity. Its role assignments stay, as they do on Azure, and stand for nobody.
func (w *World) RemoveIdentity(clientID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.identities, clientID)
}

// Identity finds an identity by client id.
func (w *World) Identity(clientID string) (Identity, error) {
	return w.findIdentity(clientID, func(i *Identity) bool { return !i.User && i.ClientID == clientID })
}

// Principal finds whoever has this object id: an identity or a person.
func (w *World) Principal(objectID string) (Identity, error) {
	return w.findIdentity(objectID, func(i *Identity) bool { return strings.EqualFold(i.ObjectID, objectID) })
}

// IdentityAt finds a managed identity by its resource id, in any case.
func (w *World) IdentityAt(resourceID string) (Identity, error) {
	return w.findIdentity(resourceID, func(i *Identity) bool { return i.Managed && strings.EqualFold(i.ResourceID, resourceID) })
}

// Identities lists every identity, but no person, in the order of names.
func (w *World) Identities() []Identity {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Identity, 0, len(w.identities))
	for _, i := range w.identities {
		if !i.User {
			out = append(out, w.shown(i))
		}
	}
	slices.SortFunc(out, func(a, b Identity) int { return compare(a.Name, b.Name) })
	return out
}

func (w *World) findIdentity(name string, match func(*Identity) bool) (Identity, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, i := range w.identities {
		if match(i) {
			return w.shown(i), nil
		}
	}
	return Identity{}, &NotFound{"identity", name}
}

// shown is an identity as callers see it: a copy, with its roles.
func (w *World) shown(i *Identity) Identity {
	out := i.clone()
	out.Roles = w.rolesOf(i.ObjectID)
	return out
}

func (i *Identity) clone() Identity {
	out := *i
	out.Credentials, out.AppIDURIs = slices.Clone(i.Credentials), slices.Clone(i.AppIDURIs)
	out.Tags, out.Since = maps.Clone(i.Tags), maps.Clone(i.Since)
	return out
}

// EffectiveCredentials are the federated credentials that Entra looks at by now.
func (w *World) EffectiveCredentials(i Identity) []trust.FederatedCredential {
	now := w.Now()
	return slices.DeleteFunc(slices.Clone(i.Credentials), func(c trust.FederatedCredential) bool { return now.Before(i.Since[c.Name]) })
}
