package world

import "slices"

// Instance is a Google Compute Engine machine, or whatever Vertex runs a job on: it has a metadata server, and through
// it the identity of a service account.
type Instance struct {
	Name      string
	ID        string // numeric
	Zone      string // europe-west1-b
	ProjectID string
	Account   string // e-mail
	Scopes    []string
}

// SetInstance says on which machine the workload behind the metadata server runs.
func (w *World) SetInstance(i Instance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i.Scopes = slices.Clone(i.Scopes)
	w.instance = i
}

// Instance is the machine behind the metadata server; zero when there is none.
func (w *World) Instance() Instance {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.instance
	out.Scopes = slices.Clone(out.Scopes)
	return out
}
