package runs

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// outcome is what came of one object in a page: a line of the result.
type outcome struct {
	Name string `json:"name"`
	// Entry is for the manifest; nil takes the name out of it, or with Failed leaves what it had.
	Entry  *dataset.Entry `json:"entry,omitempty"`
	Failed string         `json:"failed,omitempty"`
	Hint   string         `json:"hint,omitempty"`
}

// pack writes values as compressed JSON Lines: what pages and results are made of.
func pack[T any](values []T) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	out := json.NewEncoder(w)
	for _, v := range values {
		if err := out.Encode(v); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

// unpack reads what pack has written.
func unpack[T any](packed []byte) ([]T, error) {
	in := json.NewDecoder(flate.NewReader(bytes.NewReader(packed)))
	var out []T
	for {
		var v T
		switch err := in.Decode(&v); err {
		case nil:
			out = append(out, v)
		case io.EOF:
			return out, nil
		default:
			return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: "page_unreadable", Text: "a page of the run is not what was written", Cause: err}
		}
	}
}

// The bounds of a page: what one worker does before others see of it.
const (
	pageItems = 1000
	pageBytes = 512 << 20
)

// pages gathers items until they fill one.
type pages struct {
	items []transfer.Item
	bytes int64
}

// add takes an item, and says whether the page is full.
func (p *pages) add(i transfer.Item) bool {
	p.items = append(p.items, i)
	p.bytes += i.Size()
	return len(p.items) >= pageItems || p.bytes >= pageBytes
}

// take empties the page.
func (p *pages) take() ([]byte, error) {
	body, err := pack(p.items)
	*p = pages{}
	return body, err
}
