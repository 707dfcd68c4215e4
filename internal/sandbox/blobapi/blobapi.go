// Package blobapi pretends Azure Blob Storage, strictly: versions, deleted versions, snapshots, soft delete, block lists, append and page
// blobs, preconditions and checksums, with the real refusals.
//
// Requests of Azure's own clients enter, and through Store what a test wants the past to have been; answers in the real shapes
// leave. Who calls is decided by Options.Caller. It must never answer a call that the caller's roles do not allow, store bytes whose
// declared sum is wrong, or pretend a call that it does not know: that is 501.
package blobapi

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Caller proves who sends a request to an account, or says in Storage's words why nobody may.
type Caller func(rw http.ResponseWriter, r *http.Request, t Target) (world.Identity, *Problem)

// Options configure New.
type Options struct {
	Caller Caller
}

// API is Blob Storage as a handler.
type API struct {
	store   *Store
	options Options
}

// New returns the API over a store.
func New(s *Store, o Options) *API { return &API{store: s, options: o} }

// call is one request on its way.
type call struct {
	rw    http.ResponseWriter
	r     *http.Request
	api   *API
	store *Store
	Target
	who   world.Identity
	query url.Values
	now   time.Time
}

// The versions of the protocol that are taken: from the first with blocks of 4,000 MiB to the one of the newest client.
const (
	oldestVersion = "2019-12-12"
	newestVersion = "2026-12-06"
)

var versionForm = bridge.FormOf(`^\d{4}-\d\d-\d\d$`)

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
	h.Set("x-ms-request-id", world.GUID())
	version := r.Header.Get("x-ms-version")
	if version != "" {
		h.Set("x-ms-version", version)
	}
	if id := r.Header.Get("x-ms-client-request-id"); id != "" && len(id) <= 1024 {
		h.Set("x-ms-client-request-id", id)
	}
	c := &call{rw: rw, r: r, api: a, store: a.store, query: r.URL.Query(), now: a.store.world.Now()}
	if p := c.serve(version); p != nil {
		c.refuse(p)
	}
}

func (c *call) serve(version string) *Problem {
	t, ok := c.store.Target(c.r)
	if !ok {
		return problem(http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.")
	}
	c.Target = t
	who, p := c.api.options.Caller(c.rw, c.r, t)
	if p != nil {
		return p
	}
	c.who = who
	if !versionForm().MatchString(version) || version < oldestVersion || version > newestVersion {
		return invalidHeader("x-ms-version", version)
	}
	if p := t.valid(); p != nil {
		return p
	}
	op, known := c.find()
	if !known {
		return notPretended(c.r)
	}
	if !op.may(c) {
		return problem(http.StatusForbidden, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")
	}
	if f, hit := c.store.takeFault(c.r, t); hit {
		if p := c.meet(f); p != nil {
			return p
		}
	}
	return op.serve(c)
}

// operation is one call of the API and the right that it takes.
type operation struct {
	serve  func(*call) *Problem
	action string
}

// find picks the operation by what is addressed, method and the query's comp and restype.
func (c *call) find() (operation, bool) {
	level := "blob"
	switch {
	case c.Container == "":
		level = "service"
	case c.Blob == "":
		level = "container"
	}
	key := level + " " + c.r.Method
	for _, name := range []string{"restype", "comp"} {
		if v := c.query.Get(name); v != "" {
			key += " " + name + "=" + strings.ToLower(v)
		}
	}
	op, ok := operations()[key]
	if ok && key == "blob PUT" {
		op = c.findPut()
	}
	return op, ok
}

// findPut tells the four calls apart that have neither comp nor restype.
func (c *call) findPut() operation {
	switch {
	case c.r.Header.Get("x-ms-copy-source") == "":
		return operation{(*call).putBlob, addBlob}
	case c.r.Header.Get("x-ms-blob-type") != "":
		return operation{(*call).putBlobFromURL, addBlob}
	default:
		return operation{(*call).copyBlob, addBlob}
	}
}

func operations() map[string]operation {
	return map[string]operation{
		"service GET comp=list":                       {(*call).listContainers, readContainer},
		"service GET restype=service comp=properties": {(*call).serviceProperties, readService},
		"container PUT restype=container":             {(*call).createContainer, writeContainer},
		"container DELETE restype=container":          {(*call).deleteContainer, deleteContainer},
		"container GET restype=container":             {(*call).containerProperties, readContainer},
		"container HEAD restype=container":            {(*call).containerProperties, readContainer},
		"container GET restype=container comp=list":   {(*call).listBlobs, readBlob},

		"blob GET":                  {(*call).getBlob, readBlob},
		"blob HEAD":                 {(*call).getBlob, readBlob},
		"blob PUT":                  {(*call).putBlob, addBlob},
		"blob DELETE":               {(*call).deleteBlob, deleteBlob},
		"blob PUT comp=undelete":    {(*call).undeleteBlob, writeBlob},
		"blob PUT comp=block":       {(*call).putBlock, addBlob},
		"blob PUT comp=blocklist":   {(*call).putBlockList, addBlob},
		"blob GET comp=blocklist":   {(*call).getBlockList, readBlob},
		"blob PUT comp=appendblock": {(*call).appendBlock, addBlob},
		"blob PUT comp=page":        {(*call).putPage, writeBlob},
		"blob GET comp=pagelist":    {(*call).getPageRanges, readBlob},
		"blob PUT comp=snapshot":    {(*call).snapshotBlob, writeBlob},
		"blob PUT comp=metadata":    {(*call).setMetadata, writeBlob},
		"blob GET comp=metadata":    {(*call).getBlob, readBlob},
		"blob HEAD comp=metadata":   {(*call).getBlob, readBlob},
		"blob PUT comp=properties":  {(*call).setProperties, writeBlob},
		"blob PUT comp=tier":        {(*call).setTier, writeBlob},
		"blob GET comp=tags":        {(*call).getTags, readTags},
		"blob PUT comp=tags":        {(*call).setTags, writeTags},
	}
}
