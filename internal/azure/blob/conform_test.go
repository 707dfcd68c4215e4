package blob_test

import (
	"context"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/backup/conform"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// known are the deviations of Blob Storage from the port.
func known() map[string]string {
	return map[string]string{"abort": "Azure has no call that drops staged blocks: it does by itself after a week, or when the name is written"}
}

func TestConforms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		account world.StorageAccount
		prefix  string
		past    bool
	}{
		"plain":        {},
		"prefix":       {prefix: "a/b c/"},
		"soft delete":  {account: world.StorageAccount{Retention: 7}},
		"hierarchical": {account: world.StorageAccount{Hierarchical: true, Retention: 7}},
		"versions":     {account: world.StorageAccount{Versioning: true, Retention: 7, ChangeFeed: true}, past: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, c.account)
			open := func() *blob.Container {
				return s.open(func(o *blob.Options) { o.Prefix = c.prefix })
			}
			target := conform.Target{
				Writer: open(), Reopen: func(context.Context) (dataset.Writer, error) { return open(), nil }, Past: c.past,
				Wait: func(_ context.Context, d time.Duration) error { s.pass(d); return nil }, Known: known(),
			}
			for _, k := range conform.Cases() {
				r := target.Check(t.Context(), k)
				if r.Err != nil {
					t.Errorf("%s: %v", k.Name, r.Err)
				}
				if r.Skipped != "" {
					t.Logf("%s: skipped: %s", k.Name, r.Skipped)
				}
			}
		})
	}
}
