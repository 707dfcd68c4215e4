package world

// bucket is what the world knows of a Cloud Storage bucket: whose it is, and who may do what. What is in it is the API's.
type bucket struct {
	project string // number
	policy  Policy
}

// AddBucket makes a bucket's allow policy known; one that is there stays as it is. An unknown project is a *NotFound.
func (w *World) AddBucket(name, project string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.project(project)
	if p == nil {
		return &NotFound{"project", project}
	}
	if w.buckets == nil {
		w.buckets = map[string]*bucket{}
	}
	if w.buckets[name] == nil {
		w.buckets[name] = &bucket{project: p.Number, policy: Policy{Etag: w.nextEtag()}}
	}
	return nil
}

// RemoveBucket forgets a bucket's allow policy.
func (w *World) RemoveBucket(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.buckets, name)
}

// BucketPermissions returns those of the asked permissions that the grant's holder has on a bucket, by the bucket's own policy or
// by its project's.
func (w *World) BucketPermissions(g Grant, name string, asked ...string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.buckets[name]
	if b == nil {
		return nil
	}
	policies := []*Policy{&b.policy}
	if p := w.project(b.project); p != nil {
		policies = append(policies, &p.Policy)
	}
	return w.held(g, asked, policies...)
}

// BucketPolicy is a bucket's allow policy.
func (w *World) BucketPolicy(name string) (Policy, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.buckets[name]
	if b == nil {
		return Policy{}, &NotFound{"bucket", name}
	}
	return clonePolicy(b.policy), nil
}

// SetBucketPolicy replaces a bucket's allow policy and returns it with its new etag.
func (w *World) SetBucketPolicy(name string, p Policy) (Policy, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.buckets[name]
	if b == nil {
		return Policy{}, &NotFound{"bucket", name}
	}
	return w.setPolicy("bucket "+name, &b.policy, p)
}
