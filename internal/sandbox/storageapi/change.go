package storageapi

import (
	"net/http"
	"time"
)

// patch changes what is said of an object; its bytes and its generation stay.
func (s *Storage) patch(c *call) *refusal {
	patch, p := c.rawBody()
	if p != nil {
		return p
	}
	generation, p := c.options.number("generation", "")
	if p != nil {
		return p
	}
	condition, p := c.options.condition("")
	if p != nil {
		return p
	}
	b, now := c.inside, s.world.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.find(c.object, generation, false, now)
	if o == nil {
		return s.absent(c)
	}
	if p := condition.check(o, false); p != nil {
		return p
	}
	about, err := o.about.patched(patch, c.Method == http.MethodPut)
	if err != nil {
		return invalid("Invalid argument.")
	}
	next := o.clone()
	next.about, next.metageneration, next.updated = about, o.metageneration+1, now
	b.shelves.get(o.name).swap(o, next)
	return c.answerObject(next)
}

// swap puts one state of a generation in the place of another.
func (one *shelf) swap(old, next *object) {
	if one.live == old {
		one.live = next
		return
	}
	for i, o := range one.past {
		if o == old {
			one.past[i] = next
		}
	}
}

// delete deletes the live object, or one generation for good.
func (s *Storage) delete(c *call) *refusal {
	generation, p := c.options.number("generation", "")
	if p != nil {
		return p
	}
	condition, p := c.options.condition("")
	if p != nil {
		return p
	}
	b, now := c.inside, s.world.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.find(c.object, generation, false, now)
	if o == nil {
		return s.absent(c)
	}
	if p := condition.check(o, false); p != nil {
		return p
	}
	if p := b.mayLose(o, now); p != nil {
		return p
	}
	one := b.shelves.get(o.name)
	if one.live == o {
		one.live = nil
	}
	if generation == nil {
		b.retire(one, o, now)
	} else {
		b.bury(one, o, now)
	}
	c.rw.WriteHeader(http.StatusNoContent)
	return nil
}

// mayLose refuses to lose what the retention policy keeps.
func (b *bucket) mayLose(o *object, now time.Time) *refusal {
	until := b.held(o, now)
	if until.IsZero() {
		return nil
	}
	return refuse(http.StatusForbidden, "retentionPolicyNotMet",
		"Object '%s/%s' is subject to bucket's retention policy or object retention and cannot be deleted or overwritten until %s", b.name, o.name, until.UTC().Format(time.RFC3339))
}
