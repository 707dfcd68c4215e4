package certificate

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"os"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// FilesOptions name the PEM files of a certificate that somebody else renews: cert-manager, or a person. Both are needed.
type FilesOptions struct {
	CertFile, KeyFile string
	// Every is how often the files are looked at; 10 s when zero. A kubelet needs a minute to bring a changed Secret.
	Every  time.Duration
	Logger *slog.Logger
}

// Files serves a certificate from files, and the new one as soon as they change.
type Files struct {
	holder
	o         FilesOptions
	cert, key []byte
}

// NewFiles checks the options; the files are read by Run.
func NewFiles(o FilesOptions) (*Files, error) {
	if o.CertFile == "" || o.KeyFile == "" {
		return nil, fault(bridge.Usage, "certificate_files", "a serving certificate from files needs both the certificate's and the key's", nil)
	}
	o.Every, o.Logger = cmp.Or(o.Every, 10*time.Second), logger(o.Logger)
	return &Files{o: o}, nil
}

// Run reads the files, and again when they change, until ctx ends. Files that cannot be used are reported and the last good
// certificate is served on: the two of a pair do not change at the same instant.
func (f *Files) Run(ctx context.Context) error {
	every := time.NewTicker(f.o.Every)
	defer every.Stop()
	for {
		if err := f.read(ctx); err != nil {
			var why error = err
			f.why.Store(&why)
			f.o.Logger.WarnContext(ctx, "the serving certificate's files cannot be used", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

func (f *Files) read(ctx context.Context) *bridge.Error {
	cert, err := os.ReadFile(f.o.CertFile)
	if err != nil {
		return fault(bridge.Usage, "certificate_unreadable", "the file of the serving certificate cannot be read", err)
	}
	key, err := os.ReadFile(f.o.KeyFile)
	if err != nil {
		return fault(bridge.Usage, "certificate_unreadable", "the file of the serving certificate's key cannot be read", err)
	}
	if bytes.Equal(cert, f.cert) && bytes.Equal(key, f.key) {
		return nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fault(bridge.Usage, "certificate_unusable", "the serving certificate and its key do not make a pair", err)
	}
	f.cert, f.key = cert, key
	f.served.Store(&pair)
	f.o.Logger.InfoContext(ctx, "serving certificate read", slog.Time("expires", pair.Leaf.NotAfter))
	return nil
}
