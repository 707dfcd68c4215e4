package transfer

import (
	"context"
	"fmt"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// CopyPiece copies the chunks from first to before last of a large object, those that are not in the target yet. Many processes may do
// so with pieces of one object; Do of the same item then finds their chunks and finishes it.
func (c *Copier) CopyPiece(ctx context.Context, i Item, first, last int) error {
	l := c.Layout(i.Source)
	if l.Chunks < 2 || l.Ordered || first < 0 || last > l.Chunks || first >= last {
		return &bridge.Error{
			Kind: bridge.Fault, Code: "piece_refused",
			Text: fmt.Sprintf("chunks %d to %d of %q cannot be copied apart: it has %d", first, last, i.Name, l.Chunks),
		}
	}
	w := c.write(i)
	up, err := c.begin(ctx, w, l)
	if err != nil {
		_, err = c.landed(ctx, w, i.Source.CRC32C, err)
		return err
	}
	_, err = c.fill(ctx, i.Source, up, l, first, last)
	return err
}

// Divisible says whether the copy of an object can be shared in pieces, and how many chunks it has.
func (c *Copier) Divisible(o dataset.Object) (chunks int, yes bool) {
	l := c.Layout(o)
	return l.Chunks, l.Chunks > 1 && !l.Ordered
}
