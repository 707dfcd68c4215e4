package storageapi

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// maxJSON bounds a request's JSON.
const maxJSON = 4 << 20

// body reads a request's JSON object.
func (c *call) body(into any) *refusal {
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxJSON))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return &refusal{status: http.StatusBadRequest, reason: "parseError", message: "Parse Error"}
	}
	return nil
}

// bucketName is the rule of names (https://cloud.google.com/storage/docs/buckets#naming), as far as one machine can hold it.
func bucketName(name string) bool {
	form := regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$`)
	return form.MatchString(name) && !strings.HasPrefix(name, "goog") && !strings.Contains(name, "..") && (len(name) <= 63 || strings.Contains(name, "."))
}

func (s *Storage) insertBucket(c *call) *refusal {
	var body struct {
		Name string
		settings
	}
	if p := c.body(&body); p != nil {
		return p
	}
	b, p := s.newBucket(body.Name, c.options.Get("project"), body.settings)
	if p != nil {
		return p
	}
	answer(c.rw, http.StatusOK, s.bucketJSON(c, b))
	return nil
}

func (s *Storage) newBucket(name, project string, chosen settings) (*bucket, *refusal) {
	if !bucketName(name) {
		return nil, invalid("Invalid bucket name: '%s'", name)
	}
	owner, err := s.world.Project(project)
	if err != nil {
		return nil, invalid("Unknown project id: %s", project)
	}
	now := s.world.Now()
	b := &bucket{name: name, project: owner.Number, generation: s.generation(now), created: now, updated: now, metageneration: 1, settings: chosen}
	if b.settings.Location = strings.ToUpper(chosen.Location); b.settings.Location == "" {
		b.settings.Location = "US"
	}
	if b.settings.StorageClass == "" {
		b.settings.StorageClass = "STANDARD"
	}
	if chosen.SoftDelete == nil {
		_ = json.Unmarshal([]byte(`{"softDeletePolicy":{"retentionDurationSeconds":"`+strconv.Itoa(defaultSoftDelete)+`"}}`), &b.settings)
	}
	if b.settings.SoftDelete.Seconds != 0 {
		b.settings.SoftDelete.Effective = now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		return nil, refuse(http.StatusConflict, "conflict", "Your previous request to create the named bucket succeeded and you already own it.")
	}
	if err := s.world.AddBucket(name, owner.Number); err != nil {
		return nil, invalid("Unknown project id: %s", project)
	}
	s.buckets[name] = b
	return b, nil
}

func (s *Storage) getBucket(c *call) *refusal {
	c.inside.mu.RLock()
	defer c.inside.mu.RUnlock()
	if p := c.inside.check(c); p != nil {
		return p
	}
	answer(c.rw, http.StatusOK, s.bucketJSON(c, c.inside))
	return nil
}

// check holds a request's preconditions against the bucket's metageneration.
func (b *bucket) check(c *call) *refusal {
	condition, p := c.options.condition("")
	if p != nil {
		return p
	}
	return condition.check(&object{metageneration: b.metageneration}, c.Method == http.MethodGet)
}

func (s *Storage) listBuckets(c *call) *refusal {
	owner, err := s.world.Project(c.options.Get("project"))
	if err != nil {
		return invalid("Unknown project id: %s", c.options.Get("project"))
	}
	s.mu.Lock()
	all := maps.Clone(s.buckets)
	s.mu.Unlock()
	items := []any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b := all[name]
		b.mu.RLock()
		if b.project == owner.Number && strings.HasPrefix(name, c.options.Get("prefix")) {
			items = append(items, s.bucketJSON(c, b))
		}
		b.mu.RUnlock()
	}
	answer(c.rw, http.StatusOK, map[string]any{"kind": "storage#buckets", "items": items})
	return nil
}

// patchBucket changes what the body names; null takes a field away.
func (s *Storage) patchBucket(c *call) *refusal {
	var patch map[string]json.RawMessage
	if p := c.body(&patch); p != nil {
		return p
	}
	b := c.inside
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.check(c); p != nil {
		return p
	}
	next := b.settings
	if labels, ok := patch["labels"]; ok && string(labels) != "null" {
		merged, err := merge(next.Labels, labels)
		if err != nil {
			return invalid("Invalid labels")
		}
		patch["labels"] = merged
	}
	next.Labels = nil
	if _, ok := patch["labels"]; !ok {
		next.Labels = b.settings.Labels
	}
	text, _ := json.Marshal(patch) // raw JSON that was read
	if err := json.Unmarshal(text, &next); err != nil {
		return invalid("Invalid argument.")
	}
	next.Location = b.settings.Location // it cannot change
	b.settings, b.metageneration, b.updated = next, b.metageneration+1, s.world.Now()
	answer(c.rw, http.StatusOK, s.bucketJSON(c, b))
	return nil
}

func (s *Storage) deleteBucket(c *call) *refusal {
	b := c.inside
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.check(c); p != nil {
		return p
	}
	for one := range b.shelves.from("") {
		if one.live != nil || slices.ContainsFunc(one.past, func(o *object) bool { return o.softDeleted.IsZero() }) {
			return refuse(http.StatusConflict, "conflict", "The bucket you tried to delete is not empty.")
		}
	}
	s.mu.Lock()
	delete(s.buckets, b.name)
	s.mu.Unlock()
	s.world.RemoveBucket(b.name)
	c.rw.WriteHeader(http.StatusNoContent)
	return nil
}

// bucketJSON is a bucket as a resource; the caller holds its lock.
func (s *Storage) bucketJSON(c *call, b *bucket) any {
	kind := "multi-region"
	if strings.Contains(b.settings.Location, "-") {
		kind = "region"
	}
	return struct {
		Kind           string `json:"kind"`
		ID             string `json:"id"`
		SelfLink       string `json:"selfLink"`
		Name           string `json:"name"`
		ProjectNumber  string `json:"projectNumber"`
		Generation     string `json:"generation"`
		Metageneration string `json:"metageneration"`
		Etag           string `json:"etag"`
		LocationType   string `json:"locationType"`
		TimeCreated    string `json:"timeCreated"`
		Updated        string `json:"updated"`
		settings
	}{
		"storage#bucket", b.name, c.base() + "/storage/v1/b/" + b.name, b.name, b.project, strconv.FormatInt(b.generation, 10),
		strconv.FormatInt(b.metageneration, 10), (&object{generation: b.metageneration}).etag(), kind, stamp(b.created), stamp(b.updated), b.settings,
	}
}

// base is where the caller found this API.
func (c *call) base() string {
	if c.TLS != nil {
		return "https://" + c.Host
	}
	return "http://" + c.Host
}

// policyJSON is an allow policy in Cloud Storage's own form.
func policyJSON(bucket string, p world.Policy) any {
	return map[string]any{"kind": "storage#policy", "resourceId": "projects/_/buckets/" + bucket, "version": 1, "etag": p.Etag, "bindings": append([]world.Binding{}, p.Bindings...)}
}

func (s *Storage) getPolicy(c *call) *refusal {
	p, err := s.world.BucketPolicy(c.bucket)
	if err != nil {
		return noBucket()
	}
	answer(c.rw, http.StatusOK, policyJSON(c.bucket, p))
	return nil
}

func (s *Storage) setPolicy(c *call) *refusal {
	var body world.Policy
	if p := c.body(&body); p != nil {
		return p
	}
	for _, b := range body.Bindings {
		if !s.world.HasRole(b.Role) {
			return invalid("Role %s is not supported for this resource.", b.Role)
		}
		for _, m := range b.Members {
			if !strings.Contains(m, ":") && m != "allUsers" && m != "allAuthenticatedUsers" {
				return invalid("Invalid policy member: %s", m)
			}
		}
	}
	set, err := s.world.SetBucketPolicy(c.bucket, body)
	if _, conflict := errors.AsType[*world.Conflict](err); conflict {
		return unmet()
	}
	if err != nil {
		return noBucket()
	}
	answer(c.rw, http.StatusOK, policyJSON(c.bucket, set))
	return nil
}

// testPermissions says which of the asked permissions the caller has. It needs none.
func (s *Storage) testPermissions(c *call) *refusal {
	out := map[string]any{"kind": "storage#testIamPermissionsResponse"}
	if held := s.world.BucketPermissions(c.grant, c.bucket, c.options.Values["permissions"]...); len(held) > 0 {
		out["permissions"] = held
	}
	answer(c.rw, http.StatusOK, out)
	return nil
}
