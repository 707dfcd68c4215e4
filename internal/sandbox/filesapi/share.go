package filesapi

import (
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (c *call) createShare() *Problem {
	if c.Path != "" {
		return notPretended(c.r)
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if c.store.shares[c.Account.Name][c.Share] != nil {
		return problem(http.StatusConflict, "ShareAlreadyExists", "The specified share already exists.")
	}
	sh := c.store.add(c.Account.Name, c.Share, c.store.tick())
	c.stamped(sh.etag, sh.time)
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

func (c *call) snapshotShare() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if _, p := c.state(); p != nil {
		return p
	}
	taken := c.store.shares[c.Account.Name][c.Share].snapshot(c.store.tick())
	c.stamped(taken.etag, taken.time)
	c.rw.Header().Set("x-ms-snapshot", taken.at)
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

func (c *call) shareProperties() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	st, p := c.state()
	if p != nil {
		return p
	}
	c.stamped(st.etag, st.time)
	h := c.rw.Header()
	h.Set("x-ms-share-quota", quota)
	h.Set("x-ms-access-tier", tier)
	h.Set("x-ms-enabled-protocols", "SMB")
	c.rw.WriteHeader(http.StatusOK)
	return nil
}

const (
	quota = "5120" // GiB
	tier  = "TransactionOptimized"
)

func (c *call) stamped(etag string, modified time.Time) {
	c.rw.Header().Set("ETag", etag)
	c.rw.Header().Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
}

type xmlShares struct {
	XMLName  xml.Name   `xml:"EnumerationResults"`
	Endpoint string     `xml:"ServiceEndpoint,attr"`
	Prefix   string     `xml:"Prefix,omitempty"`
	Marker   string     `xml:"Marker,omitempty"`
	Most     int        `xml:"MaxResults,omitempty"`
	Shares   []xmlShare `xml:"Shares>Share"`
	Next     string     `xml:"NextMarker"`
}

type xmlShare struct {
	Name       string `xml:"Name"`
	Snapshot   string `xml:"Snapshot,omitempty"`
	Properties struct {
		Modified string `xml:"Last-Modified"`
		ETag     string `xml:"Etag"`
		Quota    string `xml:"Quota"`
		Tier     string `xml:"AccessTier"`
	} `xml:"Properties"`
}

func (c *call) listShares() *Problem {
	most, p := c.most()
	if p != nil {
		return p
	}
	after, p := c.after()
	if p != nil {
		return p
	}
	withSnapshots := slices.Contains(strings.Split(c.query.Get("include"), ","), "snapshots")
	out := xmlShares{Endpoint: "https://" + c.Host + "/", Prefix: c.query.Get("prefix"), Marker: c.query.Get("marker"), Most: most}
	for _, e := range c.shares(out.Prefix, withSnapshots) {
		if key := shareKey(e); key > after {
			if len(out.Shares) == most {
				out.Next = marker(shareKey(out.Shares[most-1]))
				break
			}
			out.Shares = append(out.Shares, e)
		}
	}
	c.writeXML(http.StatusOK, out)
	return nil
}

// shareKey orders snapshots before their share.
func shareKey(e xmlShare) string {
	if e.Snapshot == "" {
		return e.Name + "\x00~"
	}
	return e.Name + "\x00" + e.Snapshot
}

func (c *call) shares(prefix string, withSnapshots bool) []xmlShare {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	var out []xmlShare
	all := c.store.shares[c.Account.Name]
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		states := []state{all[name].state}
		if withSnapshots {
			states = append(slices.Clone(all[name].snapshots), states...)
		}
		for _, st := range states {
			e := xmlShare{Name: name, Snapshot: st.at}
			e.Properties.Modified, e.Properties.ETag, e.Properties.Quota, e.Properties.Tier = st.time.Format(http.TimeFormat), st.etag, quota, tier
			out = append(out, e)
		}
	}
	return out
}

// most is how many entries a page may have.
func (c *call) most() (int, *Problem) {
	const limit = 5000
	text := c.query.Get("maxresults")
	if text == "" {
		return limit, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, invalidQuery("InvalidQueryParameterValue", "maxresults", text)
	case n < 1:
		return 0, invalidQuery("OutOfRangeQueryParameterValue", "maxresults", text)
	}
	return min(n, limit), nil
}

// marker hides the key of the last entry that was listed; after finds it again.
func marker(key string) string { return base64.URLEncoding.EncodeToString([]byte(key)) }

func (c *call) after() (string, *Problem) {
	text := c.query.Get("marker")
	key, err := base64.URLEncoding.DecodeString(text)
	if err != nil {
		return "", invalidQuery("InvalidQueryParameterValue", "marker", text)
	}
	return string(key), nil
}
