package azure

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"net/http"
	"unicode/utf16"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
)

// byUnits compares names by UTF-16 code units, as the service lists them.
func byUnits(a, b string) int {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}

// rangeWithCRC asks for a range's CRC64, for which the client has no option of its own.
func rangeWithCRC(ctx context.Context, b *blob.Client) error {
	ctx = policy.WithHTTPHeader(ctx, http.Header{"x-ms-range-get-content-crc64": {"true"}})
	var raw *http.Response
	ctx = runtime.WithCaptureResponse(ctx, &raw)
	part, _, err := download(ctx, b, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: 2, Count: 3}})
	if err != nil {
		return err
	}
	sum := crc64.Checksum([]byte("234"), crc64.MakeTable(0x9A6C9329AC4BC9B5))
	encoded := base64.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint64(nil, sum))
	return errors.Join(want("range", part, "234"), want("its CRC64", raw.Header.Get("x-ms-content-crc64"), encoded))
}

func copyWithin(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "0123456789"); err != nil {
		return err
	}
	source := box.NewBlobClient("a").URL()
	started, err := box.NewBlobClient("b").StartCopyFromURL(ctx, source, nil)
	if err != nil {
		return err
	}
	return errors.Join(want("status", *started.CopyStatus, blob.CopyStatusTypeSuccess), holds(ctx, box.NewBlobClient("b"), "0123456789"))
}

// readVersions is what reading the past in place needs: old versions by their ids, also of a blob that was deleted.
func readVersions(ctx context.Context, box *container.Client) error {
	one, err := upload(ctx, box, "a", "one")
	if err != nil {
		return err
	}
	two, err := upload(ctx, box, "a", "two")
	if err != nil {
		return err
	}
	if one.VersionID == nil || two.VersionID == nil {
		return errors.New("a write has no version id")
	}
	old, err := box.NewBlobClient("a").WithVersionID(*one.VersionID)
	if err != nil {
		return err
	}
	all, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Versions: true}})
	if err != nil || len(all) != 2 {
		return fmt.Errorf("%d versions, %w", len(all), orNone(err))
	}
	_, current := old.Delete(ctx, nil)
	if current != nil {
		return fmt.Errorf("an old version cannot be deleted: %w", current)
	}
	if _, err := box.NewBlobClient("a").Delete(ctx, nil); err != nil {
		return err
	}
	only, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{DeletedWithVersions: true}})
	if err != nil || len(only) != 1 || only[0].HasVersionsOnly == nil || !*only[0].HasVersionsOnly {
		return fmt.Errorf("%d with versions only, %w", len(only), orNone(err))
	}
	last, err := box.NewBlobClient("a").WithVersionID(*two.VersionID)
	return errors.Join(err, want("oldest first", *all[0].VersionID, *one.VersionID), want("current", all[1].IsCurrentVersion != nil && *all[1].IsCurrentVersion, true),
		expectGone(ctx, box.NewBlobClient("a")), holds(ctx, last, "two"), expectGone(ctx, old))
}

func undelete(ctx context.Context, box *container.Client) error {
	if _, err := upload(ctx, box, "a", "one"); err != nil {
		return err
	}
	b := box.NewBlobClient("a")
	if _, err := b.Delete(ctx, nil); err != nil {
		return err
	}
	listed, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Deleted: true}})
	if err != nil || len(listed) != 1 || listed[0].Deleted == nil || !*listed[0].Deleted || listed[0].Properties.DeletedTime == nil {
		return fmt.Errorf("%d deleted, %w", len(listed), orNone(err))
	}
	gone := expectGone(ctx, b)
	if _, err := b.Undelete(ctx, nil); err != nil {
		return err
	}
	return errors.Join(gone, holds(ctx, b, "one"))
}

// overwritten: without versions, what is written over is kept as a deleted snapshot.
func overwritten(ctx context.Context, box *container.Client) error {
	for _, text := range []string{"one", "two"} {
		if _, err := upload(ctx, box, "a", text); err != nil {
			return err
		}
	}
	listed, err := flat(ctx, box, &container.ListBlobsFlatOptions{Include: container.ListBlobsInclude{Deleted: true, Snapshots: true}})
	if err != nil || len(listed) != 2 {
		return fmt.Errorf("%d listed, %w", len(listed), orNone(err))
	}
	b := box.NewBlobClient("a")
	if _, err := b.Undelete(ctx, nil); err != nil {
		return err
	}
	old, err := b.WithSnapshot(*listed[0].Snapshot)
	if err != nil {
		return err
	}
	_, present := b.Delete(ctx, &blob.DeleteOptions{DeleteSnapshots: to.Ptr(blob.DeleteSnapshotsOptionTypeInclude)})
	return errors.Join(holdsBefore(ctx, old), present, expectGone(ctx, b))
}

func holdsBefore(ctx context.Context, old *blob.Client) error {
	// The snapshot was brought back and deleted again with the blob.
	_, _, err := download(ctx, old, nil)
	return expect(err, bloberror.BlobNotFound)
}
