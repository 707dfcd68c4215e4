package storage_test

import (
	"context"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/backup/conform"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
)

func TestConform(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bucket storageapi.Bucket
		change []func(*storage.Options)
		known  map[string]string
	}{
		"parts":           {bucket: storageapi.Bucket{}},
		"parts, versions": {bucket: storageapi.Bucket{Versioned: true, SoftDelete: time.Hour}},
		"in order": {bucket: storageapi.Bucket{}, change: []func(*storage.Options){inOrder(&drawer{})}, known: map[string]string{
			"mend one chunk":                  "one session leaves no parts",
			"mend what was changed meanwhile": "one session leaves no parts",
		}},
		"below a prefix": {bucket: storageapi.Bucket{}, change: []func(*storage.Options){func(o *storage.Options) { o.Prefix = "team/a b/" }}},
	} {
		f := newFar(t, c.bucket)
		target := conform.Target{
			Writer: f.store(c.change...), Past: c.bucket.Versioned, Known: c.known,
			Reopen: func(context.Context) (dataset.Writer, error) { return f.store(c.change...), nil },
			Wait:   func(_ context.Context, d time.Duration) error { f.pass(d); return nil },
		}
		for _, one := range conform.Cases() {
			t.Run(name+"/"+one.Name, func(t *testing.T) {
				t.Parallel()
				switch r := target.Check(t.Context(), one); {
				case r.Err != nil:
					t.Error(r.Err)
				case r.Skipped != "":
					t.Log("not held against this store: " + r.Skipped)
				}
			})
		}
	}
}
