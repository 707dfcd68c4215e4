package azureapi

import (
	"bytes"
	"crypto/md5" //nolint:gosec // Content-MD5 is Blob Storage's checksum on the wire, not a proof of anything
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	blobSuffix = ".blob.core.windows.net"
	// leastBearerVersion is the first x-ms-version that takes Entra tokens.
	leastBearerVersion = "2017-11-09"
)

// target is what a storage request is about.
type target struct {
	account         world.StorageAccount
	container, blob string
	host            string // ACCOUNT.blob.core.windows.net
}

func (t target) scope() string {
	if t.container == "" {
		return t.account.ResourceID
	}
	return t.account.ResourceID + "/blobServices/default/containers/" + t.container
}

// ownsStorage knows path-style requests, as storage emulators take them: the first segment is an account of the world.
func (a *API) ownsStorage(r *http.Request) bool {
	_, ok := a.storageTarget(r)
	return ok
}

// storageTarget reads account, container and blob out of host and path.
func (a *API) storageTarget(r *http.Request) (target, bool) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	name, isHost := strings.CutSuffix(hostOf(r), blobSuffix)
	if !isHost {
		name, path, _ = strings.Cut(path, "/")
	}
	account, err := a.world.StorageAccount(name)
	if err != nil {
		return target{}, false
	}
	t := target{account: account, host: name + blobSuffix}
	t.container, t.blob, _ = strings.Cut(path, "/")
	return t, true
}

// serveStorage is Blob Storage: listing containers, listing blobs, reading a blob.
func (a *API) serveStorage(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
	rw.Header().Set("x-ms-request-id", world.GUID())
	if version := r.Header.Get("x-ms-version"); version != "" {
		rw.Header().Set("x-ms-version", version)
	}
	if id := r.Header.Get("x-ms-client-request-id"); id != "" && len(id) <= 1024 {
		rw.Header().Set("x-ms-client-request-id", id)
	}
	t, ok := a.storageTarget(r)
	if !ok {
		a.refuseStorage(rw, r, storageProblem{http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.", ""})
		return
	}
	who, refused := a.storageCaller(rw, r, t)
	if refused.code != "" {
		a.refuseStorage(rw, r, refused)
		return
	}
	query := r.URL.Query()
	list := query.Get("comp") == "list" && r.Method == http.MethodGet
	reading := r.Method == http.MethodGet || r.Method == http.MethodHead
	var serve func(http.ResponseWriter, *http.Request, target)
	action := readBlob
	switch {
	case list && t.container == "":
		serve, action = a.listContainers, readContainer
	case list && query.Get("restype") == "container" && t.blob == "":
		serve = a.listBlobs
	case reading && t.blob != "" && !query.Has("comp"):
		serve = a.getBlob
	default:
		a.refuseStorage(rw, r, storageProblem{http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend " + r.Method + " " + r.URL.Path + ". The real API may know it.", ""})
		return
	}
	if !a.allowed(who, action, t.scope()) {
		a.refuseStorage(rw, r, storageProblem{http.StatusForbidden, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.", ""})
		return
	}
	if _, found := t.account.Containers[t.container]; t.container != "" && !found {
		a.refuseStorage(rw, r, storageProblem{http.StatusNotFound, "ContainerNotFound", "The specified container does not exist.", ""})
		return
	}
	serve(rw, r, t)
}

func (a *API) getBlob(rw http.ResponseWriter, r *http.Request, t target) {
	content, found := t.account.Containers[t.container][t.blob]
	if !found {
		a.refuseStorage(rw, r, storageProblem{http.StatusNotFound, "BlobNotFound", "The specified blob does not exist.", ""})
		return
	}
	h := rw.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("x-ms-blob-type", "BlockBlob")
	h.Set("x-ms-lease-state", "available")
	h.Set("x-ms-lease-status", "unlocked")
	h.Set("x-ms-server-encrypted", "true")
	h.Set("ETag", blobETag(content))
	if r.Header.Get("Range") == "" && r.Header.Get("x-ms-range") == "" {
		h.Set("Content-MD5", contentMD5(content))
	}
	if ranged := r.Header.Get("x-ms-range"); ranged != "" { // it wins over Range
		r.Header.Set("Range", ranged)
	}
	http.ServeContent(rw, r, "", blobTime, bytes.NewReader(content))
}

func contentMD5(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

func blobETag(content []byte) string {
	sum := md5.Sum(content) //nolint:gosec // see the import
	return `"0x` + strings.ToUpper(hex.EncodeToString(sum[:8])) + `"`
}
