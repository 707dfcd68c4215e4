package world

import (
	"maps"
	"time"
)

// SetAccount says whether a cluster has a service account ("namespace/name"): with one, tokens can be had for it.
func (w *World) SetAccount(issuer, account string, present bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.clusters[issuer]
	if !ok {
		return &NotFound{"cluster with issuer", issuer}
	}
	c.Accounts = maps.Clone(c.Accounts) // copies that were given out share it
	if c.Accounts == nil {
		c.Accounts = map[string]bool{}
	}
	if present {
		c.Accounts[account] = true
	} else {
		delete(c.Accounts, account)
	}
	return nil
}

// TokenIssuer is what the cluster's tokens and its own discovery document name: its issuer, or the address of its API server
// as long as the issuer is off.
func (c Cluster) TokenIssuer(now time.Time) string { return c.tokenIssuer(now) }
