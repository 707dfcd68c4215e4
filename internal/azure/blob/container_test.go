package blob_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// A container that is not there is a mistake in what was asked for, whatever was asked of it.
func TestNoContainer(t *testing.T) {
	t.Parallel()
	c := newStore(t, world.StorageAccount{}).open(func(o *blob.Options) { o.Container = "copies" })
	_, stat := c.Stat(t.Context(), "a")
	_, put := c.Put(t.Context(), dataset.Write{Name: "a", Size: 1}, strings.NewReader("x"))
	_, begin := c.Begin(t.Context(), dataset.Write{Name: "a", Size: 2}, dataset.Layout{Size: 1, Chunks: 2})
	var list error
	for _, list = range c.List(t.Context(), dataset.Query{}) {
		break
	}
	for what, err := range map[string]error{"stat": stat, "put": put, "begin": begin, "list": list, "delete": c.Delete(t.Context(), dataset.Object{Name: "a", ETag: `"0x1"`})} {
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Kind != bridge.Usage || e.Code != "container_not_found" || e.Text != "there is no container copies in the storage account landbridgedata" ||
			!strings.Contains(e.Hint, "az storage container create --auth-mode login --account-name landbridgedata --name copies") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if there, err := c.Exists(t.Context()); there || err != nil {
		t.Error(there, err)
	}
	if err := c.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	if there, err := c.Exists(t.Context()); !there || err != nil {
		t.Error(there, err)
	}
}

// Only a container in which nothing is that anybody could miss is removed: below any prefix, snapshots and waiting blocks too.
func TestRemove(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		account world.StorageAccount
		fill    func(*store, *blob.Container) error
		removed bool
	}{
		"nothing": {removed: true},
		"another's blob": {fill: func(s *store, _ *blob.Container) error {
			s.apply(blobapi.Seed{Blob: "elsewhere", Data: []byte("x")})
			return nil
		}},
		"waiting blocks": {fill: func(_ *store, c *blob.Container) error {
			up, err := c.Begin(t.Context(), dataset.Write{Name: "a", Size: 2, Origin: mark}, dataset.Layout{Size: 1, Chunks: 2})
			if err == nil {
				_, err = up.Write(t.Context(), dataset.Chunk{Size: 1}, bytes.NewReader([]byte("x")))
			}
			return err
		}},
		"what was deleted, and its directory": {
			account: world.StorageAccount{Hierarchical: true, Retention: 7}, removed: true,
			fill: func(s *store, _ *blob.Container) error {
				s.apply(blobapi.Seed{Blob: "fraud/b", Data: []byte("x")})
				s.apply(blobapi.Seed{Blob: "fraud/b", Act: blobapi.Delete})
				return nil
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, tc.account)
			c := s.open(func(o *blob.Options) { o.Prefix = "fraud/" })
			if tc.fill != nil {
				if err := tc.fill(s, c); err != nil {
					t.Fatal(err)
				}
			}
			removed, err := c.Remove(t.Context())
			there, existsErr := c.Exists(t.Context())
			if err != nil || existsErr != nil || removed != tc.removed || there == tc.removed {
				t.Errorf("removed %v, there %v: %v, %v", removed, there, err, existsErr)
			}
		})
	}
}
