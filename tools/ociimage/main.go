// Command ociimage writes a container image without a container engine: one static binary on nothing.
//
// A binary enters, an OCI archive leaves ("podman load", "skopeo copy oci-archive:...", "docker load"). The same input
// makes the same bytes. Besides the binary the image holds Mozilla's root certificates, or those that it is given, and an
// unprivileged user; it must never hold anything of the machine that it is made on.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func main() {
	binary := flag.String("binary", "", "the static linux binary")
	version := flag.String("version", "unknown", "for the label and the archive's tag")
	arch := flag.String("arch", runtime.GOARCH, "the binary's architecture")
	trusted := flag.String("roots", "", "PEM file of certificate authorities in place of Mozilla's: behind a proxy that inspects TLS")
	out := flag.String("o", "landbridge-image.tar", "where the archive goes")
	flag.Parse()
	digest, err := write(*binary, *version, *arch, *trusted, *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ociimage:", err)
		os.Exit(1)
	}
	fmt.Println(*out, digest)
}

func write(binary, version, arch, trusted, out string) (string, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return "", err
	}
	authorities := roots()
	if trusted != "" {
		if authorities, err = os.ReadFile(trusted); err != nil {
			return "", err
		}
	}
	image, err := build(program, authorities, version, arch)
	if err != nil {
		return "", err
	}
	digest, err := image.Digest()
	if err != nil {
		return "", err
	}
	return digest.String(), archive(image, version, out)
}

// build makes the image.
func build(program, authorities []byte, version, arch string) (v1.Image, error) {
	content, err := layer([]file{
		{"etc/passwd", 0o644, []byte("landbridge:x:65532:65532::/:/landbridge\n")},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, authorities},
		{"landbridge", 0o755, program},
	})
	if err != nil {
		return nil, err
	}
	compressed, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.Append(base, mutate.Addendum{Layer: compressed})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", arch
	config.Config = v1.Config{
		Entrypoint: []string{"/landbridge"},
		Cmd:        []string{"serve", "--config", "/etc/landbridge/landbridge.yaml"},
		User:       "65532:65532",
		Labels: map[string]string{
			"org.opencontainers.image.title":    "landbridge",
			"org.opencontainers.image.version":  version,
			"org.opencontainers.image.licenses": "Apache-2.0",
		},
	}
	return mutate.ConfigFile(image, config)
}
