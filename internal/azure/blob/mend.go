package blob

import (
	"context"
	"encoding/base64"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Mend implements dataset.Mender. The unit is the block: good ones stay where they are, and no byte of them moves. The blob must have
// been written in blocks of this layout, with names as long as ours: Azure mixes no others.
func (c *Container) Mend(ctx context.Context, o dataset.Object, w dataset.Write, l dataset.Layout, good []dataset.Chunk) (dataset.Upload, string, error) {
	blocks, tag, err := c.blocks(ctx, o.Name, "all")
	if err != nil {
		return nil, "", err
	}
	if tag != o.ETag {
		return nil, "", c.about(bridge.Refused, dataset.CodeChanged, o.Name, "has the ETag %s, not %s", tag, o.ETag)
	}
	if !laid(blocks.Committed, l, w.Size) {
		return nil, "", c.about(bridge.Refused, dataset.CodeNotFound, o.Name, "was not written in %d blocks of %d bytes", l.Chunks, l.Size)
	}
	w.If, w.CRC32C, w.MD5 = dataset.Replaces(o), checksum.CRC{}, nil
	u := &upload{c: c, write: w, layout: l, committed: map[string]bool{}, done: map[int][]dataset.Chunk{}}
	u.find(blocks.Uncommitted)
	for _, k := range good {
		id, err := base64.StdEncoding.DecodeString(blocks.Committed[k.Index].Name)
		if err != nil {
			return nil, "", c.about(bridge.Refused, dataset.CodeNotFound, o.Name, "has a block without a name")
		}
		k.Ref = string(id)
		u.committed[k.Ref] = true
		u.done[k.Index] = []dataset.Chunk{k}
	}
	kept, err := c.Keep(ctx, o)
	if err != nil {
		return nil, "", err
	}
	return u, kept, nil
}

// laid says whether blocks are those of a layout.
func laid(blocks []listed, l dataset.Layout, size int64) bool {
	if len(blocks) != l.Chunks {
		return false
	}
	for i, b := range blocks {
		if b.Size != l.Chunk(i, size).Size || len(b.Name) != base64.StdEncoding.EncodedLen(lengthOfID) {
			return false
		}
	}
	return true
}
