package world

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

// ManagedCluster is a cluster as Azure Resource Manager knows it.
type ManagedCluster struct {
	Subscription  string
	ResourceGroup string
	Location      string
	Tags          map[string]string
	// OIDCIssuer says that the issuer is on; off, it is nowhere to be found and tokens name another issuer.
	OIDCIssuer bool
	// WorkloadIdentity says that Entra's webhook is on.
	WorkloadIdentity bool
	// Properties is everything else, a JSON object: agent pools, network and so on.
	Properties json.RawMessage
	// ETag changes with each write.
	ETag string

	// The last write: its id, when it began and ends, and from when the issuer is there.
	Operation   string
	Began, Ends time.Time
	IssuerFrom  time.Time
}

func (m *ManagedCluster) clone() *ManagedCluster {
	if m == nil {
		return nil
	}
	out := *m
	out.Tags = maps.Clone(m.Tags)
	return &out
}

// ResourceID is /subscriptions/…/managedClusters/NAME, "" when Resource Manager does not know the cluster.
func (c Cluster) ResourceID() string {
	if c.Managed == nil {
		return ""
	}
	return fmt.Sprintf("/subscriptions/%s/resourcegroups/%s/providers/Microsoft.ContainerService/managedClusters/%s",
		c.Managed.Subscription, c.Managed.ResourceGroup, c.Name)
}

// IssuerServed says whether the cluster's issuer can be found at this time.
func (c Cluster) IssuerServed(now time.Time) bool {
	return c.Managed == nil || c.Managed.OIDCIssuer && !now.Before(c.Managed.IssuerFrom)
}

// tokenIssuer is what the cluster's tokens name: without an OIDC issuer, the address of the API server, where Google and
// Entra find nothing.
func (c Cluster) tokenIssuer(now time.Time) string {
	if c.IssuerServed(now) {
		return c.Issuer
	}
	return "https://" + c.APIHost()
}

// APIHost is the host of the cluster's API server.
func (c Cluster) APIHost() string {
	location := "local"
	if c.Managed != nil {
		location = c.Managed.Location
	}
	return c.Name + "-dns." + location + ".azmk8s.io"
}

// ClusterAt finds a cluster by its resource id, in any case.
func (w *World) ClusterAt(resourceID string) (Cluster, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.clusters {
		if id := c.ResourceID(); id != "" && strings.EqualFold(id, resourceID) {
			return c.clone(), nil
		}
	}
	return Cluster{}, &NotFound{"managed cluster", resourceID}
}

// UpdateCluster changes a cluster, found by issuer, in one step. Change must not ask the world anything.
func (w *World) UpdateCluster(issuer string, change func(*Cluster) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.clusters[issuer]
	if !ok {
		return &NotFound{"cluster with issuer", issuer}
	}
	next := c.clone()
	if err := change(&next); err != nil {
		return err
	}
	next.Issuer = issuer
	w.clusters[issuer] = &next
	return nil
}

// StartOperation begins a write, which is done after the world's pace. The caller has made sure that none is going on.
func (m *ManagedCluster) StartOperation(now time.Time, p Pace) {
	m.Operation, m.Began, m.Ends = GUID(), now, now.Add(p.Operation)
	m.ETag = GUID()
}

// Busy says whether the last write is still going on.
func (m *ManagedCluster) Busy(now time.Time) bool { return now.Before(m.Ends) }
