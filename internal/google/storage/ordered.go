package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// quantum is what a resumable upload persists in (https://cloud.google.com/storage/docs/resumable-uploads).
const quantum = 256 << 10

// Sessions keeps what a resumable upload needs to be gone on with by another process: the session's URI, which is as good as a token
// for this one object, and the sums of the chunks that were sent. It must be kept as a secret is.
type Sessions interface {
	// Load returns what was saved under this mark; an empty secret when there is nothing.
	Load(ctx context.Context, mark string) (bridge.Secret, error)
	// Save replaces it; an empty secret forgets it.
	Save(ctx context.Context, mark string, state bridge.Secret) error
}

// Resumable is an Upload through a session of Cloud Storage's.
type Resumable interface {
	dataset.Upload
	// Session is what Sessions.Save was given last.
	Session() bridge.Secret
}

// ordered is an object that is written through one session, chunk after chunk. It is not safe for use from many goroutines.
type ordered struct {
	store  *Store
	write  dataset.Write
	layout dataset.Layout
	state  progress
	// persisted is how many bytes Cloud Storage has; unsure says that it must be asked first.
	persisted int64
	unsure    bool
	finished  *dataset.Object
	tail      []byte // of the last chunk, what is no whole quantum: it goes with the whole object's checksum
}

// progress is what is saved of it.
type progress struct {
	URI    string         `json:"uri"`
	Target string         `json:"target"` // gs://BUCKET/OBJECT
	Size   int64          `json:"size"`
	Chunk  int64          `json:"chunk"` // size of one
	Sums   []checksum.CRC `json:"sums"`  // of the chunks that were sent whole, in order
}

// fresh is the state of an upload that has not begun.
func (u *ordered) fresh() progress {
	return progress{Target: u.store.place.String() + u.write.Name, Size: u.write.Size, Chunk: u.layout.Size}
}

// is says that both are of the same upload.
func (p progress) is(other progress) bool {
	return p.Target == other.Target && p.Size == other.Size && p.Chunk == other.Chunk
}

func (s *Store) beginOrdered(ctx context.Context, w dataset.Write, l dataset.Layout) (dataset.Upload, error) {
	if s.options.Sessions == nil || l.Size%quantum != 0 {
		return nil, usage("layout_refused", "an object that is written in order needs a place where its session is kept, and chunks of whole 256 KiB", "take the layout from Layout, with Options.Sessions set")
	}
	u := &ordered{store: s, write: w, layout: l}
	saved, err := s.options.Sessions.Load(ctx, w.Origin)
	if err != nil {
		return nil, err
	}
	if !saved.Empty() && json.Unmarshal([]byte(saved.Reveal()), &u.state) == nil && u.state.is(u.fresh()) {
		err := u.ask(ctx)
		if err == nil {
			return u, nil
		}
		if !hasCode(err, codeSessionGone) && !hasCode(err, dataset.CodeMismatch) {
			return nil, err
		}
	}
	return u, u.start(ctx)
}

// codeSessionGone: the session is a week old, cancelled, or unknown. Begin makes another one.
const codeSessionGone = "upload_session_gone"

func (u *ordered) save(ctx context.Context) error {
	return u.store.options.Sessions.Save(ctx, u.write.Origin, u.Session())
}

func (u *ordered) forget(ctx context.Context) error {
	return u.store.options.Sessions.Save(ctx, u.write.Origin, bridge.Secret{})
}

// Session implements Resumable.
func (u *ordered) Session() bridge.Secret {
	text, err := json.Marshal(u.state)
	if err != nil { // texts and numbers always encode
		return bridge.Secret{}
	}
	return bridge.NewSecret(string(text))
}

// Done implements dataset.Upload.
func (u *ordered) Done() []dataset.Chunk {
	var out []dataset.Chunk
	for i, sum := range u.state.Sums {
		c := u.layout.Chunk(i, u.write.Size)
		if c.Offset+c.Size > u.persisted {
			break
		}
		c.CRC32C = sum
		out = append(out, c)
	}
	return out
}

// Write implements dataset.Upload. Of a chunk that was sent in part, what is persisted is read and not sent again.
func (u *ordered) Write(ctx context.Context, c dataset.Chunk, body io.Reader) (dataset.Chunk, error) {
	if u.unsure {
		if err := u.ask(ctx); err != nil {
			return c, err
		}
	}
	if c.Offset > u.persisted || c.Index > len(u.state.Sums) {
		return c, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopBucket, Code: "chunk_out_of_order", Text: fmt.Sprintf("chunk %d was written before the one in front of it", c.Index)}
	}
	bytes := newPayload(body, c.Size)
	if err := u.pass(bytes, min(u.persisted-c.Offset, c.Size)); err != nil {
		return c, err
	}
	end := c.Offset + c.Size
	whole := end - end%quantum
	if whole > u.persisted {
		if err := u.send(ctx, bytes, whole-u.persisted); err != nil {
			return c, err
		}
	}
	tail, err := io.ReadAll(bytes)
	if err != nil {
		return c, bytes.blame(err)
	}
	u.tail = tail
	c.CRC32C = checksum.Of(bytes.sum)
	u.state.Sums = append(u.state.Sums[:c.Index], c.CRC32C)
	return c, u.save(ctx)
}

// pass reads what is persisted already, for its sum.
func (u *ordered) pass(bytes *payload, n int64) error {
	if n <= 0 {
		return nil
	}
	_, err := io.CopyN(io.Discard, bytes, n)
	return bytes.blame(err)
}

// Finish implements dataset.Upload: the last bytes go with the checksum of all, so that a wrong object is never made.
func (u *ordered) Finish(ctx context.Context, _ []dataset.Chunk, crc32c checksum.CRC, _ []byte) (dataset.Object, error) {
	if u.unsure {
		if err := u.ask(ctx); err != nil {
			return dataset.Object{}, err
		}
	}
	if u.finished == nil {
		if err := u.last(ctx, crc32c); err != nil {
			if hasCode(err, dataset.CodeMismatch) { // and with it the session is over
				err = errors.Join(err, u.forget(ctx))
			}
			return dataset.Object{}, err
		}
	}
	o := *u.finished
	if o.Size != u.write.Size || !o.CRC32C.Agree(crc32c) {
		return o, mismatch("the object that was uploaded holds other bytes than were sent")
	}
	return o, u.forget(ctx)
}

// Abort implements dataset.Upload.
func (u *ordered) Abort(ctx context.Context) error {
	resp, err := u.put(ctx, http.MethodDelete, "", nil, 0, checksum.CRC{})
	switch {
	case err == nil:
		_ = resp.Body.Close()
	case !hasCode(err, codeSessionGone):
		return err
	}
	return u.forget(ctx)
}
