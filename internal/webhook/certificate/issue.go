package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"time"
)

// pair is a serving certificate with its key, also as PEM.
type pair struct {
	tls.Certificate
	cert, key []byte
}

// skew is how far the clocks of a cluster may be apart.
const skew = time.Hour

// issue makes an authority, has it sign one serving certificate, and forgets the authority's key: nobody can sign another
// one in its name. A renewal makes a new authority.
func issue(names []string, now time.Time, life time.Duration) (*pair, *x509.Certificate, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	from, until := now.Add(-skew), now.Add(life)
	root, err := sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "landbridge webhook authority " + now.UTC().Format(time.RFC3339)}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, rootKey, rootKey)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "landbridge webhook"}, DNSNames: names, NotBefore: from, NotAfter: until,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, root, key, rootKey)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	p, err := readPair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return p, root, err
}

func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func readPair(cert, key []byte) (*pair, error) {
	c, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	return &pair{c, cert, key}, nil
}

// good says whether the pair can be served: in its time, and for these names.
func (p *pair) good(names []string, now time.Time) bool {
	return p != nil && now.Before(p.Leaf.NotAfter) && slices.Equal(p.Leaf.DNSNames, names)
}

// due says whether two thirds of the pair's life are over.
func (p *pair) due(now time.Time) bool {
	life := p.Leaf.NotAfter.Sub(p.Leaf.NotBefore)
	return !now.Before(p.Leaf.NotBefore.Add(life / 3 * 2))
}

// readBundle reads the authorities; what is not a certificate is skipped.
func readBundle(text []byte) []*x509.Certificate {
	var out []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return out
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			out = append(out, c)
		}
	}
}

func writeBundle(roots []*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range roots {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // a buffer takes everything
	}
	return b.Bytes()
}
