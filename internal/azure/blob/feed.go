package blob

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// feed is the account's change feed: what happened to blobs, an hour a segment (https://learn.microsoft.com/azure/storage/blobs/
// storage-blob-change-feed). A listing of versions has no times of deletion; the feed has them. Segments are read as they are needed,
// from the newest back, and of them only the deletions in one place are kept.
type feed struct {
	*Container        // $blobchangefeed
	subject    string // with which the place's blobs begin
	until      time.Time
	complete   time.Time // up to here the feed tells everything
	segments   []segment // not read yet, newest last
	deleted    map[string][]time.Time
}

// segment is one hour of the feed.
type segment struct {
	begin time.Time
	path  string // of its meta.json
}

const (
	segmentsPath = "idx/segments/"
	segmentLife  = time.Hour
	segmentForm  = segmentsPath + "2006/01/02/1504/meta.json"
	feedTime     = time.RFC3339Nano
)

// openFeed finds the segments up to a time. It returns nil when the account has no change feed.
func (c *Container) openFeed(ctx context.Context, until time.Time) (*feed, error) {
	own := *c
	own.place = dataset.Place{Store: dataset.Blob, Account: c.place.Account, Name: "$blobchangefeed"}
	f := &feed{
		Container: &own, until: until, deleted: map[string][]time.Time{},
		subject: "/blobServices/default/containers/" + c.place.Name + "/blobs/" + c.place.Prefix,
	}
	var meta struct{ LastConsumable time.Time }
	if err := f.json(ctx, "meta/segments.json", &meta); err != nil {
		if dataplane.CodeOf(err) == dataset.CodeNotFound || dataplane.CodeOf(err) == codeNoContainer {
			return nil, nil //nolint:nilnil // no feed is no error
		}
		return nil, err
	}
	f.complete = meta.LastConsumable.Add(segmentLife)
	for o, err := range f.List(ctx, dataset.Query{Prefix: segmentsPath}) {
		if err != nil {
			return nil, err
		}
		begin, err := time.Parse(segmentForm, o.Name)
		if err == nil && begin.Year() > 1601 && !begin.After(until) && !begin.After(meta.LastConsumable) { // the year 1601 is the feed's own beginning
			f.segments = append(f.segments, segment{begin, o.Name})
		}
	}
	slices.SortFunc(f.segments, func(a, b segment) int { return a.begin.Compare(b.begin) })
	return f, nil
}

// deletedBetween says whether a blob was deleted after one time, and not after another: at once when a deletion is known, else after
// the segments back to the first time were read.
func (f *feed) deletedBetween(ctx context.Context, name string, from, to time.Time) (bool, error) {
	for len(f.segments) > 0 {
		last := f.segments[len(f.segments)-1]
		if last.begin.Add(segmentLife).Before(from) {
			break
		}
		if err := f.read(ctx, last); err != nil {
			return false, err
		}
		f.segments = f.segments[:len(f.segments)-1]
	}
	return slices.ContainsFunc(f.deleted[name], func(at time.Time) bool { return at.After(from) && !at.After(to) }), nil
}

// read reads one segment: the log files that it names.
func (f *feed) read(ctx context.Context, s segment) error {
	var meta struct{ ChunkFilePaths []string }
	if err := f.json(ctx, s.path, &meta); err != nil {
		return err
	}
	for _, path := range meta.ChunkFilePaths {
		_, folder, ok := strings.Cut(path, "/") // the container's name comes first
		if !ok {
			continue
		}
		for o, err := range f.List(ctx, dataset.Query{Prefix: folder}) {
			if err == nil && strings.HasSuffix(o.Name, ".avro") {
				err = f.readLog(ctx, o)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readLog keeps the deletions of one log file.
func (f *feed) readLog(ctx context.Context, o dataset.Object) error {
	body, err := f.Open(ctx, o, 0, o.Size)
	if err != nil {
		return err
	}
	defer body.Close()
	err = readRecords(body, func(texts map[string]string) error {
		name, ours := strings.CutPrefix(texts["subject"], f.subject)
		if texts["eventType"] != "BlobDeleted" || !ours {
			return nil
		}
		at, err := time.Parse(feedTime, texts["eventTime"])
		if err != nil {
			return errAvro
		}
		if !at.After(f.until) {
			f.deleted[name] = append(f.deleted[name], at)
		}
		return nil
	})
	return f.unreadable(o.Name, err)
}

// json reads one of the feed's small files.
func (f *feed) json(ctx context.Context, name string, out any) error {
	resp, err := f.do(ctx, call{method: http.MethodGet, name: name, want: http.StatusOK})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	const most = 1 << 20
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err == nil {
		err = json.Unmarshal(body, out)
	}
	return f.unreadable(name, err)
}

// unreadable is an error in the change feed. One of the wire stays as it is.
func (f *feed) unreadable(name string, err error) error {
	if _, own := errors.AsType[*bridge.Error](err); err == nil || own {
		return err
	}
	e := f.about(bridge.Unreachable, "bad_answer", name, "cannot be read as part of the change feed")
	e.Cause = err
	return e
}
