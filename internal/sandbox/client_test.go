package sandbox_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"testing"
)

func certPool(t *testing.T, ca string) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(ca)) {
		t.Fatal("the profile's CA is not PEM")
	}
	return pool
}

func tlsClient(t *testing.T, ca string) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: certPool(t, ca), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}
