package certificate_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/webhook/certificate"
)

// material is what an Own would keep: a good pair.
func material(t *testing.T) (cert, key []byte) {
	t.Helper()
	c := &cluster{}
	synctest.Test(t, func(t *testing.T) { start(t, c, time.Minute) })
	return c.data["tls.crt"], c.data["tls.key"]
}

func write(t *testing.T, dir string, cert, key []byte) {
	t.Helper()
	for file, text := range map[string][]byte{"tls.crt": cert, "tls.key": key} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesAreReadAgainWhenTheyChange(t *testing.T) {
	t.Parallel()
	cert, key := material(t)
	cert2, key2 := material(t)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f, err := certificate.NewFiles(certificate.FilesOptions{CertFile: filepath.Join(dir, "tls.crt"), KeyFile: filepath.Join(dir, "tls.key")})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		synctest.Wait()
		if _, err := f.Certificate(); err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("without files: %v", err)
		}
		look := func() []byte {
			time.Sleep(11 * time.Second)
			synctest.Wait()
			c, err := f.Certificate()
			if err != nil {
				t.Fatal(err)
			}
			return c.Leaf.Raw
		}
		write(t, dir, cert, key)
		first := look()
		write(t, dir, cert2, key) // the key comes later
		if string(look()) != string(first) {
			t.Error("half a pair is served")
		}
		write(t, dir, cert2, key2)
		if string(look()) == string(first) {
			t.Error("the old certificate is still served")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestFilesNeedBoth(t *testing.T) {
	t.Parallel()
	if _, err := certificate.NewFiles(certificate.FilesOptions{CertFile: "x"}); err == nil || !strings.Contains(err.Error(), "both") {
		t.Errorf("err = %v", err)
	}
}
