package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

// RepairOptions say from where damage is mended. Source, Target and Clock are needed.
type RepairOptions struct {
	Source dataset.Reader
	Target dataset.Writer
	Clock  bridge.Clock
	// Run is the id that new entries bear.
	Run string
	// KeepParts lays a large object that must be written anew down in parts that stay.
	KeepParts bool
}

// Mended is what a repair did to one object.
type Mended struct {
	Name string `json:"name"`
	// Entry replaces the one in the manifest.
	Entry dataset.Entry `json:"-"`
	// Crossed counts the bytes that came from the source; Local those that were read of the copy itself, because its store cannot keep them in
	// place.
	Crossed int64 `json:"crossed"`
	Local   int64 `json:"local"`
	// Chunks that were written anew.
	Chunks int `json:"chunks"`
	// Kept says where the damaged bytes are; "" when there were none to keep, or the store keeps none.
	Kept string `json:"kept,omitempty"`
	// Unharmed says that every byte was what it should be, so that only the manifest's entry is renewed.
	Unharmed bool `json:"unharmed,omitempty"`
}

// Repair mends one object: of a damaged one only what is damaged is fetched from the source, from the very bytes that it was copied from, and held
// against the manifest's sums before the object is made whole. It works on the object that the finding saw, or not at all.
func Repair(ctx context.Context, o RepairOptions, f Finding) (Mended, error) {
	m := &mending{RepairOptions: o, finding: f, out: Mended{Name: f.Name, Entry: f.Entry}, source: origin(f.Entry)}
	switch f.Damage {
	case Extra:
		return m.out, fault("not_damage", "an extra object is not mended: delete it, or sync with mirror")
	case Unreadable:
		return m.out, &bridge.Error{
			Kind: bridge.Refused, Code: dataset.CodeUnavailable, Text: fmt.Sprintf("%q cannot be read, so that nobody knows what is damaged: %s", f.Name, f.Text),
			Hint: "make it readable: out of the archive tier, or with the right that is missing; then repair again",
		}
	case Malformed:
		return m.out, &bridge.Error{
			Kind: bridge.Damaged, Code: "bad_at_source", Text: fmt.Sprintf("%q was bad when it was copied: %s", f.Name, f.Text),
			Hint: "landbridge dataset restore with --last-good looks for the newest recovery point at which it holds together",
		}
	}
	layout := f.Entry.Layout()
	if f.Damage == Touched || f.Damage == Replaced || f.Damage == Rotten && f.Chunks == nil {
		if err := m.look(ctx, layout); err != nil {
			return m.out, err
		}
	} else {
		m.bad = f.Chunks
	}
	if len(m.bad) == 0 && m.finding.Damage != Missing && m.finding.Damage != Truncated {
		m.out.Unharmed = true
		m.out.Entry.Target = dataset.HeldOf(f.Found)
		return m.out, nil
	}
	return m.out, m.mend(ctx, layout)
}

// origin is the object that an entry was copied from.
func origin(e dataset.Entry) dataset.Object {
	return dataset.Object{
		Name: e.Name, Size: e.Size, Version: e.Source.Version, ETag: e.Source.ETag, Modified: e.Source.Modified, Kind: e.Source.Kind,
	}
}

// mending is one repair.
type mending struct {
	RepairOptions
	finding Finding
	source  dataset.Object
	bad     []int // chunks; nil with a copy that is gone or cut short is all of them
	out     Mended
}

// look finds out which chunks are damaged, where the finding does not say.
func (m *mending) look(ctx context.Context, l dataset.Layout) error {
	if m.finding.Found.Size != m.finding.Entry.Size {
		m.finding.Damage = Truncated // nothing of it can be kept in place
		return nil
	}
	for i := range l.Chunks {
		sum, n, err := Sum(ctx, m.Target, m.finding.Found, l.Chunk(i, m.finding.Entry.Size))
		m.out.Local += n
		if err != nil {
			return err
		}
		if sum != wanted(m.finding.Entry, i).Sum {
			m.bad = append(m.bad, i)
		}
	}
	return nil
}

func (m *mending) write(ctx context.Context) dataset.Write {
	e := m.finding.Entry
	w := dataset.Write{
		Name: e.Name, Size: e.Size, Origin: dataset.MarkOf(m.Source.Place(), m.source), If: dataset.If{Absent: true},
		CRC32C: e.CRC32C, MD5: e.MD5, KeepParts: m.KeepParts || len(e.Refs) > 0,
	}
	if m.finding.Damage != Missing {
		w.If = dataset.Replaces(m.finding.Found)
	}
	like := m.like(ctx)
	w.Headers, w.Metadata = like.Headers, maps.Clone(like.Metadata)
	delete(w.Metadata, dataset.Mark)
	return w
}

// like is the object whose headers and metadata the copy shall have: its own, or where those are gone or another's, the source's, as long
// as that is still what was copied.
func (m *mending) like(ctx context.Context) dataset.Object {
	if m.finding.Damage != Rotten {
		if now, err := m.Source.Stat(ctx, m.finding.Name); err == nil && now.ETag == m.source.ETag && now.Version == m.source.Version {
			return now
		}
	}
	return m.finding.Found
}

// mend writes what is damaged. A store that mends parts is asked first; where it cannot, the object is written again, of what is good of
// the copy and what is not of the source.
func (m *mending) mend(ctx context.Context, l dataset.Layout) error {
	w := m.write(ctx)
	mender, ok := m.Target.(dataset.Mender)
	if ok && m.finding.Damage != Missing && m.finding.Damage != Truncated && l.Chunks > 1 {
		up, kept, err := mender.Mend(ctx, m.finding.Found, w, l, m.good(l))
		if code(err) != dataset.CodeNotFound {
			if err != nil {
				return err
			}
			m.out.Kept = kept
			return m.chunks(ctx, up, l, m.damaged(l))
		}
	}
	if keeper, ok := m.Target.(dataset.Keeper); ok && m.finding.Damage != Missing {
		kept, err := keeper.Keep(ctx, m.finding.Found)
		if err != nil {
			return err
		}
		m.out.Kept = kept
	}
	if l.Chunks == 1 {
		return m.whole(ctx, w)
	}
	up, err := m.Target.Begin(ctx, w, l)
	if err != nil {
		return err
	}
	all := make([]int, l.Chunks)
	for i := range all {
		all[i] = i
	}
	return m.chunks(ctx, up, l, all)
}

// damaged are the chunks that come from the source.
func (m *mending) damaged(l dataset.Layout) []int {
	if m.finding.Damage != Missing && m.finding.Damage != Truncated {
		return m.bad
	}
	all := make([]int, l.Chunks)
	for i := range all {
		all[i] = i
	}
	return all
}

// good are the chunks that stay, as the manifest knows them.
func (m *mending) good(l dataset.Layout) []dataset.Chunk {
	bad := m.damaged(l)
	var out []dataset.Chunk
	for i := range l.Chunks {
		if slices.Contains(bad, i) {
			continue
		}
		c := l.Chunk(i, m.finding.Entry.Size)
		c.CRC32C = wanted(m.finding.Entry, i)
		if i < len(m.finding.Entry.Refs) {
			c.Ref = m.finding.Entry.Refs[i]
		}
		out = append(out, c)
	}
	return out
}

// chunks writes these chunks and finishes. One that the store holds already is not written again.
func (m *mending) chunks(ctx context.Context, up dataset.Upload, l dataset.Layout, wantedChunks []int) error {
	have := make([]dataset.Chunk, l.Chunks)
	held := make([]bool, l.Chunks)
	for _, c := range up.Done() {
		if c.Index < l.Chunks && c.CRC32C == wanted(m.finding.Entry, c.Index) {
			have[c.Index], held[c.Index] = c, true
		}
	}
	bad := m.damaged(l)
	for _, i := range wantedChunks {
		if held[i] {
			continue
		}
		c, err := m.chunk(ctx, up, l.Chunk(i, m.finding.Entry.Size), slices.Contains(bad, i))
		if err != nil {
			return err
		}
		have[i], held[i] = c, true
	}
	if i := slices.Index(held, false); i >= 0 {
		return fault("chunk_lost", fmt.Sprintf("chunk %d of %q is neither damaged nor kept", i, m.finding.Name))
	}
	o, err := up.Finish(ctx, have, m.finding.Entry.CRC32C, m.finding.Entry.MD5)
	if err != nil {
		return err
	}
	m.renew(o)
	m.out.Entry.Refs = nil
	if have[0].Ref != "" {
		for _, c := range have {
			m.out.Entry.Refs = append(m.out.Entry.Refs, c.Ref)
		}
	}
	return nil
}

// chunk copies one chunk, from the source or from the copy itself, and refuses one whose sum is not the manifest's.
func (m *mending) chunk(ctx context.Context, up dataset.Upload, c dataset.Chunk, fromSource bool) (dataset.Chunk, error) {
	body, counted, err := m.open(ctx, c, fromSource)
	if err != nil {
		return c, err
	}
	defer body.Close()
	sent, err := up.Write(ctx, c, body)
	if err != nil {
		return c, err
	}
	*counted += c.Size
	m.out.Chunks++
	if want := wanted(m.finding.Entry, c.Index); sent.CRC32C != want {
		return c, m.sourceChanged(fmt.Sprintf("chunk %d has CRC32C %s, not %s", c.Index, sent.CRC32C, want))
	}
	return sent, nil
}

func (m *mending) open(ctx context.Context, c dataset.Chunk, fromSource bool) (io.ReadCloser, *int64, error) {
	if !fromSource {
		body, err := m.Target.Open(ctx, m.finding.Found, c.Offset, c.Size)
		return body, &m.out.Local, err
	}
	body, err := m.Source.Open(ctx, m.source, c.Offset, c.Size)
	if got := code(err); got == dataset.CodeChanged || got == dataset.CodeNotFound {
		err = m.sourceChanged("")
	}
	return body, &m.out.Crossed, err
}

// sourceChanged is the refusal to mend with other bytes than were copied.
func (m *mending) sourceChanged(what string) error {
	text := fmt.Sprintf("the bytes that %q was copied from are at its source no more", m.finding.Name)
	if what != "" {
		text += ": " + what
	}
	return &bridge.Error{
		Kind: bridge.Damaged, Code: dataset.CodeChanged, Text: text,
		Hint: "landbridge dataset restore with --at takes them from a recovery point; landbridge dataset sync takes the newer ones",
	}
}

// whole writes an object of one chunk.
func (m *mending) whole(ctx context.Context, w dataset.Write) error {
	body, counted, err := m.open(ctx, dataset.Chunk{Size: w.Size}, true)
	if err != nil {
		return err
	}
	defer body.Close()
	sum := &summing{}
	o, err := m.Target.Put(ctx, w, io.TeeReader(body, sum))
	if code(err) == dataset.CodeMismatch || err == nil && sum.crc != w.CRC32C.Sum {
		return m.sourceChanged(fmt.Sprintf("they have CRC32C %s, not %s", checksum.Of(sum.crc), w.CRC32C))
	}
	if err != nil {
		return err
	}
	*counted += w.Size
	m.out.Chunks++
	m.renew(o)
	return nil
}

func (m *mending) renew(o dataset.Object) {
	m.out.Entry.Target = dataset.HeldOf(o)
	m.out.Entry.Run = m.Run
	m.out.Entry.Copied = m.Clock().UTC().Truncate(time.Second)
}

func code(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}
