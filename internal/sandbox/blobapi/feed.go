package blobapi

import (
	"fmt"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// feedName is the container of the change feed.
const feedName = "$blobchangefeed"

// happened is one entry of the change feed.
type happened struct {
	at        time.Time
	deleted   bool
	container string
	name      string
	etag      string
	kind      string
	size      int64
}

// log remembers what happened to a blob, where the account has a change feed. The lock must be held.
func (s *Store) log(a world.StorageAccount, h happened) {
	if a.ChangeFeed && h.container != feedName {
		of := s.accounts[a.Name]
		of.feed = append(of.feed, h)
	}
}

// writeFeed writes the change feed as blobs: an hour a segment, each of one file. The service needs some minutes for it; here it is
// there at once, and what is asked of an hour that is not over is complete too. The lock must be held.
func (s *Store) writeFeed(a world.StorageAccount, of *account, now time.Time) {
	last := now.UTC().Truncate(time.Hour)
	if !a.ChangeFeed || of.containers[feedName] != nil && of.fed == len(of.feed) && of.fedTo.Equal(last) {
		return
	}
	of.fed, of.fedTo = len(of.feed), last
	feed := &container{name: feedName, modified: now, etag: etagOf(now), blobs: map[string]*blob{}, dirty: true}
	put := func(name string, data []byte) {
		r := &record{kind: blockBlob, content: bytesOf(data), created: now, modified: now, etag: etagOf(now)}
		feed.blobOf(name).base = r
	}
	hours := map[time.Time][]happened{}
	for _, h := range of.feed {
		hour := h.at.UTC().Truncate(time.Hour)
		hours[hour] = append(hours[hour], h)
	}
	for hour, events := range hours {
		put(hour.Format("log/00/2006/01/02/1504/")+"00000.avro", encodeFeed(a, events))
	}
	for hour := range hours {
		put(hour.Format("idx/segments/2006/01/02/1504/")+"meta.json", fmt.Appendf(nil,
			`{"version":0,"begin":%q,"intervalSecs":3600,"status":"Finalized","config":{"version":0,"configVersionEtag":"0x8d","numShards":1},"chunkFilePaths":[%q]}`,
			hour.Format("2006-01-02T15:04:05.000Z"), feedName+"/"+hour.Format("log/00/2006/01/02/1504/")))
	}
	put("idx/segments/1601/01/01/0000/meta.json", []byte(`{"version":0,"begin":"1601-01-01T00:00:00.000Z","intervalSecs":0,"status":"Publishing","chunkFilePaths":[]}`))
	put("meta/segments.json", fmt.Appendf(nil, `{"version":0,"lastConsumable":%q,"storageDiagnostics":{"version":0,"lastModifiedTime":%q,"data":{}}}`,
		last.Format("2006-01-02T15:04:05.000Z"), now.UTC().Format("2006-01-02T15:04:05.000Z")))
	of.containers[feedName] = feed
}

func encodeFeed(a world.StorageAccount, events []happened) []byte {
	var data avro
	for _, h := range events {
		data.long(6)
		data.text(a.ResourceID)
		data.text("/blobServices/default/containers/" + h.container + "/blobs/" + h.name)
		api := "PutBlob"
		if h.deleted {
			data.long(2)
			api = "DeleteBlob"
		} else {
			data.long(1)
		}
		data.text(h.at.UTC().Format(stampForm))
		data.text(world.GUID())
		data.text(api)
		data.text(h.etag)
		data.long(1)
		data.long(h.size)
		data.text(h.kind)
		data.long(0)
	}
	return object(feedSchema, len(events), data.Bytes())
}
