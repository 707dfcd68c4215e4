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
	// AppIDURIs are the resource names of an application that tokens can be asked for.
	AppIDURIs []string
	// TokenVersion of tokens for this application: 1 or 2 (requestedAccessTokenVersion).
	TokenVersion int
	// Credentials are its federated identity credentials.
	Credentials []trust.FederatedCredential
	// Roles are its role assignments, as "ROLE on SCOPE".
	Roles []string
}

// AddCluster puts a cluster into the world.
func (w *World) AddCluster(c Cluster) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Keys == nil {
		c.Keys = NewKeyRing()
	}
	c.Accounts = maps.Clone(c.Accounts)
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
	out := *c
	out.Accounts = maps.Clone(c.Accounts)
	return out, nil
}

// Clusters lists the clusters in the order of their names.
func (w *World) Clusters() []Cluster {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Cluster, 0, len(w.clusters))
	for _, c := range w.clusters {
		out = append(out, *c)
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
	token, err := c.Keys.Sign(map[string]any{
		"iss": c.Issuer,
		"sub": fmt.Sprintf("system:serviceaccount:%s:%s", namespace, name),
		"aud": audiences,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": expiry.Unix(),
		"jti":           GUID(),
		"kubernetes.io": about,
	})
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

// AddIdentity puts a managed identity or an application into the world, replacing one with the same client id.
func (w *World) AddIdentity(i Identity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i.Credentials = slices.Clone(i.Credentials)
	w.identities[i.ClientID] = &i
}

// Identity finds an identity by client id.
func (w *World) Identity(clientID string) (Identity, error) {
	return w.findIdentity(clientID, func(i *Identity) bool { return i.ClientID == clientID })
}

// IdentityByResource finds an application by one of its App ID URIs or by its client id.
func (w *World) IdentityByResource(resource string) (Identity, error) {
	return w.findIdentity(resource, func(i *Identity) bool { return i.ClientID == resource || slices.Contains(i.AppIDURIs, resource) })
}

// Identities lists every identity in the order of names.
func (w *World) Identities() []Identity {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Identity, 0, len(w.identities))
	for _, i := range w.identities {
		out = append(out, *i)
	}
	slices.SortFunc(out, func(a, b Identity) int { return compare(a.Name, b.Name) })
	return out
}

func (w *World) findIdentity(name string, match func(*Identity) bool) (Identity, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, i := range w.identities {
		if match(i) {
			out := *i
			out.Credentials = slices.Clone(i.Credentials)
			return out, nil
		}
	}
	return Identity{}, &NotFound{"identity", name}
}
