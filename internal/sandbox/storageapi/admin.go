package storageapi

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Bucket is a bucket as a test wishes it.
type Bucket struct {
	Name       string
	Project    string // id or number
	Location   string // US when empty
	Versioned  bool
	SoftDelete time.Duration // 0 is none; a bucket that is made over the API has seven days
	Retention  time.Duration // 0 is none
}

// AddBucket makes a bucket.
func (s *Storage) AddBucket(b Bucket) error {
	fields := map[string]any{
		"location":         b.Location,
		"versioning":       map[string]any{"enabled": b.Versioned},
		"softDeletePolicy": map[string]any{"retentionDurationSeconds": seconds(b.SoftDelete)},
	}
	if b.Retention > 0 {
		fields["retentionPolicy"] = map[string]any{"retentionPeriod": seconds(b.Retention)}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	var chosen settings
	if err := json.Unmarshal(text, &chosen); err != nil {
		return err
	}
	if _, p := s.newBucket(b.Name, b.Project, chosen); p != nil {
		return p
	}
	return nil
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// Error is the refusal's message: the admin API refuses in the words of the pretended one.
func (p *refusal) Error() string { return p.message }

// Put makes an object behind everybody's back: no token, no precondition. It returns the object's generation.
func (s *Storage) Put(bucket, name string, bytesOf []byte, metadata map[string]string) (int64, error) {
	b := s.bucket(bucket)
	if b == nil {
		return 0, &world.NotFound{Kind: "bucket", Name: bucket}
	}
	if p := objectName(name); p != nil {
		return 0, p
	}
	in := s.intake()
	if err := in.take(strings.NewReader(string(bytesOf)), int64(len(bytesOf)), true); err != nil {
		return 0, err
	}
	o, p := s.commit(b, &wish{name: name, about: about{Metadata: metadata}, mayDelete: true}, in)
	if p != nil {
		return 0, p
	}
	return o.generation, nil
}

// Rot flips a bit of one byte of the live object and leaves generation, size and checksums as they were. What shares bytes with the
// object keeps them.
func (s *Storage) Rot(bucket, name string, offset int64) error {
	return s.edit(bucket, name, func(o *object) error {
		if offset < 0 || offset >= o.content.size {
			return &world.NotFound{Kind: "byte", Name: strconv.FormatInt(offset, 10)}
		}
		var err error
		o.content, err = o.content.flip(offset, 1)
		return err
	})
}

// Truncate cuts the live object short and leaves what is recorded of it as it was, but for the size.
func (s *Storage) Truncate(bucket, name string, size int64) error {
	return s.edit(bucket, name, func(o *object) error {
		o.content = o.content.cut(0, min(size, o.content.size))
		return nil
	})
}

func (s *Storage) edit(bucket, name string, change func(*object) error) error {
	b := s.bucket(bucket)
	if b == nil {
		return &world.NotFound{Kind: "bucket", Name: bucket}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.find(name, nil, false, s.world.Now())
	if o == nil {
		return &world.NotFound{Kind: "object", Name: name}
	}
	next := o.clone()
	if err := change(next); err != nil {
		return err
	}
	b.shelves.get(name).swap(o, next)
	return nil
}

// Remove deletes the live object behind everybody's back, as the bucket deletes.
func (s *Storage) Remove(bucket, name string) error {
	b := s.bucket(bucket)
	if b == nil {
		return &world.NotFound{Kind: "bucket", Name: bucket}
	}
	now := s.world.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.find(name, nil, false, now)
	if o == nil {
		return &world.NotFound{Kind: "object", Name: name}
	}
	one := b.shelves.get(name)
	one.live = nil
	b.retire(one, o, now)
	return nil
}

// Bytes is what the live object holds.
func (s *Storage) Bytes(bucket, name string) ([]byte, error) {
	b := s.bucket(bucket)
	if b == nil {
		return nil, &world.NotFound{Kind: "bucket", Name: bucket}
	}
	b.mu.Lock()
	o := b.find(name, nil, false, s.world.Now())
	b.mu.Unlock()
	if o == nil {
		return nil, &world.NotFound{Kind: "object", Name: name}
	}
	var out bytes.Buffer
	_, err := o.content.WriteTo(&out)
	return out.Bytes(), err
}

// Names are the live objects of a bucket, in order.
func (s *Storage) Names(bucket string) []string {
	b := s.bucket(bucket)
	if b == nil {
		return nil
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []string
	for one := range b.shelves.from("") {
		if one.live != nil {
			out = append(out, one.name)
		}
	}
	return out
}
