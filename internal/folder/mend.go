package folder

import (
	"context"
	"path"

	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Mend implements dataset.Mender. The good chunks are copied on this machine from the damaged file, which stays, whole, as
// .landbridge/evidence/NAME/@ETAG.
func (f *Folder) Mend(ctx context.Context, o dataset.Object, w dataset.Write, l dataset.Layout, good []dataset.Chunk) (dataset.Upload, string, error) {
	w.If = dataset.Replaces(o)
	u, err := f.begin(ctx, w, l, o.ETag)
	if err != nil {
		return nil, "", err
	}
	u.kept = evidenceOf(u.final, o)
	for _, c := range good {
		if err := u.take(ctx, o, c); err != nil {
			u.close()
			return nil, "", err
		}
	}
	return u, u.kept, nil
}

// take copies a chunk that is good from the damaged file.
func (u *upload) take(ctx context.Context, o dataset.Object, c dataset.Chunk) error {
	want := c.CRC32C
	c = u.layout.Chunk(c.Index, u.write.Size)
	c.CRC32C = want
	if crc, known := u.log.done[c.Index]; known && want.Agree(checksum.Of(crc)) {
		return nil
	}
	body, err := u.f.Open(ctx, o, c.Offset, c.Size)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = u.Write(ctx, c, body)
	return err
}

// Keep implements dataset.Keeper: what takes the file's name leaves it its second one.
func (f *Folder) Keep(ctx context.Context, o dataset.Object) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	final, err := f.path(o.Name)
	if err != nil {
		return "", err
	}
	done, err := f.alone()
	if err != nil {
		return "", failed("lock", o.Name, err)
	}
	defer done()
	if err := f.holds(dataset.Replaces(o), o.Name, final); err != nil {
		return "", err
	}
	kept := evidenceOf(final, o)
	return kept, failed("keep the damaged bytes of", o.Name, f.keep(final, kept))
}

// evidenceOf is where a file stays. A directory of its own lets a name be as long as names may be.
func evidenceOf(final string, o dataset.Object) string { return evidence + "/" + final + "/@" + o.ETag }

// keep gives a damaged file a second name, under which it stays.
func (f *Folder) keep(final, kept string) error {
	if err := f.room(path.Dir(kept)); err != nil {
		return err
	}
	if _, err := f.root.Lstat(kept); err == nil {
		return nil
	}
	return f.root.Link(final, kept)
}
