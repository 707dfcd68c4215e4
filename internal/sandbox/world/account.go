package world

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// AccountPurge is how long a deleted service account can be undeleted, by its unique id. Its e-mail is free at once.
const AccountPurge = 30 * 24 * time.Hour

// AddServiceAccount puts a service account into the world, replacing one with the same e-mail.
func (w *World) AddServiceAccount(a ServiceAccount) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addAccount(a)
}

func (w *World) addAccount(a ServiceAccount) *ServiceAccount {
	fresh := cloneAccount(&a)
	if fresh.Policy.Etag == "" {
		fresh.Policy.Etag = w.nextEtag()
	}
	w.accounts[a.Email] = &fresh
	return &fresh
}

// ServiceAccount finds an account by e-mail or unique id.
func (w *World) ServiceAccount(name string) (ServiceAccount, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.account(name)
	if a == nil {
		return ServiceAccount{}, &NotFound{"service account", name}
	}
	return cloneAccount(a), nil
}

// UpdateServiceAccount changes an account in place.
func (w *World) UpdateServiceAccount(name string, change func(*ServiceAccount)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.account(name)
	if a == nil {
		return &NotFound{"service account", name}
	}
	change(a)
	return nil
}

func (w *World) account(name string) *ServiceAccount {
	for _, a := range w.accounts {
		if a.Email == name || a.UniqueID == name {
			return a
		}
	}
	return nil
}

// ServiceAccounts lists the accounts of a project (its id) in the order of e-mails.
func (w *World) ServiceAccounts(project string) []ServiceAccount {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []ServiceAccount
	for _, a := range w.accounts {
		if a.ProjectID == project {
			out = append(out, cloneAccount(a))
		}
	}
	slices.SortFunc(out, func(a, b ServiceAccount) int { return cmp.Compare(a.Email, b.Email) })
	return out
}

// CreateServiceAccount puts a new account into the world and gives it a unique id; false when the e-mail is taken.
func (w *World) CreateServiceAccount(a ServiceAccount) (ServiceAccount, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.accounts[a.Email] != nil {
		return ServiceAccount{}, false
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	a.UniqueID = fmt.Sprintf("1%020d", binary.BigEndian.Uint64(random[:]))
	return cloneAccount(w.addAccount(a)), true
}

// DeleteServiceAccount takes an account out of use. Its tokens end, and policies
// name it as deleted from then on, as on Google.
func (w *World) DeleteServiceAccount(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.account(name)
	if a == nil {
		return &NotFound{"service account", name}
	}
	delete(w.accounts, a.Email)
	w.retired[a.UniqueID], w.purges[a.UniqueID] = a, w.clock().Add(AccountPurge)
	maps.DeleteFunc(w.grants, func(_ string, g *Grant) bool { return string(g.Principal) == a.Email })
	w.renameMember("serviceAccount:"+a.Email, "deleted:serviceAccount:"+a.Email+"?uid="+a.UniqueID)
	return nil
}

// RetiredAccount finds a deleted account that can still be undeleted, by its unique id.
func (w *World) RetiredAccount(uniqueID string) (ServiceAccount, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.retiredAccount(uniqueID)
	if a == nil {
		return ServiceAccount{}, &NotFound{"deleted service account", uniqueID}
	}
	return cloneAccount(a), nil
}

// UndeleteServiceAccount brings an account back; false when its e-mail has been taken meanwhile.
func (w *World) UndeleteServiceAccount(uniqueID string) (ServiceAccount, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.retiredAccount(uniqueID)
	if a == nil || w.accounts[a.Email] != nil {
		return ServiceAccount{}, false
	}
	delete(w.retired, uniqueID)
	delete(w.purges, uniqueID)
	w.accounts[a.Email] = a
	w.renameMember("deleted:serviceAccount:"+a.Email+"?uid="+a.UniqueID, "serviceAccount:"+a.Email)
	return cloneAccount(a), true
}

func (w *World) retiredAccount(uniqueID string) *ServiceAccount {
	now := w.clock()
	maps.DeleteFunc(w.retired, func(id string, _ *ServiceAccount) bool { return over(w.purges[id], now) })
	return w.retired[uniqueID]
}

// renameMember rewrites a member in every policy. It is how the policies show the account, not a change of what they
// grant: their etags stay.
func (w *World) renameMember(from, to string) {
	rename := func(p *Policy) {
		for _, b := range p.Bindings {
			for i, m := range b.Members {
				if strings.EqualFold(m, from) {
					b.Members[i] = to
				}
			}
		}
	}
	for _, p := range w.projects {
		rename(&p.Policy)
	}
	for _, a := range w.accounts {
		rename(&a.Policy)
	}
}

func cloneAccount(a *ServiceAccount) ServiceAccount {
	out := *a
	out.Policy = clonePolicy(a.Policy)
	out.Keys = slices.Clone(a.Keys)
	return out
}
