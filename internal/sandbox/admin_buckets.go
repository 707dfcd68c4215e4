package sandbox

import (
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

// putBucket makes a bucket of Cloud Storage in a project.
func (a *admin) putBucket(r *http.Request) (any, error) {
	req, err := body[struct {
		Project    string `json:"project"`
		Location   string `json:"location"`
		Versioned  bool   `json:"versioned"`
		SoftDelete string `json:"soft_delete"`
		Retention  string `json:"retention"`
	}](r)
	if err != nil {
		return nil, err
	}
	b := storageapi.Bucket{Name: r.PathValue("bucket"), Project: req.Project, Location: req.Location, Versioned: req.Versioned}
	for text, to := range map[*string]*time.Duration{&req.SoftDelete: &b.SoftDelete, &req.Retention: &b.Retention} {
		if *text == "" {
			continue
		}
		if *to, err = time.ParseDuration(*text); err != nil || *to < 0 {
			return nil, badAdmin("%q is not a duration like 24h", *text)
		}
	}
	return nil, a.buckets.AddBucket(b)
}

// damageObject does to an object what no caller can: its checksums stay as they were.
func (a *admin) damageObject(r *http.Request) (any, error) {
	req, err := body[struct {
		Name string `json:"name"`
		Flip *int64 `json:"flip"` // a bit of the byte at this offset
		Cut  *int64 `json:"cut"`  // the object ends after so many bytes
	}](r)
	if err != nil {
		return nil, err
	}
	bucket := r.PathValue("bucket")
	switch {
	case req.Flip != nil && req.Cut == nil:
		return nil, a.buckets.Rot(bucket, req.Name, *req.Flip)
	case req.Cut != nil && req.Flip == nil && *req.Cut >= 0:
		return nil, a.buckets.Truncate(bucket, req.Name, *req.Cut)
	}
	return nil, badAdmin("say flip: OFFSET or cut: SIZE")
}

// putObject writes an object as somebody else would, whatever is there.
func (a *admin) putObject(r *http.Request) (any, error) {
	req, err := body[struct {
		Name string `json:"name"`
		Body []byte `json:"body"` // base64
	}](r)
	if err != nil {
		return nil, err
	}
	generation, err := a.buckets.Put(r.PathValue("bucket"), req.Name, req.Body, nil)
	return map[string]int64{"generation": generation}, err
}

// removeObject deletes an object as somebody else would.
func (a *admin) removeObject(r *http.Request) (any, error) {
	return nil, a.buckets.Remove(r.PathValue("bucket"), r.URL.Query().Get("name"))
}
