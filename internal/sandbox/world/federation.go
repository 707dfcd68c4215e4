package world

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/trust"
)

// FederationPurge is how long a deleted pool or provider can be undeleted, and its name stays taken.
const FederationPurge = 30 * 24 * time.Hour

// AddPool puts a pool into the world, replacing one with the same name.
func (w *World) AddPool(p Pool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fresh := clonePool(&p)
	w.pools[p.Name] = &fresh
}

// Pool finds a pool by its full name.
func (w *World) Pool(name string) (Pool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgePools()
	p, ok := w.pools[name]
	if !ok {
		return Pool{}, &NotFound{"workload identity pool", name}
	}
	return clonePool(p), nil
}

// Pools lists the pools of a project (its number) in the order of names, deleted ones too.
func (w *World) Pools(number string) []Pool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgePools()
	var out []Pool
	for _, name := range slices.Sorted(maps.Keys(w.pools)) {
		if strings.HasPrefix(name, "projects/"+number+"/") {
			out = append(out, clonePool(w.pools[name]))
		}
	}
	return out
}

// CreatePool puts a new pool into the world; false when the name is taken, be it by a deleted one.
func (w *World) CreatePool(p Pool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgePools()
	if w.pools[p.Name] != nil {
		return false
	}
	fresh := clonePool(&p)
	w.pools[p.Name] = &fresh
	return true
}

// UpdatePool changes a pool in place: its state or its providers.
func (w *World) UpdatePool(name string, change func(*Pool) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.purgePools()
	p, ok := w.pools[name]
	if !ok {
		return &NotFound{"workload identity pool", name}
	}
	return change(p)
}

// purgePools forgets the pools and providers whose days are over.
func (w *World) purgePools() {
	now := w.clock()
	maps.DeleteFunc(w.pools, func(_ string, p *Pool) bool { return p.Deleted && over(p.Purge, now) })
	for _, p := range w.pools {
		for name, at := range p.Purges {
			if over(at, now) {
				delete(p.Providers, name)
				delete(p.Purges, name)
			}
		}
	}
}

func over(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

func clonePool(p *Pool) Pool {
	out := *p
	out.Providers, out.Purges = maps.Clone(p.Providers), maps.Clone(p.Purges)
	if out.Providers == nil {
		out.Providers = map[string]trust.Provider{}
	}
	if out.Purges == nil {
		out.Purges = map[string]time.Time{}
	}
	return out
}
