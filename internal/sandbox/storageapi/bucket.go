package storageapi

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// bucket is one bucket with its objects.
type bucket struct {
	name, project string // project is a number
	generation    int64
	created       time.Time

	mu             sync.RWMutex // guards what follows
	metageneration int64
	updated        time.Time
	settings       settings
	shelves        shelves
}

// settings are the fields of a bucket that callers choose; those that the sandbox only keeps are raw.
type settings struct {
	Location     string            `json:"location,omitempty"`
	StorageClass string            `json:"storageClass,omitempty"`
	Labels       map[string]string `json:"labels,omitempty"`
	Versioning   *struct {
		Enabled bool `json:"enabled"`
	} `json:"versioning,omitempty"`
	SoftDelete *struct {
		Seconds   int64     `json:"retentionDurationSeconds,string"`
		Effective time.Time `json:"effectiveTime,omitzero"`
	} `json:"softDeletePolicy,omitempty"`
	Retention *struct {
		Seconds   int64     `json:"retentionPeriod,string"`
		Effective time.Time `json:"effectiveTime,omitzero"`
	} `json:"retentionPolicy,omitempty"`
	Lifecycle    json.RawMessage `json:"lifecycle,omitempty"`
	IAM          json.RawMessage `json:"iamConfiguration,omitempty"`
	Autoclass    json.RawMessage `json:"autoclass,omitempty"`
	Hierarchical json.RawMessage `json:"hierarchicalNamespace,omitempty"`
}

// defaultSoftDelete is what a new bucket has (https://cloud.google.com/storage/docs/soft-delete).
const defaultSoftDelete = 7 * 24 * 60 * 60

func (b *bucket) versioned() bool {
	return b.settings.Versioning != nil && b.settings.Versioning.Enabled
}

func (b *bucket) softDelete() time.Duration {
	if b.settings.SoftDelete == nil {
		return 0
	}
	return time.Duration(b.settings.SoftDelete.Seconds) * time.Second
}

// held says until when the retention policy keeps an object; zero when it does not.
func (b *bucket) held(o *object, now time.Time) time.Time {
	if b.settings.Retention == nil {
		return time.Time{}
	}
	if until := o.created.Add(time.Duration(b.settings.Retention.Seconds) * time.Second); until.After(now) {
		return until
	}
	return time.Time{}
}

// put makes o the live object of its name: the present one becomes noncurrent, soft-deleted, or is gone. The caller holds the lock,
// and has asked mayReplace.
func (b *bucket) put(o *object, now time.Time) {
	one := b.shelves.make(o.name)
	old := one.live
	one.live = o
	if old != nil {
		b.retire(one, old, now)
	}
}

// retire keeps what was the live object, as the bucket keeps such.
func (b *bucket) retire(one *shelf, o *object, now time.Time) {
	if b.versioned() {
		o = o.clone()
		o.noncurrent = now
		one.past = append(one.past, o)
		return
	}
	b.bury(one, o, now)
}

// bury deletes an object for good, or softly where the bucket keeps what was deleted.
func (b *bucket) bury(one *shelf, o *object, now time.Time) {
	one.past = slices.DeleteFunc(one.past, func(p *object) bool { return p.generation == o.generation })
	if keep := b.softDelete(); keep > 0 && o.softDeleted.IsZero() {
		o = o.clone()
		o.softDeleted, o.hardDelete = now, now.Add(keep)
		at, _ := slices.BinarySearchFunc(one.past, o.generation, func(p *object, generation int64) int { return int(p.generation - generation) })
		one.past = slices.Insert(one.past, at, o)
	}
	b.shelves.drop(one)
}

// find is the object that a request names: the live one, or the one with this generation. It forgets what is over. The caller
// holds the lock for writing.
func (b *bucket) find(name string, generation *int64, softDeleted bool, now time.Time) *object {
	one := b.shelves.get(name)
	if one == nil {
		return nil
	}
	one.past = slices.DeleteFunc(one.past, func(o *object) bool { return o.over(now) })
	if generation == nil {
		if softDeleted {
			return nil
		}
		return one.live
	}
	for _, o := range append([]*object{one.live}, one.past...) {
		if o != nil && o.generation == *generation && o.softDeleted.IsZero() != softDeleted {
			return o
		}
	}
	return nil
}
