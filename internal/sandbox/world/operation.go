package world

import (
	"maps"
	"time"
)

// Operation is a long-running operation of one of Google's APIs. What it does is there at once; that it is done is said
// Pace.Operation later.
type Operation struct {
	Name     string // projects/N/…/operations/ID
	Resource string // whom a caller must be allowed to read
	Metadata map[string]any
	Response map[string]any
	Ready    time.Time
}

// AddOperation remembers an operation that was begun now and returns it.
func (w *World) AddOperation(o Operation) Operation {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock()
	o.Ready = now.Add(w.pace.Operation)
	// Google forgets operations after a while too; nobody asks for one that has been done for a day.
	maps.DeleteFunc(w.operations, func(_ string, old *Operation) bool { return old.Ready.Before(now.Add(-24 * time.Hour)) })
	w.operations[o.Name] = &o
	return o
}

// Operation finds an operation by its name.
func (w *World) Operation(name string) (Operation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	o, ok := w.operations[name]
	if !ok {
		return Operation{}, &NotFound{"operation", name}
	}
	return *o, nil
}

// EnableServices switches APIs of a project on; they are on when the operation that does it is done.
func (w *World) EnableServices(project string, apis ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.project(project)
	if p == nil {
		return &NotFound{"project", project}
	}
	for _, api := range apis {
		if !p.Services[api] {
			w.enabling[p.Number+"/"+api] = w.clock().Add(w.pace.Operation)
		}
	}
	w.switchOn(p)
	return nil
}

// switchOn makes true what EnableServices promised.
func (w *World) switchOn(p *Project) {
	now := w.clock()
	for key, at := range w.enabling {
		if api, ok := cutProject(key, p.Number); ok && !now.Before(at) {
			if p.Services == nil {
				p.Services = map[string]bool{}
			}
			p.Services[api] = true
			delete(w.enabling, key)
		}
	}
}

func cutProject(key, number string) (api string, ok bool) {
	if len(key) <= len(number) || key[:len(number)] != number || key[len(number)] != '/' {
		return "", false
	}
	return key[len(number)+1:], true
}
