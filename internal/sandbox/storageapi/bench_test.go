package storageapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// BenchmarkUpload is what one upload costs besides the connection.
func BenchmarkUpload(b *testing.B) {
	for _, size := range []int{64 << 10, 64 << 20} {
		for _, noMD5 := range []bool{false, true} {
			b.Run(fmt.Sprintf("%dKiB/md5=%v", size>>10, !noMD5), func(b *testing.B) {
				w := world.New(time.Now)
				w.AddProject(world.Project{ID: "demo", Number: "1234567890"})
				google := googleapi.New(w, googleapi.Options{})
				cloud := storageapi.New(google, w, storageapi.Options{NoMD5: noMD5})
				if err := cloud.AddBucket(storageapi.Bucket{Name: "b-1", Project: "demo"}); err != nil {
					b.Fatal(err)
				}
				if err := w.Bind("gs://b-1", "roles/storage.objectUser", "user:copier"); err != nil {
					b.Fatal(err)
				}
				token := w.Issue(world.Grant{
					Members: []string{"user:copier"}, Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}, Expiry: time.Now().Add(time.Hour),
				})
				body := append([]byte("--B\r\nContent-Type: application/json\r\n\r\n{\"name\":\"x\",\"metadata\":{\"k\":\"v\"}}\r\n--B\r\nContent-Type: text/x\r\n\r\n"), make([]byte, size)...)
				body = append(body, "\r\n--B--"...)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					r := httptest.NewRequest(http.MethodPost, "/upload/storage/v1/b/b-1/o?uploadType=multipart", bytes.NewReader(body))
					r.Header.Set("Content-Type", "multipart/related; boundary=B")
					r.Header.Set("Authorization", "Bearer "+token.Reveal())
					rec := httptest.NewRecorder()
					google.ServeHTTP(rec, r)
					if rec.Code != http.StatusOK {
						b.Fatal(rec.Body)
					}
				}
			})
		}
	}
}
