package lineage

import "time"

// Reach is a use that a recovery point reached, and by which copy.
type Reach struct {
	Use  Use
	Copy Copy // that was restored from the point
	// Later says that other runs changed some of the bytes after it, before they were used. Which of them is in the manifests: each entry
	// has the run that copied it.
	Later bool
}

// From answers the question backwards: which uses were made from data that was restored from this recovery point.
func (h *History) From(point string) []Reach {
	var out []Reach
	for _, u := range h.uses {
		if r, ok := h.reach(u, point, time.Time{}, map[string]bool{}); ok {
			r.Use = u
			out = append(out, r)
		}
	}
	return out
}

// reach follows a use that was used at a time back to the point: by the copy that was recorded, else by what it was made from.
func (h *History) reach(u Use, point string, at time.Time, seen map[string]bool) (Reach, bool) {
	seen[u.Name] = true
	at = when(u, at)
	if h.recorded(u) < 0 {
		for _, in := range h.inputs(u, seen) {
			if r, ok := h.reach(in, point, at, seen); ok {
				return r, true
			}
		}
	}
	first, _ := h.made(u, at)
	for i := first; i >= 0; i = h.before(i) {
		if c := h.copies[i]; c.Point.ID == point {
			return Reach{Copy: c, Later: i != first}, true
		}
	}
	return Reach{}, false
}
