package dataset

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/landbridge/landbridge/internal/checksum"
)

// Codes of the errors (bridge.Error.Code) on which callers act; every store gives these for these.
const (
	CodeNotFound     = "object_not_found"   // no such object, or no longer
	CodeChanged      = "object_changed"     // the bytes that were asked for are there no more: the version is gone, or If-Match failed
	CodeExists       = "object_exists"      // a write that may only create found an object, or one that may only replace found another
	CodeMismatch     = "checksum_mismatch"  // the store holds, or got, other bytes than were sent
	CodeUnavailable  = "object_unavailable" // archived, or soft-deleted: there, but not to be read; Hint says what to do
	CodeNotKept      = "history_not_kept"   // the place keeps no versions or snapshots, so the past cannot be read
	CodeUnauthorized = "permission_missing" // the identity lacks a right; Hint names the role
	CodeFull         = "no_space"           // no room to write
)

// Reader reads a place. Every method makes one attempt, says by bridge.Error.Retry whether another may help, and may be called from
// many goroutines.
type Reader interface {
	Place() Place
	// List yields the objects in byte order of their names, each name once, reading page by page.
	List(ctx context.Context, q Query) iter.Seq2[Object, error]
	// Stat returns one object as it is now.
	Stat(ctx context.Context, name string) (Object, error)
	// Open reads length bytes from offset of exactly the bytes that o names: its version where it has one, else under its ETag.
	// The reader gives length bytes or an error (io.ErrUnexpectedEOF when they end early), never fewer and io.EOF.
	Open(ctx context.Context, o Object, offset, length int64) (io.ReadCloser, error)
}

// Query chooses objects.
type Query struct {
	Prefix string    // of names
	After  string    // only names greater than this
	At     time.Time // as they were then; zero is now. A store that keeps no past refuses with CodeNotKept
}

// Writer writes to a place.
type Writer interface {
	Reader
	// Layout says how an object of this size would be written with about this size of chunk: the limits are the store's own. A layout
	// of one chunk is written by Put, any other by Begin.
	Layout(size, chunk int64) Layout
	// Put writes an object in one request. body gives exactly w.Size bytes. When a sum in w is known, the store refuses other bytes;
	// when not, the caller compares the sums of the object that comes back with its own.
	Put(ctx context.Context, w Write, body io.Reader) (Object, error)
	// Begin begins, or goes on with, an object of many chunks: what an earlier process left under the same mark is found again.
	Begin(ctx context.Context, w Write, l Layout) (Upload, error)
	// Delete removes exactly this object: its generation or ETag must still hold.
	Delete(ctx context.Context, o Object) error
}

// Mender mends an object in the store's own unit. A store that has no smaller unit than the object does not implement it.
type Mender interface {
	// Mend begins to replace some chunks of an object that was written with this layout. What Done returns is left as it is, by the
	// refs that the manifest kept. Finish holds only if o is still the object there is, and leaves the damaged bytes to be found:
	// kept says where. A CodeNotFound means that the parts of the object are no more, so that all of it must be written.
	Mend(ctx context.Context, o Object, w Write, l Layout, good []Chunk) (up Upload, kept string, err error)
}

// Namer is a Writer whose place cannot hold every name. CheckName refuses, without asking the store, a name that no write would take; the
// error says what is wrong with it.
type Namer interface {
	CheckName(name string) error
}

// Keeper keeps the bytes of an object that is about to be replaced, as evidence.
type Keeper interface {
	// Keep makes sure that exactly these bytes can be had after the object is replaced, and says where: a generation, a snapshot, a name.
	Keep(ctx context.Context, o Object) (where string, err error)
}

// Layout is how an object is cut: Chunks pieces of Size bytes, the last one shorter.
type Layout struct {
	Size   int64 // of a chunk
	Chunks int   // at least 1, also of an empty object
	// Ordered says that chunks must be written one after the other: there is one session and no parts.
	Ordered bool
}

// Chunk returns where the chunk with this index lies in an object of this size.
func (l Layout) Chunk(index int, size int64) Chunk {
	c := Chunk{Index: index, Offset: int64(index) * l.Size, Size: l.Size}
	if rest := size - c.Offset; rest < c.Size {
		c.Size = rest
	}
	return c
}

// Chunk is a piece of an object.
type Chunk struct {
	Index  int          `json:"i"`
	Offset int64        `json:"-"`
	Size   int64        `json:"n"`
	CRC32C checksum.CRC `json:"crc32c,omitzero"`
	// Ref is what the store calls the piece: a block id, a component's name and generation. "" when it has no name of its own.
	Ref string `json:"ref,omitempty"`
}

// Write says what is to be written.
type Write struct {
	Name     string
	Size     int64
	Origin   string // MarkOf what is copied; written as metadata Mark
	If       If
	CRC32C   checksum.CRC // when known before the bytes are sent
	MD5      []byte       // the same
	Headers  Headers
	Metadata map[string]string
	// KeepParts leaves the parts of a chunked object beside it, so that it can be mended part by part.
	KeepParts bool
}

// If is the precondition of a write. The zero value is none, and is for places that are thrown away.
type If struct {
	Absent  bool   // nothing may be there
	Version string // this generation must be there
	ETag    string // or this ETag
}

// Replaces is the precondition that exactly o is there.
func Replaces(o Object) If { return If{Version: o.Version, ETag: o.ETag} }

// Upload is an object while it is being written in chunks. Its methods may be called from many goroutines, unless the layout is ordered.
type Upload interface {
	// Done are the chunks that the store holds already, each with its sum.
	Done() []Chunk
	// Write sends one chunk, again if need be: the last one counts. It returns the chunk with its sum, as read from body and as the
	// store holds it.
	Write(ctx context.Context, c Chunk, body io.Reader) (Chunk, error)
	// Finish makes the object of all chunks, in order, and refuses when the store's sum of it is not this one.
	Finish(ctx context.Context, chunks []Chunk, crc32c checksum.CRC, md5 []byte) (Object, error)
	// Abort removes what was sent.
	Abort(ctx context.Context) error
}
