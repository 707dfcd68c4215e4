// Package filesapi pretends Azure Files over REST, as who backs shares up uses it: shares and their snapshots, directories, files and
// ranges, with the real refusals.
//
// Requests of Azure's own clients enter, and through Store what a test wants the shares to hold; answers in the real shapes leave. Who
// calls is decided by Options.Caller. It must never answer a call that the caller's roles do not allow or that does not say its intent,
// change a snapshot, or pretend a call that it does not know: that is 501.
package filesapi

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

// API is Azure Files as a handler.
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
	store *Store
	Target
	query url.Values
	now   time.Time
}

// The versions of the protocol that are taken. Tokens open files since the first, and shares since the one between.
const (
	oldestVersion = "2022-11-02"
	sharesVersion = "2024-11-04"
	newestVersion = "2026-12-06"
)

var versionForm = bridge.FormOf(`^\d{4}-\d\d-\d\d$`)

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("Server", "Windows-Azure-File/1.0 Microsoft-HTTPAPI/2.0")
	h.Set("x-ms-request-id", world.GUID())
	version := r.Header.Get("x-ms-version")
	if version != "" {
		h.Set("x-ms-version", version)
	}
	if id := r.Header.Get("x-ms-client-request-id"); id != "" && len(id) <= 1024 {
		h.Set("x-ms-client-request-id", id)
	}
	c := &call{rw: rw, r: r, store: a.store, query: r.URL.Query(), now: a.store.world.Now()}
	if p := c.serve(a.options.Caller, version); p != nil {
		c.refuse(p)
	}
}

func (c *call) serve(caller Caller, version string) *Problem {
	t, ok := c.store.Target(c.r)
	if !ok {
		return problem(http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.")
	}
	c.Target = t
	who, p := caller(c.rw, c.r, t)
	if p != nil {
		return p
	}
	if !versionForm().MatchString(version) || version < oldestVersion || version > newestVersion {
		return invalidHeader("x-ms-version", version)
	}
	switch intent := c.r.Header.Get("x-ms-file-request-intent"); intent {
	case "backup":
	case "":
		return missingHeader("x-ms-file-request-intent")
	default:
		return invalidHeader("x-ms-file-request-intent", intent)
	}
	if p := t.valid(); p != nil {
		return p
	}
	op, known := c.find()
	if !known {
		return notPretended(c.r)
	}
	if strings.HasPrefix(op.action, shares) && version < sharesVersion {
		return problem(http.StatusForbidden, "AuthenticationFailed", "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.")
	}
	if !c.store.may(who, op.action, t) {
		return problem(http.StatusForbidden, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")
	}
	if f, hit := c.store.takeFault(c.r, t); hit {
		if p := c.meet(f); p != nil {
			return p
		}
	}
	if c.query.Has("sharesnapshot") && c.r.Method != http.MethodGet && c.r.Method != http.MethodHead {
		return problem(http.StatusBadRequest, "ShareSnapshotOperationNotSupported", "The operation is not supported on a share snapshot.")
	}
	return op.serve(c)
}

// operation is one call of the API and the right that it takes.
type operation struct {
	serve  func(*call) *Problem
	action string
}

// find picks the operation by what is addressed, method and the query's restype and comp.
func (c *call) find() (operation, bool) {
	key := "path " + c.r.Method
	if c.Share == "" {
		key = "service " + c.r.Method
	}
	for _, name := range []string{"restype", "comp"} {
		if v := c.query.Get(name); v != "" {
			key += " " + name + "=" + strings.ToLower(v)
		}
	}
	op, ok := operations()[key]
	return op, ok
}

func operations() map[string]operation {
	return map[string]operation{
		"service GET comp=list": {(*call).listShares, readShare},

		"path PUT restype=share":               {(*call).createShare, writeShare},
		"path PUT restype=share comp=snapshot": {(*call).snapshotShare, writeShare},
		"path GET restype=share":               {(*call).shareProperties, readShare},
		"path HEAD restype=share":              {(*call).shareProperties, readShare},

		"path PUT restype=directory":           {(*call).createDirectory, writeFile},
		"path GET restype=directory":           {(*call).directoryProperties, readFile},
		"path HEAD restype=directory":          {(*call).directoryProperties, readFile},
		"path DELETE restype=directory":        {(*call).deleteDirectory, deleteFile},
		"path GET restype=directory comp=list": {(*call).listDirectory, readFile},

		"path PUT":            {(*call).createFile, writeFile},
		"path PUT comp=range": {(*call).putRange, writeFile},
		"path GET":            {(*call).getFile, readFile},
		"path HEAD":           {(*call).getFile, readFile},
		"path DELETE":         {(*call).deleteFile, deleteFile},
	}
}
