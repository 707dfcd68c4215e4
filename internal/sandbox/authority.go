package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// productionHosts are the names that the sandbox answers for in a network namespace of its own, where stock production
// URLs lead to it.
func productionHosts() []string {
	return []string{
		"sts.googleapis.com", "*.rep.googleapis.com", "*.us.rep.googleapis.com", "iamcredentials.googleapis.com", "iam.googleapis.com",
		"aiplatform.googleapis.com", "*.googleapis.com", "cloudresourcemanager.googleapis.com", "www.googleapis.com",
		"oauth2.googleapis.com", "openidconnect.googleapis.com", "accounts.google.com",
		"login.microsoftonline.com", "sts.windows.net", "management.azure.com", "*.blob.core.windows.net",
		"oidc.prod-aks.azure.com", "*.oic.prod-aks.azure.com", "*.hcp.swedencentral.azmk8s.io",
		"metadata.google.internal",
	}
}

// authority is a throw-away certificate authority: its key dies with the process.
type authority struct {
	pem  []byte // the CA's certificate
	leaf tls.Certificate
}

// newAuthority makes the authority and its one server certificate. They are valid from a day ago, for clients whose
// clock lags.
func newAuthority(now time.Time) (authority, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("make a CA: %w", err)
	}
	ca := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Landbridge sandbox CA"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return authority{}, fmt.Errorf("make a CA: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("make a certificate: %w", err)
	}
	server := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Landbridge sandbox"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		DNSNames:    append([]string{"localhost"}, productionHosts()...),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4(169, 254, 169, 254)},
		KeyUsage:    x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leaf, err := x509.CreateCertificate(rand.Reader, server, ca, &key.PublicKey, caKey)
	if err != nil {
		return authority{}, fmt.Errorf("make a certificate: %w", err)
	}
	return authority{
		pem:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		leaf: tls.Certificate{Certificate: [][]byte{leaf, der}, PrivateKey: key},
	}, nil
}

// CAPEM is the certificate that clients must trust.
func (a *authority) CAPEM() []byte { return a.pem }

func (a *authority) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &a.leaf, nil }

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil { // crypto/rand never fails since Go 1.24
		panic(err)
	}
	return n
}
