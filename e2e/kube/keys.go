package kube

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// keys are the control plane's keys and certificates, made anew for each run.
type keys struct {
	dir    string
	ca     *x509.Certificate
	caKey  crypto.Signer
	serial int64        // of the certificate that was made last
	client *http.Client // an administrator
}

func (k *keys) path(name string) string { return filepath.Join(k.dir, name) }

// writeKeys makes a CA, the server's certificate for loopback and an address, an administrator's, and the key that signs service-account tokens.
func writeKeys(dir, address string) (*keys, error) {
	k := &keys{dir: dir, serial: 1}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test cluster"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	root, err := sign(ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	k.ca, k.caKey = root, caKey
	addresses := []net.IP{net.IPv4(127, 0, 0, 1)}
	if ip := net.ParseIP(address); ip != nil {
		addresses = append(addresses, ip)
	}
	server, err := k.leaf(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		IPAddresses: addresses, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, err
	}
	admin, err := k.identity(Administrator)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	k.client = &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{admin}, MinVersion: tls.VersionTLS12}},
	}
	accounts, err := rsa.GenerateKey(rand.Reader, 2048) // AKS signs with RS256
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(accounts.Public())
	if err != nil {
		return nil, err
	}
	serverKey, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	if err != nil {
		return nil, err
	}
	for name, block := range map[string]*pem.Block{
		"ca.crt":     {Type: "CERTIFICATE", Bytes: root.Raw},
		"server.crt": {Type: "CERTIFICATE", Bytes: server.Certificate[0]},
		"server.key": {Type: "PRIVATE KEY", Bytes: serverKey},
		"sa.key":     {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(accounts)},
		"sa.pub":     {Type: "PUBLIC KEY", Bytes: public},
	} {
		if err := os.WriteFile(k.path(name), pem.EncodeToMemory(block), 0o600); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// identity makes the certificate of a user.
func (k *keys) identity(who User) (tls.Certificate, error) {
	return k.leaf(&x509.Certificate{
		Subject:     pkix.Name{CommonName: who.Name, Organization: who.Groups},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// leaf makes a key and its certificate.
func (k *keys) leaf(template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	k.serial++
	template.SerialNumber = big.NewInt(k.serial)
	template.NotBefore, template.NotAfter = k.ca.NotBefore, k.ca.NotAfter
	template.KeyUsage = x509.KeyUsageDigitalSignature
	leaf, err := sign(template, k.ca, key.Public(), k.caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, with crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, with)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
