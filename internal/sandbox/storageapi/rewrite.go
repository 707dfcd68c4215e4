package storageapi

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// copy makes an object with the bytes of another, of this bucket or another one.
func (s *Storage) copy(c *call) *refusal {
	o, p := s.copied(c)
	if p != nil {
		return p
	}
	c.bucket = c.toBucket
	return c.answerObject(o)
}

// rewrite is copy with a form in which large objects take several calls. Here one is always enough.
func (s *Storage) rewrite(c *call) *refusal {
	o, p := s.copied(c)
	if p != nil {
		return p
	}
	size := strconv.FormatInt(o.content.size, 10)
	answer(c.rw, http.StatusOK, map[string]any{
		"kind": "storage#rewriteResponse", "done": true, "objectSize": size, "totalBytesRewritten": size,
		"resource": json.RawMessage(o.appendJSON(nil, c.base(), c.toBucket, nil)),
	})
	return nil
}

func (s *Storage) copied(c *call) (*object, *refusal) {
	metadata, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxJSON))
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, reason: "parseError", message: "Parse Error"}
	}
	from, p := s.copySource(c)
	if p != nil {
		return nil, p
	}
	to := s.bucket(c.toBucket)
	if to == nil {
		return nil, noBucket()
	}
	c.inside = to
	if p := s.demand(c, "storage.objects.create"); p != nil {
		return nil, p
	}
	if p := objectName(c.toObject); p != nil {
		return nil, p
	}
	w := &wish{name: c.toObject, about: *from.about, who: string(c.grant.Principal), mayDelete: s.may(c, "storage.objects.delete")}
	if len(metadata) > 0 { // a body replaces all that is said of the source
		w.about = about{}
		if err := json.Unmarshal(metadata, &w.about); err != nil {
			return nil, &refusal{status: http.StatusBadRequest, reason: "parseError", message: "Parse Error"}
		}
	}
	if w.condition, p = c.options.condition(""); p != nil {
		return nil, p
	}
	o := from.fresh()
	o.name, o.about = c.toObject, &w.about
	to.mu.Lock()
	defer to.mu.Unlock()
	return o, s.place(to, w, o)
}

func (s *Storage) copySource(c *call) (*object, *refusal) {
	generation, p := c.options.number("sourceGeneration", "")
	if p != nil {
		return nil, p
	}
	condition, p := c.options.condition("Source")
	if p != nil {
		return nil, p
	}
	c.inside.mu.Lock()
	defer c.inside.mu.Unlock()
	from := c.inside.find(c.object, generation, false, s.world.Now())
	if from == nil {
		return nil, s.absent(c)
	}
	return from, condition.check(from, false)
}

// restore makes a soft-deleted object live again, under a generation of its own.
func (s *Storage) restore(c *call) *refusal {
	generation, p := c.options.number("generation", "")
	if p != nil {
		return p
	}
	if generation == nil {
		return &refusal{http.StatusBadRequest, "required", "Required parameter: generation", "parameter", "generation"}
	}
	if p := s.demand(c, "storage.objects.create"); p != nil {
		return p
	}
	w := &wish{name: c.object, who: string(c.grant.Principal), mayDelete: s.may(c, "storage.objects.delete")}
	if w.condition, p = c.options.condition(""); p != nil {
		return p
	}
	b := c.inside
	b.mu.Lock()
	defer b.mu.Unlock()
	gone := b.find(c.object, generation, true, s.world.Now())
	if gone == nil {
		return s.absent(c)
	}
	o := gone.fresh()
	if p := s.place(b, w, o); p != nil {
		return p
	}
	return c.answerObject(o)
}
