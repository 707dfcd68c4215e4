package azure

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// testCase is one thing that Blob Storage does, in calls of its official client.
type testCase struct {
	name    string
	account string // versions when empty
	run     func(ctx context.Context, box *container.Client) error
}

func cases() []testCase {
	return []testCase{
		{name: "put and get", run: putAndGet},
		{name: "blocks", run: blocks},
		{name: "block ids of one length", run: blockIDs},
		{name: "wrong sums", run: wrongSums},
		{name: "preconditions", run: preconditions},
		{name: "ranges", run: ranges},
		{name: "a range past the end", run: rangePastEnd},
		{name: "a range with its CRC64", run: rangeCRC},
		{name: "snapshots", account: deleted, run: snapshots},
		{name: "a snapshot before its blob", account: deleted, run: snapshotFirst},
		{name: "append blobs", run: appendBlobs},
		{name: "page blobs", run: pageBlobs},
		{name: "lists in pages", run: listPages},
		{name: "lists by folder", run: listFolders},
		{name: "odd names", run: oddNames},
		{name: "a name that is too long", run: longName},
		{name: "metadata and tags", run: metadataAndTags},
		{name: "archive", run: archive},
		{name: "copies within", run: copyWithin},
		{name: "a stream of blocks", run: streamOfBlocks},
		{name: "versions", run: readVersions},
		{name: "undelete", account: deleted, run: undelete},
		{name: "overwritten while it is kept", account: deleted, run: overwritten},
	}
}

func body(text string) io.ReadSeekCloser { return streaming.NopCloser(strings.NewReader(text)) }

func upload(ctx context.Context, box *container.Client, name, text string) (blockblob.UploadResponse, error) {
	return box.NewBlockBlobClient(name).Upload(ctx, body(text), nil)
}

func download(ctx context.Context, b *blob.Client, o *blob.DownloadStreamOptions) (string, blob.DownloadStreamResponse, error) {
	resp, err := b.DownloadStream(ctx, o)
	if err != nil {
		return "", resp, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), resp, err
}

// expect is nil when a call was refused with a code.
func expect(err error, code bloberror.Code) error {
	if !bloberror.HasCode(err, code) {
		return fmt.Errorf("expected %s, got %w", code, orNone(err))
	}
	return nil
}

func orNone(err error) error {
	if err == nil {
		return errors.New("no refusal")
	}
	return err
}

func want(what string, got, want any) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}

func holds(ctx context.Context, b *blob.Client, text string) error {
	got, _, err := download(ctx, b, nil)
	if err != nil {
		return err
	}
	return want("content", got, text)
}

func putAndGet(ctx context.Context, box *container.Client) error {
	put, err := upload(ctx, box, "a", "hello")
	if err != nil {
		return err
	}
	got, resp, err := download(ctx, box.NewBlobClient("a"), nil)
	sum := md5.Sum([]byte("hello"))
	_, missing := box.NewBlobClient("b").GetProperties(ctx, nil)
	_, absent, noBlob := download(ctx, box.NewBlobClient("b"), nil)
	_ = absent
	return errors.Join(err, want("content", got, "hello"), want("ETag", *resp.ETag, *put.ETag), want("MD5", string(resp.ContentMD5), string(sum[:])),
		want("type", *resp.BlobType, blob.BlobTypeBlockBlob), expect(missing, bloberror.BlobNotFound), expect(noBlob, bloberror.BlobNotFound))
}

func id(n int) string { return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "block-%04d", n)) }

func blocks(ctx context.Context, box *container.Client) error {
	b := box.NewBlockBlobClient("a")
	stage := func(n int, text string) error {
		_, err := b.StageBlock(ctx, id(n), body(text), nil)
		return err
	}
	if err := errors.Join(stage(0, "aa"), stage(1, "bbb"), stage(2, "c")); err != nil {
		return err
	}
	list, err := b.GetBlockList(ctx, blockblob.BlockListTypeUncommitted, nil)
	if err != nil || len(list.UncommittedBlocks) != 3 || *list.UncommittedBlocks[1].Size != 3 {
		return fmt.Errorf("uncommitted: %d, %w", len(list.UncommittedBlocks), orNone(err))
	}
	if _, err := b.CommitBlockList(ctx, []string{id(0), id(1)}, nil); err != nil {
		return err
	}
	resp, err := b.GetProperties(ctx, nil)
	if err != nil {
		return err
	}
	// What is not in the list is gone; a committed block and a new one of the same name mix by "Latest".
	_, gone := b.CommitBlockList(ctx, []string{id(0), id(2)}, nil)
	if err := stage(1, "BBB"); err != nil {
		return err
	}
	if _, err := b.CommitBlockList(ctx, []string{id(0), id(1), id(0)}, nil); err != nil {
		return err
	}
	return errors.Join(want("no MD5 of blocks", len(resp.ContentMD5), 0), expect(gone, bloberror.InvalidBlockList), holds(ctx, b.BlobClient(), "aaBBBaa"))
}

func blockIDs(ctx context.Context, box *container.Client) error {
	b := box.NewBlockBlobClient("a")
	if _, err := b.StageBlock(ctx, id(0), body("aa"), nil); err != nil {
		return err
	}
	if _, err := b.CommitBlockList(ctx, []string{id(0)}, nil); err != nil {
		return err
	}
	_, short := b.StageBlock(ctx, base64.StdEncoding.EncodeToString([]byte("x")), body("x"), nil)
	return expect(short, bloberror.InvalidBlobOrBlock)
}

func wrongSums(ctx context.Context, box *container.Client) error {
	b := box.NewBlockBlobClient("a")
	sum := md5.Sum([]byte("other"))
	_, md5Err := b.Upload(ctx, body("hello"), &blockblob.UploadOptions{TransactionalValidation: blob.TransferValidationTypeMD5(sum[:])})
	_, crcErr := b.StageBlock(ctx, id(0), body("hello"), &blockblob.StageBlockOptions{TransactionalValidation: blob.TransferValidationTypeCRC64(12345)})
	_, right := b.StageBlock(ctx, id(0), body("hello"), &blockblob.StageBlockOptions{TransactionalValidation: blob.TransferValidationTypeComputeCRC64()})
	// What a list claims about the whole is kept as it is.
	_, claimed := b.CommitBlockList(ctx, []string{id(0)}, &blockblob.CommitBlockListOptions{HTTPHeaders: &blob.HTTPHeaders{BlobContentMD5: sum[:]}})
	resp, err := b.GetProperties(ctx, nil)
	return errors.Join(expect(md5Err, bloberror.MD5Mismatch), expect(crcErr, bloberror.CRC64Mismatch), right, claimed, err, want("MD5", string(resp.ContentMD5), string(sum[:])))
}

func preconditions(ctx context.Context, box *container.Client) error {
	b := box.NewBlockBlobClient("a")
	only := func(c blob.ModifiedAccessConditions) *blockblob.UploadOptions {
		return &blockblob.UploadOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &c}}
	}
	absent := only(blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)})
	one, err := b.Upload(ctx, body("one"), absent)
	if err != nil {
		return err
	}
	_, again := b.Upload(ctx, body("two"), absent)
	if _, err := b.Upload(ctx, body("two"), only(blob.ModifiedAccessConditions{IfMatch: one.ETag})); err != nil {
		return err
	}
	_, stale := b.Upload(ctx, body("three"), only(blob.ModifiedAccessConditions{IfMatch: one.ETag}))
	_, _, read := download(ctx, b.BlobClient(), &blob.DownloadStreamOptions{
		AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: one.ETag}},
	})
	_, remove := b.Delete(ctx, &blob.DeleteOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: one.ETag}}})
	return errors.Join(expect(again, bloberror.BlobAlreadyExists), expect(stale, bloberror.ConditionNotMet), expect(read, bloberror.ConditionNotMet),
		expect(remove, bloberror.ConditionNotMet), holds(ctx, b.BlobClient(), "two"))
}

func ranges(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "0123456789"); err != nil {
		return err
	}
	b := box.NewBlobClient("a")
	part, resp, err := download(ctx, b, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 3, Count: 4}, RangeGetContentMD5: to.Ptr(true)})
	sum := md5.Sum([]byte("3456"))
	rest, _, restErr := download(ctx, b, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 7}})
	return errors.Join(err, want("range", part, "3456"), want("its MD5", string(resp.ContentMD5), string(sum[:])), want("Content-Range", *resp.ContentRange, "bytes 3-6/10"),
		restErr, want("rest", rest, "789"))
}

func rangePastEnd(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "0123456789"); err != nil {
		return err
	}
	_, _, past := download(ctx, box.NewBlobClient("a"), &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 10, Count: 1}})
	return expect(past, bloberror.InvalidRange)
}

func rangeCRC(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "0123456789"); err != nil {
		return err
	}
	return rangeWithCRC(ctx, box.NewBlobClient("a"))
}

func snapshots(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "one"); err != nil {
		return err
	}
	b := box.NewBlobClient("a")
	taken, err := b.CreateSnapshot(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := upload(ctx, box, "a", "two"); err != nil {
		return err
	}
	old, err := b.WithSnapshot(*taken.Snapshot)
	if err != nil {
		return err
	}
	was, _, read := download(ctx, old, nil)
	listed, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Snapshots: true}})
	_, present := b.Delete(ctx, nil)
	_, include := b.Delete(ctx, &blob.DeleteOptions{DeleteSnapshots: to.Ptr(blob.DeleteSnapshotsOptionTypeOnly)})
	left, leftErr := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Snapshots: true}})
	return errors.Join(err, want("with its snapshot", len(listed), 2), read, want("old content", was, "one"),
		expect(present, bloberror.SnapshotsPresent), include, leftErr, want("without", len(left), 1), holds(ctx, b, "two"), expectGone(ctx, old))
}

func snapshotFirst(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "one"); err != nil {
		return err
	}
	taken, err := box.NewBlobClient("a").CreateSnapshot(ctx, nil)
	if err != nil {
		return err
	}
	listed, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Snapshots: true}})
	if err != nil || len(listed) != 2 || listed[0].Snapshot == nil || *listed[0].Snapshot != *taken.Snapshot {
		return fmt.Errorf("%d listed, and not the snapshot first: %w", len(listed), orNone(err))
	}
	return nil
}

func expectGone(ctx context.Context, b *blob.Client) error {
	_, _, err := download(ctx, b, nil)
	return expect(err, bloberror.BlobNotFound)
}

func flat(ctx context.Context, box *container.Client, o *container.ListBlobsFlatOptions) (all []*container.BlobItem, err error) {
	for pager := box.NewListBlobsFlatPager(o); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return all, err
		}
		all = append(all, page.Segment.BlobItems...)
	}
	return all, nil
}

func names(items []*container.BlobItem) (out []string) {
	for _, i := range items {
		out = append(out, *i.Name)
	}
	return out
}

func appendBlobs(ctx context.Context, box *container.Client) error {
	b := box.NewAppendBlobClient("log")
	if _, err := b.Create(ctx, nil); err != nil {
		return err
	}
	if _, err := b.AppendBlock(ctx, body("one "), nil); err != nil {
		return err
	}
	at := func(position int64) *appendblob.AppendBlockOptions {
		return &appendblob.AppendBlockOptions{AppendPositionAccessConditions: &appendblob.AppendPositionAccessConditions{AppendPosition: &position}}
	}
	second, err := b.AppendBlock(ctx, body("two"), at(4))
	if err != nil {
		return err
	}
	_, elsewhere := b.AppendBlock(ctx, body("x"), at(4))
	_, asBlock := box.NewBlockBlobClient("log").StageBlock(ctx, id(0), body("x"), nil)
	return errors.Join(want("offset", *second.BlobAppendOffset, "4"), want("blocks", *second.BlobCommittedBlockCount, int32(2)),
		expect(elsewhere, bloberror.AppendPositionConditionNotMet), expect(asBlock, bloberror.InvalidBlobType), holds(ctx, b.BlobClient(), "one two"))
}

func pageBlobs(ctx context.Context, box *container.Client) error {
	b := box.NewPageBlobClient("disk")
	if _, err := b.Create(ctx, 2048, nil); err != nil {
		return err
	}
	page := strings.Repeat("p", 512)
	if _, err := b.UploadPages(ctx, body(page+page), blob.HTTPRange{Offset: 512, Count: 1024}, nil); err != nil {
		return err
	}
	if _, err := b.ClearPages(ctx, blob.HTTPRange{Offset: 1024, Count: 512}, nil); err != nil {
		return err
	}
	pages, err := b.NewGetPageRangesPager(nil).NextPage(ctx)
	if err != nil || len(pages.PageRange) != 1 {
		return fmt.Errorf("%d ranges, %w", len(pages.PageRange), orNone(err))
	}
	zeros := strings.Repeat("\x00", 512)
	return errors.Join(want("start", *pages.PageRange[0].Start, int64(512)), want("end", *pages.PageRange[0].End, int64(1023)),
		holds(ctx, b.BlobClient(), zeros+page+zeros+zeros))
}

func listPages(ctx context.Context, box *container.Client) error {
	var all []string
	for i := range 7 {
		name := fmt.Sprintf("n%d", i)
		all = append(all, name)
		if _, err := upload(ctx, box, name, name); err != nil {
			return err
		}
	}
	got, err := flat(ctx, box, &container.ListBlobsFlatOptions{MaxResults: to.Ptr[int32](3)})
	some, someErr := flat(ctx, box, &container.ListBlobsFlatOptions{Prefix: to.Ptr("n3")})
	return errors.Join(err, want("names", fmt.Sprint(names(got)), fmt.Sprint(all)), someErr, want("by prefix", fmt.Sprint(names(some)), "[n3]"))
}

func listFolders(ctx context.Context, box *container.Client) error {
	for _, name := range []string{"a/1", "a/2", "a-b", "b/c/d", "e"} {
		if _, err := upload(ctx, box, name, name); err != nil {
			return err
		}
	}
	var blobs, folders []string
	for pager := box.NewListBlobsHierarchyPager("/", &container.ListBlobsHierarchyOptions{MaxResults: to.Ptr[int32](1)}); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return err
		}
		blobs = append(blobs, names(page.Segment.BlobItems)...)
		for _, p := range page.Segment.BlobPrefixes {
			folders = append(folders, *p.Name)
		}
	}
	return errors.Join(want("blobs", fmt.Sprint(blobs), "[a-b e]"), want("folders", fmt.Sprint(folders), "[a/ b/]"))
}

func oddNames(ctx context.Context, box *container.Client) error {
	all := []string{" a  b ", "100%/%2F/%zz", "a+b=c;d,e@f:g$h", "a//b", "a?b=c&d#e", "folder/", "quotes\"<>&'", "ünïcödé/日本語/😀", "z\ue000", "z😀", strings.Repeat("n", 1024)}
	for _, name := range all {
		if _, err := upload(ctx, box, name, name); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if err := holds(ctx, box.NewBlobClient(name), name); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	got, err := flat(ctx, box, nil)
	if err != nil {
		return err
	}
	slices.SortFunc(all, byUnits)
	return want("in the order of UTF-16", fmt.Sprintf("%q", names(got)), fmt.Sprintf("%q", all))
}

func longName(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, strings.Repeat("n", 1025), ""); err == nil {
		return errors.New("a name of 1,025 characters is taken")
	}
	return nil
}

func metadataAndTags(ctx context.Context, box *container.Client) error {
	b := box.NewBlockBlobClient("a")
	_, err := b.Upload(ctx, body("x"), &blockblob.UploadOptions{
		Metadata: map[string]*string{"team": to.Ptr("vision")}, HTTPHeaders: &blob.HTTPHeaders{BlobContentType: to.Ptr("text/x")}, Tags: map[string]string{"k": "v"},
	})
	if err != nil {
		return err
	}
	listed, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Metadata: true, Tags: true}})
	if err != nil || len(listed) != 1 || listed[0].Metadata["team"] == nil || listed[0].BlobTags == nil {
		return fmt.Errorf("%d listed with metadata and tags, %w", len(listed), orNone(err))
	}
	tags, err := b.GetTags(ctx, nil)
	if err != nil || len(tags.BlobTagSet) != 1 {
		return fmt.Errorf("tags: %w", orNone(err))
	}
	before, _ := b.GetProperties(ctx, nil)
	if _, err := b.SetMetadata(ctx, map[string]*string{"other": to.Ptr("1")}, nil); err != nil {
		return err
	}
	after, err := b.GetProperties(ctx, nil)
	if err != nil {
		return err
	}
	_, stays := after.Metadata["Team"]
	return errors.Join(want("metadata in a list", *listed[0].Metadata["team"], "vision"), want("tag", *tags.BlobTagSet[0].Value, "v"),
		want("type", *after.ContentType, "text/x"), want("old metadata", stays, false), want("same ETag", *before.ETag == *after.ETag, false))
}

func archive(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "cold"); err != nil {
		return err
	}
	b := box.NewBlobClient("a")
	if _, err := b.SetTier(ctx, blob.AccessTierArchive, nil); err != nil {
		return err
	}
	_, _, read := download(ctx, b, nil)
	resp, err := b.GetProperties(ctx, nil)
	return errors.Join(expect(read, bloberror.BlobArchived), err, want("tier", *resp.AccessTier, string(blob.AccessTierArchive)))
}

func streamOfBlocks(ctx context.Context, box *container.Client) error {
	text := strings.Repeat("0123456789abcdef", 1<<17) // 2 MiB
	b := box.NewBlockBlobClient("a")
	_, err := b.UploadStream(ctx, strings.NewReader(text), &blockblob.UploadStreamOptions{BlockSize: 512 << 10, Concurrency: 3})
	if err != nil {
		return err
	}
	got := make([]byte, len(text))
	_, err = b.DownloadBuffer(ctx, got, &blob.DownloadBufferOptions{BlockSize: 300_000, Concurrency: 3})
	return errors.Join(err, want("content", bytes.Equal(got, []byte(text)), true))
}
