package storageapi

import (
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/checksum"
)

// maxSources is how many objects one compose takes.
const maxSources = 32

// source is an object that a composite is made of.
type source struct {
	Name         string
	Generation   int64 `json:",string"`
	Precondition struct {
		Generation *int64 `json:"ifGenerationMatch,string"`
	} `json:"objectPreconditions"`
}

// compose makes an object of others of the same bucket, whose bytes it shares. It has no MD5, and as CRC32C the combined one.
func (s *Storage) compose(c *call) *refusal {
	var body struct {
		Sources     []source `json:"sourceObjects"`
		Destination about    `json:"destination"`
		Delete      bool     `json:"deleteSourceObjects"`
	}
	if p := c.body(&body); p != nil {
		return p
	}
	switch {
	case len(body.Sources) == 0:
		return refuse(http.StatusBadRequest, "required", "You must provide at least one source component.")
	case len(body.Sources) > maxSources:
		return invalid("The number of source components provided (%d) exceeds the maximum (%d)", len(body.Sources), maxSources)
	case body.Delete:
		return refuse(http.StatusNotImplemented, "notImplemented", "the sandbox does not know deleteSourceObjects")
	}
	if p := objectName(c.object); p != nil {
		return p
	}
	if p := s.demand(c, "storage.objects.get"); p != nil {
		return p
	}
	w := &wish{name: c.object, about: body.Destination, who: string(c.grant.Principal), mayDelete: s.may(c, "storage.objects.delete")}
	var p *refusal
	if w.condition, p = c.options.condition(""); p != nil {
		return p
	}
	b := c.inside
	b.mu.Lock()
	defer b.mu.Unlock()
	o := &object{name: c.object, about: &w.about}
	for _, from := range body.Sources {
		if p := s.add(b, o, from); p != nil {
			return p
		}
	}
	if p := s.place(b, w, o); p != nil {
		return p
	}
	return c.answerObject(o)
}

// add appends a source to a composite.
func (s *Storage) add(b *bucket, o *object, from source) *refusal {
	var generation *int64
	if from.Generation != 0 {
		generation = &from.Generation
	}
	part := b.find(from.Name, generation, false, s.world.Now())
	if part == nil {
		return refuse(http.StatusNotFound, "notFound", "Object %s (generation: %s) not found.", from.Name, strconv.FormatInt(from.Generation, 10))
	}
	if want := from.Precondition.Generation; want != nil && *want != part.generation {
		return unmet()
	}
	o.crc = checksum.Combine(o.crc, part.crc, part.content.size)
	o.content = join(o.content, part.content)
	o.components += max(1, part.components)
	return nil
}
