package files

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/directory"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/file"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/fileerror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/service"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azfile/share"
)

// box is a share of a case's own.
type box struct {
	clients
	name  string
	share *share.Client
}

// testCase is one thing that Azure Files does, in calls of its official client.
type testCase struct {
	name string
	run  func(ctx context.Context, b box) error
}

func cases() []testCase {
	return []testCase{
		{"write and read", writeAndRead},
		{"ranges", ranges},
		{"wrong sum", wrongSum},
		{"a large file", largeFile},
		{"directories", directories},
		{"lists in pages", listPages},
		{"odd names", oddNames},
		{"snapshots", snapshots},
		{"no intent", noIntent},
		{"what is not there", absent},
	}
}

// expect is nil when a call was refused with a code.
func expect(err error, code fileerror.Code) error {
	if !fileerror.HasCode(err, code) {
		return fmt.Errorf("expected %s, got %v", code, err)
	}
	return nil
}

func want(what string, got, want any) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}

func body(text string) io.ReadSeekCloser { return streaming.NopCloser(strings.NewReader(text)) }

// write makes a file of one range.
func write(ctx context.Context, f *file.Client, text string) error {
	if _, err := f.Create(ctx, int64(len(text)), nil); err != nil || text == "" {
		return err
	}
	_, err := f.UploadRange(ctx, 0, body(text), nil)
	return err
}

func read(ctx context.Context, f *file.Client, r file.HTTPRange) (string, error) {
	resp, err := f.DownloadStream(ctx, &file.DownloadStreamOptions{Range: r})
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func writeAndRead(ctx context.Context, b box) error {
	f := b.share.NewRootDirectoryClient().NewFileClient("a")
	sum := md5.Sum([]byte("hello"))
	_, err := f.Create(ctx, 5, &file.CreateOptions{HTTPHeaders: &file.HTTPHeaders{ContentMD5: sum[:], ContentType: to.Ptr("text/plain")}, Metadata: map[string]*string{"k": to.Ptr("v")}})
	if err != nil {
		return err
	}
	put, err := f.UploadRange(ctx, 0, body("hello"), nil)
	if err != nil {
		return err
	}
	text, err := read(ctx, f, file.HTTPRange{})
	if err != nil {
		return err
	}
	p, err := f.GetProperties(ctx, nil)
	if err != nil {
		return err
	}
	_, removed := f.Delete(ctx, nil)
	_, gone := f.GetProperties(ctx, nil)
	return errors.Join(want("content", text, "hello"), want("MD5", string(p.ContentMD5), string(sum[:])), want("ETag", *p.ETag, *put.ETag), want("size", *p.ContentLength, int64(5)),
		want("type", *p.ContentType, "text/plain"), want("metadata", len(p.Metadata), 1), removed, expect(gone, fileerror.ResourceNotFound))
}

func ranges(ctx context.Context, b box) error {
	f := b.share.NewRootDirectoryClient().NewFileClient("a")
	if err := write(ctx, f, "0123456789"); err != nil {
		return err
	}
	part, err := read(ctx, f, file.HTTPRange{Offset: 3, Count: 4})
	_, past := read(ctx, f, file.HTTPRange{Offset: 10, Count: 1})
	_, beyond := f.UploadRange(ctx, 8, body("xyz"), nil)
	_, cleared := f.ClearRange(ctx, file.HTTPRange{Offset: 0, Count: 9}, nil)
	rest, restErr := read(ctx, f, file.HTTPRange{Offset: 7})
	return errors.Join(err, want("range", part, "3456"), expect(past, fileerror.InvalidRange), expect(beyond, fileerror.InvalidRange), cleared, restErr, want("cleared", rest, "\x00\x009"))
}

func wrongSum(ctx context.Context, b box) error {
	f := b.share.NewRootDirectoryClient().NewFileClient("a")
	if err := write(ctx, f, "hello"); err != nil {
		return err
	}
	sum := md5.Sum([]byte("other"))
	_, err := f.UploadRange(ctx, 0, body("hello"), &file.UploadRangeOptions{TransactionalValidation: file.TransferValidationTypeMD5(sum[:])})
	return expect(err, fileerror.MD5Mismatch)
}

func largeFile(ctx context.Context, b box) error {
	f := b.share.NewRootDirectoryClient().NewFileClient("a")
	data := bytes.Repeat([]byte("0123456789abcdef"), 10<<16)
	if _, err := f.Create(ctx, int64(len(data)), nil); err != nil {
		return err
	}
	if err := f.UploadBuffer(ctx, data, &file.UploadBufferOptions{ChunkSize: 4 << 20}); err != nil {
		return err
	}
	got := make([]byte, len(data))
	n, err := f.DownloadBuffer(ctx, got, &file.DownloadBufferOptions{ChunkSize: 3 << 20})
	return errors.Join(err, want("size", n, int64(len(data))), want("content", bytes.Equal(got, data), true))
}

// list is what a directory holds; directories end in a slash.
func list(ctx context.Context, d *directory.Client, o *directory.ListFilesAndDirectoriesOptions) (all []string, err error) {
	for pager := d.NewListFilesAndDirectoriesPager(o); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return all, err
		}
		for _, d := range page.Segment.Directories {
			all = append(all, *d.Name+"/")
		}
		for _, f := range page.Segment.Files {
			all = append(all, *f.Name)
		}
	}
	return all, nil
}

func directories(ctx context.Context, b box) error {
	d := b.share.NewDirectoryClient("d")
	orphan := write(ctx, d.NewFileClient("a"), "x")
	if _, err := d.Create(ctx, nil); err != nil {
		return err
	}
	_, twice := d.Create(ctx, nil)
	if _, err := d.NewSubdirectoryClient("e").Create(ctx, nil); err != nil {
		return err
	}
	if err := write(ctx, d.NewSubdirectoryClient("e").NewFileClient("a"), "x"); err != nil {
		return err
	}
	got, err := list(ctx, d, nil)
	_, full := d.NewSubdirectoryClient("e").Delete(ctx, nil)
	_, file := d.NewSubdirectoryClient("e").NewFileClient("a").Delete(ctx, nil)
	_, empty := d.NewSubdirectoryClient("e").Delete(ctx, nil)
	return errors.Join(expect(orphan, fileerror.ParentNotFound), expect(twice, fileerror.ResourceAlreadyExists), err, want("entries", fmt.Sprint(got), "[e/]"),
		expect(full, fileerror.DirectoryNotEmpty), file, empty)
}

func listPages(ctx context.Context, b box) error {
	root := b.share.NewRootDirectoryClient()
	for i := range 7 {
		if err := write(ctx, root.NewFileClient(fmt.Sprintf("n%d", i)), "text"); err != nil {
			return err
		}
	}
	all, err := list(ctx, root, &directory.ListFilesAndDirectoriesOptions{MaxResults: to.Ptr[int32](3)})
	some, someErr := list(ctx, root, &directory.ListFilesAndDirectoriesOptions{Prefix: to.Ptr("n3")})
	page, pageErr := root.NewListFilesAndDirectoriesPager(&directory.ListFilesAndDirectoriesOptions{
		Include: directory.ListFilesInclude{Timestamps: true, ETag: true, Attributes: true}, IncludeExtendedInfo: to.Ptr(true),
	}).NextPage(ctx)
	if pageErr != nil {
		return pageErr
	}
	p, propertiesErr := root.NewFileClient("n0").GetProperties(ctx, nil)
	if propertiesErr != nil {
		return propertiesErr
	}
	first := page.Segment.Files[0]
	return errors.Join(err, want("names", fmt.Sprint(all), "[n0 n1 n2 n3 n4 n5 n6]"), someErr, want("by prefix", fmt.Sprint(some), "[n3]"),
		want("ETag", *first.Properties.ETag, *p.ETag), want("size", *first.Properties.ContentLength, int64(4)), want("modified", first.Properties.LastModified.Equal(*p.LastModified), true))
}

func oddNames(ctx context.Context, b box) error {
	all := []string{" a  b", "100%%2F%zz", "a+b=c;d,e@f$g", "b.", "quotes&'", "ünïcödé 日本語 😀", "z\ufffe+ %", strings.Repeat("n", 255)}
	root := b.share.NewRootDirectoryClient()
	for _, name := range all {
		if err := write(ctx, root.NewFileClient(name), name); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if text, err := read(ctx, root.NewFileClient(name), file.HTTPRange{}); err != nil || text != name {
			return fmt.Errorf("%q has %q: %w", name, text, err)
		}
	}
	got, err := list(ctx, root, nil)
	there := map[string]bool{}
	for _, name := range got {
		there[name] = true
	}
	for _, name := range all {
		if !there[name] {
			err = errors.Join(err, fmt.Errorf("%q is not among %q", name, got))
		}
	}
	long := write(ctx, root.NewFileClient(strings.Repeat("n", 256)), "x")
	return errors.Join(err, expect(long, fileerror.InvalidFileOrDirectoryPathName))
}

func snapshots(ctx context.Context, b box) error {
	f := b.share.NewRootDirectoryClient().NewFileClient("a")
	if err := write(ctx, f, "one"); err != nil {
		return err
	}
	taken, err := b.share.CreateSnapshot(ctx, nil)
	if err != nil {
		return err
	}
	if err := write(ctx, f, "two"); err != nil {
		return err
	}
	old, err := b.share.WithSnapshot(*taken.Snapshot)
	if err != nil {
		return err
	}
	then, thenErr := read(ctx, old.NewRootDirectoryClient().NewFileClient("a"), file.HTTPRange{})
	now, nowErr := read(ctx, f, file.HTTPRange{})
	_, properties := old.GetProperties(ctx, nil)
	listed, listErr := list(ctx, old.NewRootDirectoryClient(), &directory.ListFilesAndDirectoriesOptions{ShareSnapshot: taken.Snapshot})
	found := 0
	for pager := b.account.NewListSharesPager(&service.ListSharesOptions{Prefix: &b.name, Include: service.ListSharesInclude{Snapshots: true}}); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, s := range page.Shares {
			if s.Snapshot != nil && *s.Snapshot == *taken.Snapshot {
				found++
			}
		}
	}
	return errors.Join(thenErr, want("then", then, "one"), nowErr, want("now", now, "two"), properties, listErr, want("listed", fmt.Sprint(listed), "[a]"), want("among the shares", found, 1))
}

func noIntent(ctx context.Context, b box) error {
	_, missing := b.noIntent.NewShareClient(b.name).NewRootDirectoryClient().NewFileClient("a").GetProperties(ctx, nil)
	_, shares := b.noIntent.NewListSharesPager(nil).NextPage(ctx)
	return errors.Join(expect(missing, fileerror.MissingRequiredHeader), expect(shares, fileerror.MissingRequiredHeader))
}

func absent(ctx context.Context, b box) error {
	_, again := b.share.Create(ctx, nil)
	none := b.backup.NewShareClient("none")
	_, properties := none.GetProperties(ctx, nil)
	_, listed := list(ctx, none.NewRootDirectoryClient(), nil)
	_, nowhere := list(ctx, b.share.NewDirectoryClient("none"), nil)
	return errors.Join(expect(again, fileerror.ShareAlreadyExists), expect(properties, fileerror.ShareNotFound), expect(listed, fileerror.ShareNotFound), expect(nowhere, fileerror.ResourceNotFound))
}

// vaultShare reads the demo's share and its snapshot as the workload may, and no more.
func vaultShare(t *testing.T, on clients) {
	models := on.backup.NewShareClient("models")
	got, err := list(t.Context(), models.NewRootDirectoryClient(), nil)
	if err := errors.Join(err, want("entries", fmt.Sprint(got), "[classifier/ classifier-labels.txt readme.txt]")); err != nil {
		t.Error(err)
	}
	page, err := on.account.NewListSharesPager(&service.ListSharesOptions{Include: service.ListSharesInclude{Snapshots: true}}).NextPage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Shares) != 2 || page.Shares[0].Snapshot == nil {
		t.Fatalf("%d shares and snapshots", len(page.Shares))
	}
	old, err := models.WithSnapshot(*page.Shares[0].Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	text, err := read(t.Context(), old.NewDirectoryClient("classifier").NewFileClient("weights.bin"), file.HTTPRange{})
	if err := errors.Join(err, want("content", text, "weights of the classifier\n")); err != nil {
		t.Error(err)
	}
	err = write(t.Context(), models.NewRootDirectoryClient().NewFileClient("mine"), "x")
	if err := expect(err, fileerror.AuthorizationPermissionMismatch); err != nil {
		t.Error(err)
	}
}
