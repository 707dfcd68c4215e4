package filesapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/filesapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	me          = "33333333-3333-4333-8333-333333333333"
	contributor = "Storage File Data Privileged Contributor"
	reader      = "Storage File Data Privileged Reader"
)

// service is one pretended account with one share, whose caller has some roles.
type service struct {
	*testing.T
	store *filesapi.Store
	api   *filesapi.API
}

func start(t *testing.T, roles ...string) *service {
	t.Helper()
	w := world.New(func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) })
	id := "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/acct"
	w.AddStorageAccount(world.StorageAccount{Name: "acct", ResourceID: id})
	who := world.Identity{Name: "me", ClientID: "22222222-2222-4222-8222-222222222222", ObjectID: me}
	for _, r := range roles {
		who.Roles = append(who.Roles, r+" on "+id)
	}
	w.AddIdentity(who)
	s := &service{T: t, store: filesapi.NewStore(w)}
	s.api = filesapi.New(s.store, filesapi.Options{Caller: func(http.ResponseWriter, *http.Request, filesapi.Target) (world.Identity, *filesapi.Problem) {
		return world.Identity{ObjectID: me}, nil
	}})
	for _, path := range []string{"dir/seed", ""} {
		if err := s.store.Apply(filesapi.Seed{Account: "acct", Share: "box", Path: path, Data: []byte("seeded")}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// do makes a call; the pairs are headers, and one without a value is left out.
func (s *service) do(method, path, body string, pairs ...string) *http.Response {
	s.Helper()
	r := httptest.NewRequestWithContext(s.Context(), method, "/files/acct"+path, strings.NewReader(body))
	r.Header.Set("x-ms-version", "2024-11-04")
	r.Header.Set("x-ms-file-request-intent", "backup")
	for i := 0; i < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			r.Header.Del(pairs[i])
		}
	}
	rec := httptest.NewRecorder()
	s.api.ServeHTTP(rec, r)
	return rec.Result()
}

func (s *service) wants(resp *http.Response, status int, code string) {
	s.Helper()
	if resp.StatusCode != status || resp.Header.Get("x-ms-error-code") != code {
		s.Errorf("%d %s, want %d %s: %s", resp.StatusCode, resp.Header.Get("x-ms-error-code"), status, code, s.text(resp))
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

func TestIntentAndVersions(t *testing.T) {
	t.Parallel()
	s := start(t, "Reader", reader)
	const file, shares, properties = "/box/dir/seed", "/?comp=list", "/box?restype=share"
	s.wants(s.do("GET", file, ""), 200, "")
	s.wants(s.do("GET", file, "", "x-ms-file-request-intent", ""), 400, "MissingRequiredHeader")
	s.wants(s.do("GET", file, "", "x-ms-file-request-intent", "other"), 400, "InvalidHeaderValue")
	s.wants(s.do("GET", file, "", "x-ms-version", "2021-12-02"), 400, "InvalidHeaderValue")
	s.wants(s.do("GET", file, "", "x-ms-version", "2022-11-02"), 200, "")
	// Tokens open shares since a later version than files.
	for _, path := range []string{shares, properties} {
		s.wants(s.do("GET", path, "", "x-ms-version", "2022-11-02"), 403, "AuthenticationFailed")
		s.wants(s.do("GET", path, ""), 200, "")
	}
	s.wants(s.do("PUT", "/box?restype=share&comp=lease", ""), 501, "NotImplemented")
}

func TestRights(t *testing.T) {
	t.Parallel()
	const denied = "AuthorizationPermissionMismatch"
	data, manager, writer := start(t, reader), start(t, "Contributor"), start(t, contributor)
	create := func(s *service) *http.Response {
		return s.do("PUT", "/box/new", "", "x-ms-type", "file", "x-ms-content-length", "3")
	}
	data.wants(data.do("GET", "/box/dir/seed", ""), 200, "")
	data.wants(data.do("GET", "/?comp=list", ""), 403, denied)
	data.wants(create(data), 403, denied)
	data.wants(data.do("DELETE", "/box/dir/seed", ""), 403, denied)
	manager.wants(manager.do("GET", "/?comp=list&include=snapshots", ""), 200, "")
	manager.wants(manager.do("PUT", "/other?restype=share", ""), 201, "")
	manager.wants(manager.do("GET", "/box/dir/seed", ""), 403, denied)
	writer.wants(create(writer), 201, "")
	writer.wants(writer.do("PUT", "/box?restype=share&comp=snapshot", ""), 403, denied)
}

func TestNames(t *testing.T) {
	t.Parallel()
	s := start(t, contributor)
	put := func(path string, pairs ...string) *http.Response {
		return s.do("PUT", "/box/"+path, "", append(pairs, "x-ms-type", "file", "x-ms-content-length", "0")...)
	}
	s.wants(put("Mixed"), 201, "")
	s.wants(s.do("HEAD", "/box/mIXED", ""), 200, "")
	s.wants(put("a."), 201, "")
	s.wants(s.do("HEAD", "/box/a", ""), 200, "")
	s.wants(put("b.", "x-ms-allow-trailing-dot", "true"), 201, "")
	s.wants(s.do("HEAD", "/box/b", ""), 404, "ResourceNotFound")
	s.wants(put("none/x"), 404, "ParentNotFound")
	s.wants(put("dir"), 409, "ResourceTypeMismatch")
	s.wants(put("x%3Ay"), 400, "InvalidFileOrDirectoryPathName")
	s.wants(put(strings.Repeat("n", 256)), 400, "InvalidFileOrDirectoryPathName")
	s.wants(put("odd%EF%BF%BE+%25%20x"), 201, "")
	list := s.text(s.do("GET", "/box?restype=directory&comp=list", ""))
	got := regexp.MustCompile(`<Name[^/]*</Name>`).FindAllString(list, -1)
	want := []string{"<Name>a</Name>", "<Name>b.</Name>", "<Name>dir</Name>", "<Name>Mixed</Name>", `<Name Encoded="true">odd%EF%BF%BE%2B%25%20x</Name>`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("without regard to case (-want +got):\n%s", diff)
	}
}

func TestRangesAndSnapshots(t *testing.T) {
	t.Parallel()
	s := start(t, "Contributor", contributor)
	s.wants(s.do("PUT", "/box/f", "", "x-ms-type", "file", "x-ms-content-length", "10"), 201, "")
	write := func(text, at string, pairs ...string) *http.Response {
		return s.do("PUT", "/box/f?comp=range", text, append(pairs, "x-ms-write", "update", "Range", "bytes="+at)...)
	}
	before := s.do("HEAD", "/box/f", "").Header.Get("ETag")
	s.wants(write("abc", "2-4"), 201, "")
	if s.do("HEAD", "/box/f", "").Header.Get("ETag") == before {
		t.Error("a write leaves the ETag")
	}
	s.wants(write("abc", "8-10"), 416, "InvalidRange")
	s.wants(write("abc", "2-3"), 400, "InvalidHeaderValue")
	s.wants(write("abc", "2-4", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), 400, "Md5Mismatch")
	taken := s.do("PUT", "/box?restype=share&comp=snapshot", "")
	s.wants(taken, 201, "")
	at := "sharesnapshot=" + taken.Header.Get("x-ms-snapshot")
	s.wants(s.do("PUT", "/box/f?comp=range", "", "x-ms-write", "clear", "Range", "bytes=3-9"), 201, "")
	for path, want := range map[string]string{"/box/f": "\x00\x00a\x00\x00\x00\x00\x00\x00\x00", "/box/f?" + at: "\x00\x00abc\x00\x00\x00\x00\x00"} {
		if got := s.text(s.do("GET", path, "")); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	part := s.do("GET", "/box/f?"+at, "", "x-ms-range", "bytes=3-4")
	if got := s.text(part); got != "bc" || part.StatusCode != 206 || part.Header.Get("Content-Range") != "bytes 3-4/10" {
		t.Errorf("%q, %d, %s", got, part.StatusCode, part.Header.Get("Content-Range"))
	}
	s.wants(s.do("GET", "/box/f", "", "x-ms-range", "bytes=10-11"), 416, "InvalidRange")
	s.wants(s.do("DELETE", "/box/f?"+at, ""), 400, "ShareSnapshotOperationNotSupported")
	s.wants(s.do("DELETE", "/box/f", ""), 202, "")
	s.wants(s.do("GET", "/box/f", ""), 404, "ResourceNotFound")
	s.wants(s.do("GET", "/box/f?"+at, ""), 200, "")
	s.wants(s.do("GET", "/box/f?sharesnapshot=2020-01-01T00:00:00.0000000Z", ""), 404, "ShareNotFound")
	s.wants(s.do("DELETE", "/box/dir?restype=directory", ""), 409, "DirectoryNotEmpty")
	s.wants(s.do("PUT", "/box/dir?restype=directory", ""), 409, "ResourceAlreadyExists")
}

func TestLargeFilesShareTheirPages(t *testing.T) {
	t.Parallel()
	s := start(t, contributor)
	const size = 3<<20 + 5
	s.wants(s.do("PUT", "/box/f", "", "x-ms-type", "file", "x-ms-content-length", "3145733"), 201, "")
	block := strings.Repeat("x", 2<<20)
	s.wants(s.do("PUT", "/box/f?comp=range", block, "x-ms-write", "update", "Range", "bytes=524288-2621439"), 201, "")
	want := strings.Repeat("\x00", 1<<19) + block + strings.Repeat("\x00", size-(1<<19)-(2<<20))
	if got := s.text(s.do("GET", "/box/f", "")); got != want {
		t.Errorf("%d bytes, not those that were written", len(got))
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := start(t, "Reader", reader)
	for _, n := range []string{"A1", "a2", "A3", "b"} {
		if err := s.store.Apply(filesapi.Seed{Account: "acct", Share: "box", Path: n}); err != nil {
			t.Fatal(err)
		}
	}
	next := regexp.MustCompile(`<NextMarker>([^<]*)</NextMarker>`)
	follow := func(path string) (pages int, all string) {
		for marker := ""; ; pages++ {
			text := s.text(s.do("GET", path+"&maxresults=2&marker="+marker, ""))
			for _, m := range regexp.MustCompile(`<Name>([^<]*)</Name>`).FindAllStringSubmatch(text, -1) {
				all += m[1] + " "
			}
			if marker = next.FindStringSubmatch(text)[1]; marker == "" {
				return pages + 1, all
			}
		}
	}
	if pages, all := follow("/box?restype=directory&comp=list&prefix=a"); pages != 2 || all != "A1 a2 A3 " {
		t.Error(pages, all)
	}
	if pages, all := follow("/?comp=list&include=snapshots"); pages != 1 || all != "box box " {
		t.Error(pages, all)
	}
	for query, code := range map[string]string{"maxresults=0": "OutOfRangeQueryParameterValue", "maxresults=x": "InvalidQueryParameterValue", "marker=!": "InvalidQueryParameterValue"} {
		s.wants(s.do("GET", "/box?restype=directory&comp=list&"+query, ""), 400, code)
	}
}
