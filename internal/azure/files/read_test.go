package files_test

import (
	"crypto/md5"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/files"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/wire"
)

// refused holds an error against its code, and a part of what it says.
func refused(t *testing.T, err error, code string, says ...string) {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code != code {
		t.Fatalf("%v, want %s", err, code)
	}
	for _, part := range says {
		if !strings.Contains(e.Text+"\n"+e.Hint, part) {
			t.Errorf("%q, %q do not say %q", e.Text, e.Hint, part)
		}
	}
}

func listError(t *testing.T, s *files.Share, q dataset.Query) error {
	t.Helper()
	for _, err := range s.List(t.Context(), q) {
		return err
	}
	return nil
}

func TestStatAndRanges(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.put(t, "d/a b", "0123456789", noon)
	share := s.open(t, func(o *files.Options) { o.Prefix = "d/" })
	o, err := share.Stat(t.Context(), "a b")
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum([]byte("0123456789"))
	if o.Name != "a b" || o.Size != 10 || string(o.MD5) != string(sum[:]) || o.Version != "" || !o.Modified.Equal(noon) || o.ETag != list(t, share, dataset.Query{})[0].ETag {
		t.Errorf("%+v", o)
	}
	for _, c := range []struct {
		offset, length int64
		want           string
	}{{0, 10, "0123456789"}, {3, 4, "3456"}, {9, 1, "9"}, {10, 0, ""}} {
		if got, err := read(t, share, o, c.offset, c.length); err != nil || got != c.want {
			t.Errorf("%d from %d: %q, %v", c.length, c.offset, got, err)
		}
	}
	_, err = read(t, share, o, 8, 3)
	refused(t, err, "range_refused", `"a b" has 10 bytes: no 3 from 8`)
	_, err = share.Stat(t.Context(), "none")
	refused(t, err, dataset.CodeNotFound, `cannot look at "none" in files://landbridgedata/models/d/`)
	_, err = s.open(t).Stat(t.Context(), "d")
	refused(t, err, dataset.CodeNotFound)
}

func TestChangedSinceItWasListed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.put(t, "a", "before", noon)
	share := s.open(t)
	o := list(t, share, dataset.Query{})[0]
	s.put(t, "a", "behind", noon.Add(time.Second))
	_, err := read(t, share, o, 0, 6)
	refused(t, err, dataset.CodeChanged, "came with the ETag", o.ETag)
	s.put(t, "a", "x", noon.Add(2*time.Second))
	_, err = read(t, share, o, 0, 6)
	refused(t, err, dataset.CodeChanged)
	_, err = read(t, share, o, 3, 3)
	refused(t, err, dataset.CodeChanged, "fewer than the 6 bytes")
	if err := s.shares.Delete(account, share.Place().Name, "a"); err != nil {
		t.Fatal(err)
	}
	_, err = read(t, share, o, 0, 6)
	refused(t, err, dataset.CodeNotFound)
}

// An SMB client writes while the bytes are on their way: who reads to the end is told. A snapshot does not change.
func TestChangedWhileItWasRead(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.put(t, "a", "before", noon.Add(-time.Hour))
	s.put(t, "", "", noon.Add(-time.Minute))
	share := s.open(t)
	for i, changed := range []bool{true, false} {
		q := dataset.Query{}
		if !changed {
			q.At = noon.Add(-time.Second)
		}
		o := list(t, share, q)[0]
		r, err := share.Open(t.Context(), o, 0, o.Size)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		s.put(t, "a", "before", noon.Add(time.Duration(i)*time.Second))
		text, err := io.ReadAll(r)
		if changed {
			refused(t, err, dataset.CodeChanged, `"a" in files://landbridgedata/models/ was changed while it was read: its ETag is`)
		} else if err != nil || string(text) != "before" {
			t.Errorf("of a snapshot: %q, %v", text, err)
		}
	}
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	s.put(t, "a", "one", day(-9))
	s.put(t, "", "", day(-6))
	s.put(t, "a", "two", day(-5))
	s.put(t, "b/c", "new", day(-4))
	s.put(t, "", "", day(-3))
	s.put(t, "a", "three", day(-2))
	share := s.open(t)
	for _, c := range []struct {
		at    time.Time
		names string
		text  string
	}{{day(-6), "a", "one"}, {day(-4), "a", "one"}, {day(-3), "a b/c", "two"}, {day(-1), "a b/c", "two"}, {day(1), "a b/c", "three"}, {time.Time{}, "a b/c", "three"}} {
		got := list(t, share, dataset.Query{At: c.at})
		if diff := cmp.Diff(c.names, strings.Join(names(got), " ")); diff != "" {
			t.Errorf("at %s: %s", c.at, diff)
			continue
		}
		if text, err := read(t, share, got[0], 0, got[0].Size); err != nil || text != c.text {
			t.Errorf("at %s: %q, %v", c.at, text, err)
		}
	}
	refused(t, listError(t, share, dataset.Query{At: day(-7)}), dataset.CodeNotKept, "cannot be listed as of 2026-11-16T12:00:00Z: its oldest snapshot is of 2026-11-17T12:00:00.0000000Z", "recovery point")

	fixed := s.open(t, func(o *files.Options) { o.Snapshot = "2026-11-17T12:00:00.0000000Z" })
	o, err := fixed.Stat(t.Context(), "a")
	if err != nil || o.Version != "snapshot=2026-11-17T12:00:00.0000000Z" {
		t.Fatalf("%+v, %v", o, err)
	}
	if text, err := read(t, s.open(t), o, 0, o.Size); err != nil || text != "one" {
		t.Errorf("the version does not pin the bytes: %q, %v", text, err)
	}
	if got := names(list(t, fixed, dataset.Query{At: day(-1)})); len(got) != 1 {
		t.Errorf("of the snapshot that was chosen: %v", got)
	}
	refused(t, listError(t, fixed, dataset.Query{At: day(-7)}), dataset.CodeNotKept, "the snapshot that was chosen is of 2026-11-17")
	o.Version = "snapshot=2026-11-18T12:00:00.0000000Z"
	_, err = read(t, share, o, 0, 1)
	refused(t, err, dataset.CodeChanged, "was listed in a snapshot=2026-11-18T12:00:00.0000000Z that is there no more")
	gone := s.open(t, func(o *files.Options) { o.Snapshot = "2026-11-18T12:00:00.0000000Z" })
	refused(t, listError(t, gone, dataset.Query{}), "share_not_found", "--include-snapshots")
}

func TestNoSnapshots(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.put(t, "a", "one", noon)
	refused(t, listError(t, s.open(t), dataset.Query{At: noon.Add(-time.Hour)}), dataset.CodeNotKept, "the share has no snapshots")
}

func TestRights(t *testing.T) {
	t.Parallel()
	none := newStore(t, "Reader")
	none.put(t, "a", "one", noon)
	_, err := none.open(t).Stat(t.Context(), "a")
	refused(t, err, dataset.CodeUnauthorized, objectID, `"Storage File Data Privileged Reader"`, account)
	data := newStore(t, reader)
	data.put(t, "a", "one", noon)
	if got := list(t, data.open(t), dataset.Query{}); len(got) != 1 {
		t.Error("who reads files cannot list them")
	}
	refused(t, listError(t, data.open(t), dataset.Query{At: noon.Add(-time.Hour)}), dataset.CodeUnauthorized, "cannot list the snapshots of files://landbridgedata/models/", `the role "Reader"`)
	stranger := data.open(t, func(o *files.Options) { o.Leaser = leaser{"another"} })
	refused(t, listError(t, stranger, dataset.Query{}), dataset.CodeUnauthorized, "tenant")
	_, err = data.open(t, func(o *files.Options) { o.Share = "other" }).Stat(t.Context(), "a")
	refused(t, err, "share_not_found")
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.put(t, "a", "0123456789", noon)
	share := s.open(t)
	o := list(t, share, dataset.Query{})[0]
	s.shares.Inject(filesapi.Fault{Method: "GET", Prefix: "a", Cut: 4, Times: 1})
	text, err := read(t, share, o, 0, 10)
	if text != "0123" || err == nil || errors.Is(err, io.EOF) {
		t.Errorf("cut: %q, %v", text, err)
	}
	s.shares.Inject(filesapi.Fault{Status: 503, RetryAfter: 2 * time.Second, Times: 1})
	_, err = read(t, share, o, 0, 10)
	refused(t, err, "ServerBusy", "repeated later")
	if e, _ := errors.AsType[*bridge.Error](err); !e.Retry || e.RetryAfter != 2*time.Second || e.Kind != bridge.Unreachable {
		t.Errorf("%+v", e)
	}
	s.shares.Inject(filesapi.Fault{Query: "comp=list", Cut: 100, Times: 1})
	if e, _ := errors.AsType[*bridge.Error](listError(t, share, dataset.Query{})); e == nil || !e.Retry {
		t.Errorf("a listing that broke off: %+v", e)
	}
	if text, err = read(t, share, o, 0, 10); err != nil || text != "0123456789" {
		t.Errorf("behind the faults: %q, %v", text, err)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	o := files.Options{HTTP: wire.NewStreamer(wire.StreamOptions{}), Clock: func() time.Time { return noon }, Leaser: leaser{"a-token"}, Share: share}
	for address, code := range map[string]string{
		"https://acct.file.core.windows.net": "", "https://acct.file.core.windows.net/": "", "http://127.0.0.1:8080/files/acct": "",
		"http://acct.file.core.windows.net": "host_refused", "https://acct.file.core.windows.net.evil.example": "host_refused", "https://acct.blob.core.windows.net": "host_refused",
		"https://acct.file.core.windows.net/models": "host_refused", "acct": "address_malformed", "https://u@acct.file.core.windows.net": "address_malformed",
	} {
		o.AccountURL = address
		s, err := files.New(o)
		if code != "" {
			refused(t, err, code)
		} else if err != nil || s.Place().Account != "acct" {
			t.Errorf("%s: %v", address, err)
		}
	}
	o.AccountURL, o.Snapshot = "https://acct.file.core.windows.net", "yesterday"
	_, err := files.New(o)
	refused(t, err, "snapshot_malformed", "no time like")
}
