package storageapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

const (
	api   = "storage.googleapis.com"
	title = "Cloud Storage API"
)

// scopes are those that reading, writing and changing policies take besides cloud-platform
// (https://cloud.google.com/storage/docs/oauth-scopes).
func scopes() (reads, writes, controls []string) {
	const prefix = "https://www.googleapis.com/auth/"
	controls = []string{prefix + "devstorage.full_control"}
	writes = append([]string{prefix + "devstorage.read_write"}, controls...)
	reads = append([]string{prefix + "devstorage.read_only", prefix + "cloud-platform.read-only"}, writes...)
	return reads, writes, controls
}

// admit finds out who calls, which bucket is meant, and whether the caller may.
func (s *Storage) admit(c *call, found route) *refusal {
	about := googleapi.Call{API: api, Title: title, Method: "google.storage." + c.kind, Scopes: found.scopes}
	var p *googleapi.Problem
	if c.kind == "buckets" {
		about.Project = c.options.Get("project")
		c.grant, p = s.google.Admit(c.Request, about)
	} else {
		c.grant, p = s.google.Authenticate(c.Request, about)
	}
	if p != nil {
		return translated(p)
	}
	if c.kind == "buckets" {
		return s.admitProject(c, found.permission)
	}
	if c.inside = s.bucket(c.bucket); c.inside == nil {
		return noBucket()
	}
	if found.permission != "" {
		return s.demand(c, found.permission)
	}
	return nil
}

func (s *Storage) admitProject(c *call, permission string) *refusal {
	project := c.options.Get("project")
	if project == "" {
		return &refusal{http.StatusBadRequest, "required", "Required parameter: project", "parameter", "project"}
	}
	if len(s.world.ProjectPermissions(c.grant, project, permission)) == 0 {
		return denied(string(c.grant.Principal), permission)
	}
	return nil
}

// demand refuses a caller that lacks a permission on the bucket.
func (s *Storage) demand(c *call, permission string) *refusal {
	if s.may(c, permission) {
		return nil
	}
	return denied(string(c.grant.Principal), permission)
}

func (s *Storage) may(c *call, permission string) bool {
	return len(s.world.BucketPermissions(c.grant, c.inside.name, permission)) > 0
}

// absent says that an object is not there, to those who may know it: without the right to list, nobody learns it.
func (s *Storage) absent(c *call) *refusal {
	if p := s.demand(c, "storage.objects.list"); p != nil {
		return p
	}
	return noObject(c.bucket, c.object)
}
