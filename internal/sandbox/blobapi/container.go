package blobapi

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type container struct {
	name     string
	modified time.Time
	etag     string
	metadata map[string]string
	blobs    map[string]*blob
	order    []string // names as they are listed
	dirty    bool     // order is of another time
}

// blobOf is the blob with this name, made when it is not there.
func (c *container) blobOf(name string) *blob {
	b := c.blobs[name]
	if b == nil {
		b = &blob{name: name, in: c.name}
		c.blobs[name] = b
		c.dirty = true
	}
	return b
}

// names are the names in the order in which Storage lists them: by UTF-16 code units; in a hierarchical namespace with everything
// below a directory directly behind it.
func (c *container) names(hierarchical bool) []string {
	if c.dirty {
		c.order = slices.SortedFunc(maps.Keys(c.blobs), orderOf(hierarchical))
		c.dirty = false
	}
	return c.order
}

// orderOf compares two names. The lead byte of a character beyond U+FFFF is above that of U+E000 to U+FFFF; its surrogates are below.
func orderOf(hierarchical bool) func(a, b string) int {
	return func(a, b string) int {
		for i := range min(len(a), len(b)) {
			x, y := rank(a[i], hierarchical), rank(b[i], hierarchical)
			if x != y {
				return x - y
			}
		}
		return len(a) - len(b)
	}
}

func rank(b byte, hierarchical bool) int {
	switch {
	case hierarchical && b == '/':
		return -1
	case b >= 0xF0: // beyond U+FFFF: before U+E000
		return int(b) - 0xF0 + 0xEE
	case b >= 0xEE:
		return int(b) + 16
	}
	return int(b)
}

// container finds the container that is addressed. The lock must be held.
func (c *call) container() (*container, *Problem) {
	account := c.store.account(c.Account)
	if c.Container == feedName {
		c.store.writeFeed(c.Account, account, c.now)
	}
	found := account.containers[c.Container]
	if found == nil {
		return nil, noContainer()
	}
	return found, nil
}

// blob finds what is kept under the name that is addressed; nil when nothing is. The lock must be held.
func (c *call) blob() (*blob, *Problem) {
	in, p := c.container()
	if p != nil {
		return nil, p
	}
	b := in.blobs[c.Blob]
	if b != nil {
		b.settle(c.now)
	}
	return b, nil
}

func (c *call) createContainer() *Problem {
	metadata, p := c.metadata()
	if p != nil {
		return p
	}
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	account := c.store.account(c.Account)
	if account.containers[c.Container] != nil {
		return problem(http.StatusConflict, "ContainerAlreadyExists", "The specified container already exists.")
	}
	at := c.store.tick()
	made := account.add(c.Container, at, etagOf(at))
	made.metadata = metadata
	c.stamped(made.etag, made.modified)
	c.rw.WriteHeader(http.StatusCreated)
	return nil
}

func (c *call) deleteContainer() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if _, p := c.container(); p != nil {
		return p
	}
	delete(c.store.account(c.Account).containers, c.Container)
	c.rw.WriteHeader(http.StatusAccepted)
	return nil
}

func (c *call) containerProperties() *Problem {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	found, p := c.container()
	if p != nil {
		return p
	}
	c.stamped(found.etag, found.modified)
	for k, v := range found.metadata {
		c.rw.Header()["x-ms-meta-"+k] = []string{v}
	}
	for k, v := range map[string]string{
		"x-ms-lease-status": "unlocked", "x-ms-lease-state": "available", "x-ms-has-immutability-policy": "false", "x-ms-has-legal-hold": "false",
		"x-ms-default-encryption-scope": "$account-encryption-key", "x-ms-deny-encryption-scope-override": "false",
	} {
		c.rw.Header().Set(k, v)
	}
	c.rw.WriteHeader(http.StatusOK)
	return nil
}

// stamped writes the two headers that every write answers with.
func (c *call) stamped(etag string, modified time.Time) {
	c.rw.Header().Set("ETag", etag)
	c.rw.Header().Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
}

func (c *call) listContainers() *Problem {
	most, p := c.most()
	if p != nil {
		return p
	}
	prefix, marker := c.query.Get("prefix"), c.query.Get("marker")
	w := &listing{}
	w.open("EnumerationResults", attribute{"ServiceEndpoint", "https://" + c.Host + "/"})
	w.some("Prefix", prefix)
	w.open("Containers")
	c.store.mu.Lock()
	found := c.store.account(c.Account).containers
	next, shown := "", 0
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !strings.HasPrefix(name, prefix) || name < marker || name[0] == '$' && !strings.Contains(c.query.Get("include"), "system") {
			continue
		}
		if shown == most {
			next = name
			break
		}
		shown++
		w.container(found[name], strings.Contains(c.query.Get("include"), "metadata"))
	}
	c.store.mu.Unlock()
	w.close("Containers")
	w.element("NextMarker", next)
	w.close("EnumerationResults")
	c.writeXML(http.StatusOK, w.Bytes())
	return nil
}

func (w *listing) container(c *container, metadata bool) {
	w.open("Container")
	w.element("Name", c.name)
	w.open("Properties")
	w.element("Last-Modified", c.modified.UTC().Format(http.TimeFormat))
	w.element("Etag", c.etag)
	w.element("LeaseStatus", "unlocked")
	w.element("LeaseState", "available")
	w.close("Properties")
	if metadata {
		w.metadata(c.metadata)
	}
	w.close("Container")
}

// most reads maxresults.
func (c *call) most() (int, *Problem) {
	const page = 5000
	text := c.query.Get("maxresults")
	if text == "" {
		return page, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, invalidQuery("InvalidQueryParameterValue", "maxresults", text)
	}
	if n < 1 {
		return 0, invalidQuery("OutOfRangeQueryParameterValue", "maxresults", text)
	}
	return min(n, page), nil
}

// serviceProperties says what the account keeps.
func (c *call) serviceProperties() *Problem {
	type retention struct {
		Enabled bool `xml:"Enabled"`
		Days    int  `xml:"Days,omitempty"`
	}
	body, err := xml.Marshal(struct {
		XMLName xml.Name  `xml:"StorageServiceProperties"`
		Version string    `xml:"DefaultServiceVersion"`
		Delete  retention `xml:"DeleteRetentionPolicy"`
	}{Version: newestVersion, Delete: retention{c.Account.Retention > 0, c.Account.Retention}})
	if err != nil { // our own structs always encode
		panic(err)
	}
	c.writeXML(http.StatusOK, body)
	return nil
}
