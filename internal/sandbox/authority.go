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
	"strings"
	"sync"
	"time"
)

// productionDomains are the domains whose names the sandbox answers for: in a network namespace of its own, stock
// production URLs lead to it.
func productionDomains() []string {
	return []string{
		"googleapis.com", "accounts.google.com", "metadata.google.internal",
		"login.microsoftonline.com", "login.windows.net", "sts.windows.net", "management.azure.com", "blob.core.windows.net",
		"prod-aks.azure.com", "azmk8s.io",
	}
}

// maxNames bounds how many certificates are kept: a client chooses the names.
const maxNames = 64

// authority is a throw-away certificate authority: its key dies with the process. It makes a certificate for a name when
// somebody asks for it, because no wildcard covers sts.REGION.rep.googleapis.com.
type authority struct {
	pem []byte // the CA's certificate
	ca  *x509.Certificate
	key *ecdsa.PrivateKey
	own *tls.Certificate // for loopback

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// newAuthority makes the authority. It is valid from a day ago, for clients whose clock lags.
func newAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a CA: %w", err)
	}
	a := &authority{key: key, leaves: map[string]*tls.Certificate{}, ca: &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Landbridge sandbox CA"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}}
	der, err := x509.CreateCertificate(rand.Reader, a.ca, a.ca, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make a CA: %w", err)
	}
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if a.ca, err = x509.ParseCertificate(der); err != nil { // with the key identifier that leaves refer to
		return nil, fmt.Errorf("make a CA: %w", err)
	}
	a.own, err = a.issue("localhost")
	return a, err
}

// certificate chooses by the name that the client asks for.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	if !production(name) {
		return a.own, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	leaf, ok := a.leaves[name]
	if !ok {
		if len(a.leaves) >= maxNames {
			clear(a.leaves)
		}
		var err error
		if leaf, err = a.issue(name); err != nil {
			return nil, err
		}
		a.leaves[name] = leaf
	}
	return leaf, nil
}

func production(name string) bool {
	for _, domain := range productionDomains() {
		if name == domain || strings.HasSuffix(name, "."+domain) {
			return true
		}
	}
	return false
}

func (a *authority) issue(name string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	server := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: a.ca.NotBefore, NotAfter: a.ca.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if name == "localhost" {
		server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4(169, 254, 169, 254)}
	}
	der, err := x509.CreateCertificate(rand.Reader, server, a.ca, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.ca.Raw}, PrivateKey: key}, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil { // crypto/rand never fails since Go 1.24
		panic(err)
	}
	return n
}
