package storage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Facts are what matters of a bucket.
type Facts struct {
	Location   string        // US, EUROPE-WEST4, ...
	Class      string        // STANDARD, ...
	Versioned  bool          // what is overwritten or deleted stays as a noncurrent generation
	SoftDelete time.Duration // how long what is gone can be restored; 0 is not at all
	Retention  time.Duration // how long nothing can be overwritten or deleted; 0 is not at all
}

// Look reads the bucket's facts, once for each store. It takes storage.buckets.get.
func (s *Store) Look(ctx context.Context) (Facts, error) {
	s.facts.Lock()
	defer s.facts.Unlock()
	if s.facts.known != nil {
		return *s.facts.known, nil
	}
	var b struct {
		Location, StorageClass string
		Versioning             struct{ Enabled bool }
		SoftDeletePolicy       struct {
			RetentionDurationSeconds int64 `json:",string"`
		}
		RetentionPolicy struct {
			RetentionPeriod int64 `json:",string"`
		}
	}
	q := url.Values{"fields": {"location,storageClass,versioning,softDeletePolicy,retentionPolicy"}}
	if err := s.call(ctx, request{method: http.MethodGet, path: s.base, query: q}, nil, &b); err != nil {
		return Facts{}, err
	}
	s.facts.known = &Facts{
		Location: b.Location, Class: b.StorageClass, Versioned: b.Versioning.Enabled,
		SoftDelete: time.Duration(b.SoftDeletePolicy.RetentionDurationSeconds) * time.Second,
		Retention:  time.Duration(b.RetentionPolicy.RetentionPeriod) * time.Second,
	}
	return *s.facts.known, nil
}

// Missing are those of the permissions that writing in parts takes and that the identity does not have on the bucket. Asking needs
// none.
func (s *Store) Missing(ctx context.Context) ([]string, error) {
	wanted := []string{"storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list"}
	var answer struct{ Permissions []string }
	if err := s.call(ctx, request{method: http.MethodGet, path: s.base + "/iam/testPermissions", query: url.Values{"permissions": wanted}}, nil, &answer); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(wanted, func(p string) bool { return slices.Contains(answer.Permissions, p) }), nil
}

// keepsHistory says whether the past can be read.
func (s *Store) keepsHistory(ctx context.Context) error {
	facts, err := s.Look(ctx)
	if err != nil {
		return err
	}
	if !facts.Versioned {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopBucket, Code: dataset.CodeNotKept,
			Text: "gs://" + s.options.Bucket + " keeps no versions, so its past cannot be read",
			Hint: "gcloud storage buckets update gs://" + s.options.Bucket + " --versioning keeps what comes from now on",
		}
	}
	return nil
}
