package check_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/backup/check"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
)

const chunk = 1000

// copied is a source, its copy and the manifest's entries.
type copied struct {
	source, target *memory
	entries        map[string]dataset.Entry
}

// copyOf copies objects as the engine would: in chunks, with all their sums.
func copyOf(t testing.TB, bodies map[string][]byte) *copied {
	t.Helper()
	c := &copied{newMemory(), newMemory(), map[string]dataset.Entry{}}
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		body := bodies[name]
		from := c.source.put(name, body)
		l := c.target.Layout(from.Size, chunk)
		e := dataset.Entry{Name: name, Size: from.Size, CRC32C: crc(body), Source: dataset.OriginOf(from), Proof: dataset.ProofCRC32C, Run: "first"}
		if l.Chunks == 1 {
			e.Target = dataset.HeldOf(c.target.put(name, body))
			c.entries[name] = e
			continue
		}
		e.ChunkSize = l.Size
		up, _ := c.target.Begin(t.Context(), dataset.Write{Name: name, If: dataset.If{Absent: true}}, l)
		var chunks []dataset.Chunk
		for i := range l.Chunks {
			piece := l.Chunk(i, from.Size)
			done, err := up.Write(t.Context(), piece, bytes.NewReader(body[piece.Offset:piece.Offset+piece.Size]))
			if err != nil {
				t.Fatal(err)
			}
			chunks = append(chunks, done)
			e.Chunks, e.Refs = append(e.Chunks, done.CRC32C), append(e.Refs, done.Ref)
		}
		o, err := up.Finish(t.Context(), chunks, e.CRC32C, nil)
		if err != nil {
			t.Fatal(err)
		}
		e.Target = dataset.HeldOf(o)
		c.entries[name] = e
	}
	return c
}

func (c *copied) manifest() iter.Seq2[dataset.Entry, error] {
	return func(yield func(dataset.Entry, error) bool) {
		for _, name := range slices.Sorted(maps.Keys(c.entries)) {
			if !yield(c.entries[name], nil) {
				return
			}
		}
	}
}

func (c *copied) verify(t testing.TB, deep bool) (map[string]check.Finding, check.Report) {
	t.Helper()
	found := map[string]check.Finding{}
	report, err := check.Verify(t.Context(), check.VerifyOptions{
		Target: c.target, Entries: c.manifest(), Deep: deep, Found: func(f check.Finding) error { found[f.Name] = f; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, report
}

func (c *copied) repair(t testing.TB, f check.Finding) (check.Mended, error) {
	t.Helper()
	m, err := check.Repair(t.Context(), check.RepairOptions{Source: c.source, Target: c.target, Clock: func() time.Time { return time.Unix(1e9, 0) }, Run: "repair"}, f)
	if err == nil {
		c.entries[f.Name] = m.Entry
	}
	return m, err
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

func bodies() map[string][]byte {
	return map[string][]byte{"empty": {}, "large": random(5500), "other": random(4000), "small": random(10), "weights/a": random(1000)}
}

func damages(found map[string]check.Finding) map[string]string {
	out := map[string]string{}
	for name, f := range found {
		out[name] = fmt.Sprint(f.Damage, f.Chunks)
	}
	return out
}

func TestVerifyFindsEachDamage(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	if found, report := c.verify(t, true); len(found) > 0 || report.Objects != 5 || report.Bytes != 10510 || report.Read != 10510 || !report.Clean() {
		t.Errorf("a whole copy: %v, %+v", found, report)
	}
	delete(c.target.objects, "small")
	c.target.put("weights/a", random(999))
	c.target.objects["large"].body[2500] ^= 1 // rot: the store does not know
	c.target.put("other", random(4000))
	c.target.put("zz", []byte("new"))
	c.target.put(".landbridge/parts/1", []byte("our own"))
	c.target.put("empty", nil)
	fast, report := c.verify(t, false)
	want := map[string]string{"empty": "touched[]", "small": "missing[]", "weights/a": "truncated[]", "other": "replaced[]", "zz": "extra[]"}
	if diff := cmp.Diff(want, damages(fast)); diff != "" || report.Damaged() != 3 || report.Read != 0 {
		t.Errorf("by metadata: %s\n%+v", diff, report)
	}
	deep, report := c.verify(t, true)
	delete(want, "empty") // its bytes are what they were
	want["large"], want["other"] = "rotten[2]", "replaced[0 1 2 3]"
	if diff := cmp.Diff(want, damages(deep)); diff != "" || report.Damaged() != 4 {
		t.Errorf("by bytes: %s\n%+v", diff, report)
	}
	if got := deep["large"].Text; got != "1 of 6 chunks have other bytes" {
		t.Error(got)
	}
}

// Of a large object only the damaged chunk crosses, and the damaged bytes are kept.
func TestRepairMovesOneChunk(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	c.target.objects["large"].body[2500] ^= 1
	found, _ := c.verify(t, true)
	c.source.read, c.target.read = 0, 0
	m, err := c.repair(t, found["large"])
	if err != nil || m.Crossed != chunk || m.Chunks != 1 || c.source.read != chunk || c.target.read != 0 || m.Kept == "" {
		t.Errorf("%+v, %v; read %d of the source", m, err, c.source.read)
	}
	if found, _ := c.verify(t, true); len(found) > 0 || c.entries["large"].Run != "repair" || c.entries["other"].Run != "first" {
		t.Errorf("after the repair: %v", damages(found))
	}
}

// Without parts the object is the unit, but still only the damaged range crosses between the clouds.
func TestRepairWithoutParts(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	c.target.objects["large"].body[0] ^= 1
	c.target.noParts = true
	found, _ := c.verify(t, true)
	m, err := c.repair(t, found["large"])
	if err != nil || m.Crossed != chunk || m.Local != 4500 || m.Chunks != 6 || m.Kept == "" {
		t.Errorf("%+v, %v", m, err)
	}
	if found, _ := c.verify(t, true); len(found) > 0 {
		t.Errorf("after the repair: %v", damages(found))
	}
}

func TestRepairRefuses(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	c.target.objects["large"].body[2500] ^= 1
	c.target.objects["other"].body[1] ^= 1
	delete(c.target.objects, "small")
	found, _ := c.verify(t, true)
	c.target.put("large", random(5500)) // somebody was faster
	c.source.put("other", random(4000))
	c.source.put("small", random(10))
	for name, want := range map[string]string{"large": dataset.CodeExists, "other": dataset.CodeChanged, "small": dataset.CodeChanged} {
		before := c.target.made
		_, err := c.repair(t, found[name])
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Code != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		if want == dataset.CodeChanged && (!strings.Contains(e.Text, "at its source no more") || e.Hint == "" || c.target.made != before) {
			t.Errorf("%s: %v, hint %q", name, e, e.Hint)
		}
	}
	if _, err := c.repair(t, check.Finding{Name: "x", Damage: check.Extra}); err == nil {
		t.Error("an extra object is mended")
	}
	_, err := c.repair(t, check.Finding{Name: "x", Damage: check.Malformed, Text: "no footer"})
	if err == nil || !strings.Contains(err.Error(), `"x" was bad when it was copied: no footer`) || !strings.Contains(bridge.HintOf(err), "--last-good") {
		t.Errorf("%v", err)
	}
}

// The source's bytes are held against the manifest before anything is made of them.
func TestRepairWithALyingSource(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	c.target.objects["large"].body[2500] ^= 1
	delete(c.target.objects, "small")
	found, _ := c.verify(t, true)
	c.source.objects["large"].body[2501] ^= 1
	c.source.objects["small"].body[0] ^= 1
	for _, name := range []string{"large", "small"} {
		_, err := c.repair(t, found[name])
		if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != dataset.CodeChanged || e.Kind != bridge.Damaged {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, ok := c.target.objects["small"]; ok {
		t.Error("wrong bytes were written")
	}
}

// What is known of an object besides its bytes outlives their repair: by the copy itself, and where that is gone or another's, by the source.
func TestRepairKeepsHeadersAndMetadata(t *testing.T) {
	t.Parallel()
	want := dataset.Headers{ContentType: "application/x-tensors", CacheControl: "no-store"}
	for _, name := range []string{"large", "small"} {
		for damage, spoil := range map[string]func(*copied){
			"gone": func(c *copied) { delete(c.target.objects, name) },
			"replaced": func(c *copied) {
				c.target.put(name, random(7))
				c.target.objects[name].Headers.ContentType = "another's"
			},
			"rotten": func(c *copied) { c.target.objects[name].body[3] ^= 1 },
		} {
			c := copyOf(t, bodies())
			for _, m := range []*memory{c.source, c.target} {
				h := m.objects[name]
				h.Headers, h.Metadata = want, map[string]string{"owner": "ml", dataset.Mark: "an older one"}
			}
			spoil(c)
			found, _ := c.verify(t, true)
			if _, err := c.repair(t, found[name]); err != nil {
				t.Fatalf("%s %s: %v", name, damage, err)
			}
			got := c.target.objects[name]
			if got.Headers != want || got.Metadata["owner"] != "ml" || got.Metadata[dataset.Mark] == "an older one" || got.Metadata[dataset.Mark] == "" {
				t.Errorf("%s %s: %+v, %v", name, damage, got.Headers, got.Metadata)
			}
		}
	}
}

// What cannot be read is not called unharmed.
func TestRepairOfTheUnreadable(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	m, err := c.repair(t, check.Finding{Name: "small", Damage: check.Unreadable, Entry: c.entries["small"], Text: "it is in the archive tier"})
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != dataset.CodeUnavailable || !strings.Contains(e.Text, `"small" cannot be read, so that nobody knows what is damaged: it is in the archive tier`) || m.Unharmed {
		t.Errorf("%+v: %v", m, err)
	}
}

// Whatever is done to a copy: verify finds it, repair mends it, and nothing that was whole is written again.
func TestVerifyAndRepairAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := copyOf(t, bodies())
		for range rapid.IntRange(1, 6).Draw(rt, "damages") {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(c.entries))).Draw(rt, "name")
			h := c.target.objects[name]
			switch rapid.SampledFrom([]string{"delete", "truncate", "flip", "replace", "touch"}).Draw(rt, "damage") {
			case "delete":
				delete(c.target.objects, name)
			case "truncate":
				if h != nil && h.Size > 0 {
					c.target.put(name, h.body[:rapid.IntRange(0, len(h.body)-1).Draw(rt, "length")])
				}
			case "flip":
				if h != nil && h.Size > 0 {
					h.body[rapid.IntRange(0, len(h.body)-1).Draw(rt, "at")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
				}
			case "replace":
				c.target.put(name, random(int(c.entries[name].Size)+rapid.IntRange(0, 2).Draw(rt, "more")))
			case "touch":
				if h != nil {
					c.target.put(name, h.body)
				}
			}
		}
		found, _ := c.verify(t, true)
		fast, _ := c.verify(t, false)
		maps.Copy(fast, found)
		for _, f := range fast {
			if _, err := c.repair(t, f); err != nil {
				rt.Fatalf("%s, %s: %v", f.Name, f.Damage, err)
			}
		}
		for _, deep := range []bool{true, false} {
			if found, _ := c.verify(t, deep); len(found) > 0 {
				rt.Fatalf("after the repair, deep %v: %v", deep, damages(found))
			}
		}
		for name, e := range c.entries {
			if !bytes.Equal(c.target.objects[name].body, c.source.objects[name].body) || e.CRC32C != crc(c.source.objects[name].body) {
				rt.Fatalf("%s is not what it was", name)
			}
		}
	})
}

func TestVerifyStructure(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	found := map[string]check.Finding{}
	_, err := check.Verify(t.Context(), check.VerifyOptions{
		Target: c.target, Entries: c.manifest(), Deep: true, Found: func(f check.Finding) error { found[f.Name] = f; return nil },
		Structure: func(ctx context.Context, name string, size int64, read check.ReadAt) (string, error) {
			if name != "large" {
				return "", nil
			}
			p := make([]byte, 10)
			if n, err := read(ctx, p, size-10); n != 10 || err != nil || !bytes.Equal(p, c.target.objects[name].body[size-10:]) {
				t.Errorf("read %d, %v", n, err)
			}
			return "no footer", nil
		},
	})
	if err != nil || len(found) != 1 || found["large"].Damage != check.Malformed || found["large"].Text != "no footer" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestVerifyEndsWithTheStreams(t *testing.T) {
	t.Parallel()
	c := copyOf(t, bodies())
	broken := errors.New("line 3 is broken")
	_, err := check.Verify(t.Context(), check.VerifyOptions{Target: c.target, Entries: func(yield func(dataset.Entry, error) bool) { yield(dataset.Entry{}, broken) }})
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := check.Verify(ctx, check.VerifyOptions{Target: c.target, Entries: c.manifest(), Deep: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// endless lists n objects and nothing else.
type endless struct {
	*memory
	n int
}

func (m endless) List(context.Context, dataset.Query) iter.Seq2[dataset.Object, error] {
	return func(yield func(dataset.Object, error) bool) {
		for i := range m.n {
			if !yield(dataset.Object{Name: fmt.Sprintf("%012d", i), Size: 1, Version: "1", CRC32C: checksum.Of(uint32(i))}, nil) {
				return
			}
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	b.ReportAllocs()
	entries := func(yield func(dataset.Entry, error) bool) {
		for i := range b.N {
			if !yield(dataset.Entry{Name: fmt.Sprintf("%012d", i), Size: 1, CRC32C: checksum.Of(uint32(i)), Target: dataset.Held{Version: "1"}}, nil) {
				return
			}
		}
	}
	report, err := check.Verify(b.Context(), check.VerifyOptions{Target: endless{newMemory(), b.N}, Entries: entries})
	if err != nil || !report.Clean() {
		b.Fatal(err, report)
	}
}
