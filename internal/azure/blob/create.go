package blob

import (
	"context"
	"net/http"
)

// Create makes the container; one that is there already is left as it is. A restore needs one to put its bytes in.
func (c *Container) Create(ctx context.Context) error {
	_, err := c.done(ctx, call{method: http.MethodPut, query: "restype=container", want: http.StatusCreated, also: http.StatusConflict})
	return err
}
