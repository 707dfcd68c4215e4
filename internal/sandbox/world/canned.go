package world

import "strings"

// Canned is an answer that an API gives to some calls in place of its own: for refusals whose rule is not pretended, such as
// an organisation's service perimeter.
type Canned struct {
	Method      string // of the calls; any when empty
	Path        string // part of the calls' path; any when empty
	Status      int
	ContentType string
	Body        string
}

// SetCanned makes the API with this name ("sts", "vertex", …) answer so; a Canned without a status takes it back.
func (w *World) SetCanned(api string, c Canned) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Status == 0 {
		delete(w.canned, api)
		return
	}
	if w.canned == nil {
		w.canned = map[string]Canned{}
	}
	w.canned[api] = c
}

// CannedFor returns the answer that stands in for a call, if one does.
func (w *World) CannedFor(api, method, path string) (Canned, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.canned[api]
	return c, ok && (c.Method == "" || c.Method == method) && strings.Contains(path, c.Path)
}

// SpoilTokens lets change every service-account token of every cluster before it is signed; nil ends that.
func (w *World) SpoilTokens(change func(claims map[string]any)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spoil = change
}

func (w *World) spoilt(claims map[string]any) map[string]any {
	w.mu.Lock()
	change := w.spoil
	w.mu.Unlock()
	if change != nil {
		change(claims)
	}
	return claims
}
