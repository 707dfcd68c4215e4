package datasets

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
)

// objects are what a dataset of the tests holds: small, empty, of several chunks, and with a name that must be escaped.
func objects() map[string][]byte {
	out := map[string][]byte{}
	for name, size := range map[string]int{"a b/ü%2F.csv": 100, "empty": 0, "part-0.csv": 30_000, "part-1.csv": 40_000, "weights.bin": 3<<20 + 5} {
		random := rand.New(rand.NewPCG(5, uint64(size))) // of its own: a map has no order, and every call shall give the same
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		out[name] = data
	}
	return out
}

// fill puts them into Azurite with Azure's own client.
func fill(t *testing.T, client *service.Client) {
	t.Helper()
	box := client.NewContainerClient("training")
	if _, err := box.Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range objects() {
		if _, err := box.NewBlockBlobClient(name).UploadBuffer(t.Context(), data, nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func wants(t *testing.T, got string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(got, text) {
			t.Errorf("%q is not in\n%s", text, got)
		}
	}
}

// TestAzuriteToSandbox copies from Azurite to the strict Cloud Storage, finds what is missing and what has rotted, and mends it.
func TestAzuriteToSandbox(t *testing.T) {
	t.Parallel()
	s := start(t)
	from, authority, client := azurite(t, s.profile.Azure.StorageAccount)
	fill(t, client)
	flags := s.config(t, authority, "blob: "+s.profile.HTTPS, "blob: "+from)
	wants(t, s.say(t, 0, flags, "dataset", "sync", "fraud", "--dry-run"), "create", "weights.bin")
	wants(t, s.say(t, 0, flags, "dataset", "sync", "fraud"), "5 objects", "copied 5")
	wants(t, s.say(t, 0, flags, "dataset", "sync", "fraud"), "copied 0")

	bucket := s.profile.AdminURL + "/buckets/" + s.profile.Google.Bucket
	call(t, http.MethodDelete, bucket+"/objects?name="+url.QueryEscape("fraud/part-1.csv"), "")
	call(t, http.MethodPost, bucket+"/damage", `{"name":"fraud/weights.bin","flip":2000000}`)
	wants(t, s.say(t, 6, flags, "dataset", "verify", "fraud"), "missing", "part-1.csv", "1 damaged object")
	wants(t, s.say(t, 6, flags, "dataset", "verify", "fraud", "--deep"), "missing", "rotten", "weights.bin", "2 damaged objects")
	wants(t, s.say(t, 0, flags, "dataset", "repair", "fraud"), "2 objects mended", "1.0 MiB came from the source")
	wants(t, s.say(t, 0, flags, "dataset", "verify", "fraud", "--deep"), "5 objects", "every byte")
}

// TestAzuriteToFakeGCS copies the same to fake-gcs-server, as far as that is as the service is:
//   - it ignores tokens, so none is asked for a right that it lacks;
//   - preconditions on reads and deletes are ignored.
func TestAzuriteToFakeGCS(t *testing.T) {
	t.Parallel()
	s := start(t)
	from, authority, client := azurite(t, s.profile.Azure.StorageAccount)
	fill(t, client)
	target := fakeGCS(t, s.profile.Google.Bucket)
	flags := s.config(t, authority, "blob: "+s.profile.HTTPS, "blob: "+from, "storage: "+s.profile.HTTP, "storage: "+target)
	wants(t, s.say(t, 0, flags, "dataset", "sync", "fraud"), "5 objects", "copied 5")
	wants(t, s.say(t, 0, flags, "dataset", "verify", "fraud", "--deep"), "5 objects", "every byte")
	for name, data := range objects() {
		got := call(t, http.MethodGet, target+"/storage/v1/b/"+s.profile.Google.Bucket+"/o/"+url.PathEscape("fraud/"+name)+"?alt=media", "")
		if !bytes.Equal(got, data) {
			t.Errorf("%s: %d other bytes", name, len(got))
		}
	}
	call(t, http.MethodDelete, target+"/storage/v1/b/"+s.profile.Google.Bucket+"/o/"+url.PathEscape("fraud/part-1.csv"), "")
	wants(t, s.say(t, 6, flags, "dataset", "verify", "fraud"), "missing", "part-1.csv")
	wants(t, s.say(t, 0, flags, "dataset", "repair", "fraud"), "1 object mended")
	wants(t, s.say(t, 0, flags, "dataset", "verify", "fraud", "--deep"), "every byte")
}
