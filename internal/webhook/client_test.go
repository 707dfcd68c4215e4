package webhook_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/webhook"
)

// authority issues client certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	made := issue(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil)
	return authority{made.Leaf, made.PrivateKey.(*ecdsa.PrivateKey)}
}

// client is the certificate of an API server, for these uses.
func (a authority) client(t *testing.T, uses ...x509.ExtKeyUsage) tls.Certificate {
	t.Helper()
	return issue(t, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "apiserver"}, ExtKeyUsage: uses}, &a)
}

func issue(t *testing.T, template *x509.Certificate, by *authority) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by = &authority{template, key}
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Minute), time.Now().Add(time.Hour)
	raw, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}
}

// With ClientCAs a review needs a certificate of theirs, and a kubelet's probe none.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	r := run(t, func(o *webhook.Options, _ *x509.CertPool) {
		o.ClientCAs = x509.NewCertPool()
		o.ClientCAs.AddCert(ours.cert)
	})
	if resp := post(t, r.client(t, ours.client(t, x509.ExtKeyUsageClientAuth)), r.url); resp.StatusCode != http.StatusOK {
		t.Errorf("with a certificate: %s", resp.Status)
	}
	if resp := post(t, r.client(t), r.url); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a certificate: %s", resp.Status)
	}
	if resp, err := r.client(t).Get(r.url + "/healthz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("a probe: %v %v", resp, err)
	}
	for name, own := range map[string]tls.Certificate{
		"of another authority":  others.client(t, x509.ExtKeyUsageClientAuth),
		"of ours, for a server": ours.client(t, x509.ExtKeyUsageServerAuth),
	} {
		// A Go client sends what fits the authorities that are asked for; this one sends it whatever they are.
		client := r.client(t)
		client.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
		if resp, err := client.Get(r.url + "/healthz"); err == nil {
			t.Errorf("with a certificate %s: %s", name, resp.Status)
		}
	}
}
