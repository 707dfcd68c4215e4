package blob_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// listed is a listing by name, with the error that ended it.
func listed(ctx context.Context, c *blob.Container, q dataset.Query) (map[string]dataset.Object, []string, error) {
	out, names := map[string]dataset.Object{}, []string(nil)
	for o, err := range c.List(ctx, q) {
		if err != nil {
			return out, names, err
		}
		out[o.Name], names = o, append(names, o.Name)
	}
	return out, names, nil
}

// begin is when the histories of the tests begin: a second a step.
var begin = noon.Add(-time.Hour)

// history draws what happens to a few names, and returns what was there after each second.
func history(t *rapid.T, s *store) []map[string]string {
	names := []string{"a", "a/b", "c d"}
	now := map[string]string{}
	deleted := map[string]string{}
	past := []map[string]string{}
	steps := rapid.IntRange(1, 16).Draw(t, "steps")
	for i := range steps {
		at := begin.Add(time.Duration(i) * time.Second)
		name := rapid.SampledFrom(names).Draw(t, "name")
		_, there := now[name]
		was, gone := deleted[name]
		e := blobapi.Seed{Blob: name, At: at}
		switch act := rapid.SampledFrom([]blobapi.Act{blobapi.Write, blobapi.Write, blobapi.Delete, blobapi.Undelete, blobapi.Snapshot}).Draw(t, "act"); {
		case act == blobapi.Delete && there:
			e.Act, deleted[name] = act, now[name]
			delete(now, name)
			s.apply(e)
		case act == blobapi.Undelete && gone && !there && !s.account.Versioning:
			e.Act = act
			s.apply(e)
			now[name] = was
			for j := len(past) - 1; j >= 0; j-- { // nothing tells that it had been deleted meanwhile
				if _, was := past[j][name]; was {
					break
				}
				past[j][name] = deleted[name]
			}
		case act == blobapi.Snapshot && there:
			e.Act = act
			s.apply(e)
		case act == blobapi.Write:
			e.Data = fmt.Appendf(nil, "%s at %d", name, i)
			s.apply(e)
			now[name] = string(e.Data)
			delete(deleted, name)
		}
		past = append(past, maps.Clone(now))
	}
	return past
}

// The state at every second of a random history is what was written, whatever is left of it in the account.
func TestPastIsWhatWas(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]world.StorageAccount{
		"versions":      {Versioning: true, ChangeFeed: true},
		"deleted blobs": {Retention: 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				s := newStore(t, account, "Storage Blob Data Contributor", "Reader")
				past := history(rt, s)
				c := s.open()
				for range 3 {
					i := rapid.IntRange(0, len(past)-1).Draw(rt, "second")
					want := past[i]
					at := begin.Add(time.Duration(i) * time.Second)
					got, names, err := listed(t.Context(), c, dataset.Query{At: at})
					if err != nil && len(names) == 0 && codeIs(err, dataset.CodeNotKept) && account.Retention == 0 && allGone(past) {
						continue // nothing is left that would show that the account keeps versions
					}
					if err != nil {
						rt.Fatalf("at %d: %v", i, err)
					}
					if !slices.IsSorted(names) || len(got) != len(want) {
						rt.Fatalf("at %d: %v, want %v", i, names, want)
					}
					for name, text := range want {
						check(rt, t.Context(), c, got[name], text)
					}
				}
			})
		})
	}
}

func allGone(past []map[string]string) bool {
	return !slices.ContainsFunc(past, func(m map[string]string) bool { return len(m) > 0 })
}

func codeIs(err error, code string) bool {
	return err != nil && bridge.KindOf(err) != bridge.Fault && strings.Contains(codeOf(err), code)
}

// check holds an object against the text that it had. What was deleted can be told, and not read.
func check(t *rapid.T, ctx context.Context, c *blob.Container, o dataset.Object, text string) {
	sum := md5.Sum([]byte(text))
	if o.Size != int64(len(text)) || !bytes.Equal(o.MD5, sum[:]) {
		t.Fatalf("%q has %d bytes and MD5 %x: not %q", o.Name, o.Size, o.MD5, text)
	}
	body, err := c.Open(ctx, o, 0, o.Size)
	if !o.Deleted.IsZero() {
		if codeOf(err) != dataset.CodeUnavailable {
			t.Fatalf("a deleted blob: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || string(got) != text {
		t.Fatalf("%q, %v, want %q", got, err, text)
	}
}

func TestPastThatIsNotKept(t *testing.T) {
	t.Parallel()
	at := noon.Add(-30 * time.Minute)
	before, after := at.Add(-time.Minute), at.Add(time.Minute)
	for name, c := range map[string]struct {
		account world.StorageAccount
		roles   []string
		seeds   []blobapi.Seed
		keep    blob.Undecided
		want    []string
		text    string
		hint    string
	}{
		"nothing is kept": {
			seeds: []blobapi.Seed{{Blob: "a", At: before}}, roles: []string{"Storage Blob Data Reader", "Reader"},
			text: "blob://landbridgedata/training/ cannot be listed as of 2026-11-23T11:30:00Z: no blob in it has a version, and deleted blobs are not kept for so long",
			hint: "az storage account blob-service-properties update --enable-versioning true",
		},
		"and nobody may know": {
			seeds: []blobapi.Seed{{Blob: "a", At: before}}, roles: []string{"Storage Blob Data Reader"}, account: world.StorageAccount{Retention: 7},
			text: "the identity may not see whether deleted blobs are kept",
		},
		"a hierarchical namespace": {
			account: world.StorageAccount{Hierarchical: true, Retention: 7}, roles: []string{"Storage Blob Data Reader", "Reader"},
			seeds: []blobapi.Seed{{Blob: "a/b", At: before}}, text: "it has a hierarchical namespace, which keeps no versions", hint: "vaulted backup",
		},
		"deleted, and no change feed": {
			account: world.StorageAccount{Versioning: true}, seeds: []blobapi.Seed{{Blob: "a", At: before}, {Blob: "a", At: after, Act: blobapi.Delete}},
			text: `of "a" nobody can tell whether it had been deleted by then`, hint: "switch the account's change feed on",
		},
		"deleted, and taken as being there": {
			account: world.StorageAccount{Versioning: true}, seeds: []blobapi.Seed{{Blob: "a", At: before}, {Blob: "a", At: after, Act: blobapi.Delete}},
			keep: blob.Keep, want: []string{"a"},
		},
		"overwritten without a deletion": {
			account: world.StorageAccount{Versioning: true}, seeds: []blobapi.Seed{{Blob: "a", At: before}, {Blob: "a", At: after}}, want: []string{"a"},
		},
		"neither written over nor deleted": {
			account: world.StorageAccount{Versioning: true}, want: []string{"b"},
			seeds: []blobapi.Seed{{Blob: "b", At: before}, {Blob: "later", At: after}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, c.account, c.roles...)
			for _, e := range c.seeds {
				s.apply(e)
			}
			_, names, err := listed(t.Context(), s.open(func(o *blob.Options) { o.Undecided = c.keep }), dataset.Query{At: at})
			if !slices.Equal(names, c.want) {
				t.Errorf("%v", names)
			}
			if c.text == "" && err == nil {
				return
			}
			if codeOf(err) != dataset.CodeNotKept || !strings.Contains(err.Error(), c.text) || !strings.Contains(bridge.HintOf(err), c.hint) {
				t.Errorf("%v\n%s", err, bridge.HintOf(err))
			}
		})
	}
}

// An append blob is written in place: what it was in the middle of that is not kept by any version.
func TestPastOfAnAppendBlob(t *testing.T) {
	t.Parallel()
	s := newStore(t, world.StorageAccount{Versioning: true, ChangeFeed: true})
	s.apply(blobapi.Seed{Blob: "log", At: begin, Kind: "AppendBlob", Data: []byte("one")})
	c := s.open()
	got, _, err := listed(t.Context(), c, dataset.Query{At: begin.Add(time.Minute)})
	if err != nil || got["log"].Size != 3 {
		t.Fatal(got, err)
	}
	appendTo(t, s, "log", "two")
	_, _, err = listed(t.Context(), c, dataset.Query{At: begin.Add(time.Minute)})
	if codeOf(err) != dataset.CodeNotKept || !strings.Contains(err.Error(), `of "log" what it was then is not kept`) {
		t.Error(err)
	}
}
