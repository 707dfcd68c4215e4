// Package certificate keeps the serving certificate of the admission webhook: from files that somebody else renews, or one
// of its own.
//
// Files or a Secret enter; the certificate to serve and the authorities that a cluster must trust leave. A private key goes
// to the Secret that the certificate is shared by and nowhere else, and that of an authority is forgotten as soon as it has
// signed once. It must never serve a certificate whose authority the cluster has not been told of.
package certificate

import (
	"crypto/tls"
	"log/slog"
	"sync/atomic"

	"github.com/landbridge/landbridge/internal/bridge"
)

// holder is the certificate that is served now, or why there is none.
type holder struct {
	served atomic.Pointer[tls.Certificate]
	why    atomic.Pointer[error]
}

// Certificate is the one to serve now. It may be called from many goroutines.
func (h *holder) Certificate() (*tls.Certificate, error) {
	if c := h.served.Load(); c != nil {
		return c, nil
	}
	if err := h.why.Load(); err != nil {
		return nil, *err
	}
	return nil, fault(bridge.Fault, "certificate_pending", "the serving certificate is not there yet", nil)
}

func fault(kind bridge.Kind, code, text string, cause error) *bridge.Error {
	return &bridge.Error{Kind: kind, Hop: bridge.HopDoor, Code: code, Text: text, Cause: cause}
}

func logger(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
