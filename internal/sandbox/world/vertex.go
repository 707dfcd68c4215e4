package world

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Resource is a thing that a caller of Vertex AI has made: a batch prediction job, a tuning job, a cached content.
type Resource struct {
	Name    string // projects/NUMBER/locations/L/KIND/ID
	Created time.Time
	Body    map[string]any // as it was asked for; read-only
}

// AddResource makes one below projects/NUMBER/locations/L/KIND.
func (w *World) AddResource(collection string, body map[string]any) Resource {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made++
	r := Resource{Name: fmt.Sprintf("%s/%d", collection, 4611686018427387904+w.made), Created: w.clock(), Body: maps.Clone(body)}
	if w.resources == nil {
		w.resources = map[string]Resource{}
	}
	w.resources[r.Name] = r
	return r
}

// Resource finds one by name.
func (w *World) Resource(name string) (Resource, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r, ok := w.resources[name]
	if !ok {
		return Resource{}, &NotFound{"resource", name}
	}
	return r, nil
}

// Resources lists those of one collection, oldest first.
func (w *World) Resources(collection string) []Resource {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Resource
	for _, name := range slices.Sorted(maps.Keys(w.resources)) {
		if strings.HasPrefix(name, collection+"/") {
			out = append(out, w.resources[name])
		}
	}
	return out
}

// EndResource takes one away, or, when cancel is not nil, changes its body.
func (w *World) EndResource(name string, cancel func(body map[string]any)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r, ok := w.resources[name]
	switch {
	case !ok:
		return &NotFound{"resource", name}
	case cancel == nil:
		delete(w.resources, name)
		return nil
	}
	r.Body = maps.Clone(r.Body)
	cancel(r.Body)
	w.resources[name] = r
	return nil
}
