package blob

import (
	"context"
	"net/http"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
)

// Create makes the container; one that is there already is left as it is. A restore of files needs one to put its bytes in.
func (c *Container) Create(ctx context.Context) error {
	_, err := c.done(ctx, call{method: http.MethodPut, query: "restype=container", want: http.StatusCreated, also: http.StatusConflict})
	return err
}

// Exists says whether the container is there.
func (c *Container) Exists(ctx context.Context) (bool, error) {
	_, err := c.done(ctx, call{method: http.MethodHead, query: "restype=container", want: http.StatusOK})
	if dataplane.CodeOf(err) == codeNoContainer {
		return false, nil
	}
	return err == nil, err
}

// Remove removes the container if there is nothing in it that anybody could miss, and says whether it did. A blob counts wherever it
// lies, and so do snapshots and blocks that wait to be committed; directories and what was deleted go with the container.
func (c *Container) Remove(ctx context.Context) (bool, error) {
	l := lister{Container: c, ctx: ctx}
	for p, err := range l.pages("", "", "metadata,snapshots,uncommittedblobs") {
		if err != nil {
			return false, err
		}
		for _, i := range p.items {
			if !i.directory {
				return false, nil
			}
		}
	}
	_, err := c.done(ctx, call{method: http.MethodDelete, query: "restype=container", want: http.StatusAccepted})
	return err == nil, err
}
