package main

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestImage(t *testing.T) {
	t.Parallel()
	image, err := build([]byte("program"), roots(), "v1.2.3", "arm64")
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(written(t, image)); err != nil {
		t.Error(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Architecture != "arm64" || config.Config.User != "65532:65532" || config.Config.Entrypoint[0] != "/landbridge" {
		t.Errorf("config = %+v", config)
	}
	layers, err := image.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("layers = %d, %v", len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(t, content), []string{"etc/passwd", "etc/ssl/certs/ca-certificates.crt", "landbridge"}; !slices.Equal(got, want) {
		t.Errorf("files = %q, want %q", got, want)
	}
}

// written is the image as it is read back from an OCI layout.
func written(t *testing.T, image v1.Image) v1.Image {
	t.Helper()
	index, err := layout.Write(t.TempDir(), empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	if err := index.AppendImage(image); err != nil {
		t.Fatal(err)
	}
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	back, err := index.Image(digest)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestArchiveIsReproducible(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "landbridge")
	if err := os.WriteFile(binary, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	var archives [2][]byte
	for i := range archives {
		out := filepath.Join(t.TempDir(), "image.tar")
		if _, err := write(binary, "v1.2.3", "amd64", "", out); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		archives[i] = text
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("the same input made different archives")
	}
	if got := names(t, bytes.NewReader(archives[0])); !slices.Contains(got, "index.json") || !slices.Contains(got, "oci-layout") {
		t.Errorf("files = %q: no OCI layout", got)
	}
}

func names(t *testing.T, r io.Reader) (out []string) {
	t.Helper()
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err != nil {
			return out
		}
		out = append(out, h.Name)
	}
}
