package blobapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const me = "33333333-3333-4333-8333-333333333333"

// service is one pretended account, whose caller has some roles.
type service struct {
	*testing.T
	store *blobapi.Store
	api   *blobapi.API
	now   time.Time
}

func start(t *testing.T, a world.StorageAccount, roles ...string) *service {
	t.Helper()
	s := &service{T: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	w := world.New(func() time.Time { return s.now })
	a.Name, a.ResourceID, a.Containers = "acct", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/acct", map[string]map[string][]byte{"box": {"seed": []byte("seeded")}}
	w.AddStorageAccount(a)
	who := world.Identity{Name: "me", ClientID: "22222222-2222-4222-8222-222222222222", ObjectID: me}
	for _, r := range roles {
		who.Roles = append(who.Roles, r+" on "+a.ResourceID)
	}
	w.AddIdentity(who)
	s.store = blobapi.NewStore(w, blobapi.StoreOptions{})
	s.api = blobapi.New(s.store, blobapi.Options{Caller: func(http.ResponseWriter, *http.Request, blobapi.Target) (world.Identity, *blobapi.Problem) {
		return world.Identity{ObjectID: me}, nil
	}})
	return s
}

// do makes a call; the pairs are headers.
func (s *service) do(method, path, body string, pairs ...string) *http.Response {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, "/acct"+path, strings.NewReader(body))
	r.Header.Set("x-ms-version", "2023-11-03")
	for i := 0; i < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
	}
	rec := httptest.NewRecorder()
	s.api.ServeHTTP(rec, r)
	return rec.Result()
}

func (s *service) wants(resp *http.Response, status int, code string) {
	s.Helper()
	if resp.StatusCode != status || resp.Header.Get("x-ms-error-code") != code {
		body, _ := io.ReadAll(resp.Body)
		s.Errorf("%d %s, want %d %s: %s", resp.StatusCode, resp.Header.Get("x-ms-error-code"), status, code, body)
	}
}

func (s *service) text(resp *http.Response) string {
	s.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	return string(body)
}

const block = "BlockBlob"

func TestProtocolVersions(t *testing.T) {
	t.Parallel()
	s := start(t, world.StorageAccount{}, "Storage Blob Data Reader")
	for version, status := range map[string]int{"2019-12-12": 200, "2026-12-06": 200, "2026-12-07": 400, "2017-11-09": 400, "nonsense": 400} {
		resp := s.do("GET", "/box/seed", "", "x-ms-version", version)
		if resp.StatusCode != status {
			t.Errorf("%s: %d", version, resp.StatusCode)
		}
		if status == 400 && !strings.Contains(s.text(resp), "<HeaderName>x-ms-version</HeaderName><HeaderValue>"+version+"</HeaderValue>") {
			t.Error(version, "does not say which header")
		}
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	put := func(s *service, name string) *http.Response {
		return s.do("PUT", "/box/"+name, "x", "x-ms-blob-type", block)
	}
	reader, contributor, owner := start(t, world.StorageAccount{Versioning: true}, "Storage Blob Data Reader"),
		start(t, world.StorageAccount{Versioning: true}, "Storage Blob Data Contributor"), start(t, world.StorageAccount{Versioning: true}, "Storage Blob Data Owner")
	const denied = "AuthorizationPermissionMismatch"
	reader.wants(put(reader, "a"), 403, denied)
	reader.wants(reader.do("PUT", "/other?restype=container", ""), 403, denied)
	contributor.wants(put(contributor, "a"), 201, "")
	contributor.wants(contributor.do("PUT", "/other?restype=container", ""), 201, "")
	for _, s := range []*service{contributor, owner} {
		old := put(s, "b").Header.Get("x-ms-version-id")
		put(s, "b")
		resp := s.do("DELETE", "/box/b?versionid="+old, "")
		if s == contributor { // deleting a version is an action of its own, which only the owner's role has
			s.wants(resp, 403, denied)
		} else {
			s.wants(resp, 202, "")
		}
	}
}

func TestVersionsShareTheirBytesAndStay(t *testing.T) {
	t.Parallel()
	s := start(t, world.StorageAccount{Versioning: true}, "Storage Blob Data Contributor")
	first := s.do("PUT", "/box/a", "one", "x-ms-blob-type", block).Header.Get("x-ms-version-id")
	s.now = s.now.Add(time.Hour)
	resp := s.do("PUT", "/box/a?comp=metadata", "", "x-ms-meta-k", "v")
	second := resp.Header.Get("x-ms-version-id")
	if first == second || second != "2026-11-23T13:00:00.0000000Z" {
		t.Error(first, second)
	}
	if got := s.text(s.do("GET", "/box/a?versionid="+first, "")); got != "one" {
		t.Error(got)
	}
	if s.do("HEAD", "/box/a?versionid="+first, "").Header.Get("x-ms-is-current-version") != "" || s.do("HEAD", "/box/a", "").Header.Get("x-ms-is-current-version") != "true" {
		t.Error("which one is current")
	}
	if err := s.store.Rot("acct", "box", "a", "", 0); err != nil {
		t.Fatal(err)
	}
	if s.text(s.do("GET", "/box/a", "")) == "one" || s.text(s.do("GET", "/box/a?versionid="+first, "")) != "one" {
		t.Error("the rot of one version is in another, or in none")
	}
}

func TestHierarchicalKeepsNoVersions(t *testing.T) {
	t.Parallel()
	s := start(t, world.StorageAccount{Versioning: true, Hierarchical: true}, "Storage Blob Data Contributor")
	if id := s.do("PUT", "/box/dir/a", "one", "x-ms-blob-type", block).Header.Get("x-ms-version-id"); id != "" {
		t.Error("a version", id)
	}
	if list := s.text(s.do("GET", "/box?restype=container&comp=list&include=metadata", "")); !strings.Contains(list, "<Name>dir</Name>") || !strings.Contains(list, "<hdi_isfolder>true</hdi_isfolder>") {
		t.Error("no directory in", list)
	}
}

func TestRetentionEnds(t *testing.T) {
	t.Parallel()
	s := start(t, world.StorageAccount{Retention: 2}, "Storage Blob Data Contributor")
	s.wants(s.do("DELETE", "/box/seed", ""), 202, "")
	s.now = s.now.AddDate(0, 0, 1)
	s.wants(s.do("PUT", "/box/seed?comp=undelete", ""), 200, "")
	s.wants(s.do("DELETE", "/box/seed", ""), 202, "")
	s.now = s.now.AddDate(0, 0, 3)
	s.wants(s.do("PUT", "/box/seed?comp=undelete", ""), 404, "BlobNotFound")
}

func TestArchive(t *testing.T) {
	t.Parallel()
	s := start(t, world.StorageAccount{}, "Storage Blob Data Contributor")
	s.wants(s.do("PUT", "/box/seed?comp=tier", "", "x-ms-access-tier", "Archive"), 200, "")
	s.wants(s.do("GET", "/box/seed", ""), 409, "BlobArchived")
	s.wants(s.do("HEAD", "/box/seed", ""), 200, "")
	s.wants(s.do("PUT", "/box/seed?comp=tier", "", "x-ms-access-tier", "Hot"), 202, "")
	s.wants(s.do("PUT", "/box/seed?comp=tier", "", "x-ms-access-tier", "Hot"), 409, "BlobBeingRehydrated")
	if err := s.store.FinishRehydration("acct", "box", "seed"); err != nil {
		t.Fatal(err)
	}
	if got := s.text(s.do("GET", "/box/seed", "")); got != "seeded" {
		t.Error(got)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	s := start(t, world.StorageAccount{}, "Storage Blob Data Contributor")
	for _, c := range []struct {
		name   string
		resp   *http.Response
		status int
		code   string
	}{
		{"a container's name", s.do("PUT", "/Box?restype=container", ""), 400, "InvalidResourceName"},
		{"no type", s.do("PUT", "/box/a", "x"), 400, "MissingRequiredHeader"},
		{"another type", s.do("PUT", "/box/a", "x", "x-ms-blob-type", "Blob"), 400, "InvalidHeaderValue"},
		{"an MD5 that is none", s.do("PUT", "/box/a", "x", "x-ms-blob-type", block, "Content-MD5", "x"), 400, "InvalidMd5"},
		{"metadata", s.do("PUT", "/box/a", "x", "x-ms-blob-type", block, "x-ms-meta-a-b", "v"), 400, "InvalidMetadata"},
		{"a block id", s.do("PUT", "/box/a?comp=block&blockid=%21", "x"), 400, "InvalidQueryParameterValue"},
		{"a block list", s.do("PUT", "/box/a?comp=blocklist", "<BlockList><Latest>"), 400, "InvalidXmlDocument"},
		{"an unknown block", s.do("PUT", "/box/a?comp=blocklist", "<BlockList><Latest>QQ==</Latest></BlockList>"), 400, "InvalidBlockList"},
		{"maxresults", s.do("GET", "/box?restype=container&comp=list&maxresults=0", ""), 400, "OutOfRangeQueryParameterValue"},
		{"a marker", s.do("GET", "/box?restype=container&comp=list&marker=x", ""), 400, "InvalidQueryParameterValue"},
		{"startFrom before its time", s.do("GET", "/box?restype=container&comp=list&startFrom=x", ""), 400, "UnsupportedQueryParameter"},
		{"a page of a block blob", s.do("PUT", "/box/seed?comp=page", "", "x-ms-page-write", "clear", "Range", "bytes=0-511"), 409, "InvalidBlobType"},
		{"a lease", s.do("PUT", "/box/seed?comp=lease", ""), 501, "NotImplemented"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			(&service{T: t}).wants(c.resp, c.status, c.code)
		})
	}
}
