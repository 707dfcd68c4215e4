package kmsapi

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

const signing, encrypting = "ASYMMETRIC_SIGN", "ENCRYPT_DECRYPT"

// signer is a version of which the path must name the number.
func (c *call) signer() (*version, *problem) {
	if c.version == 0 {
		return nil, googleapi.Unknown(c.Request)
	}
	v, _, p := c.usable(c.version, signing, Ed25519, P256)
	return v, p
}

func (c *call) publicKey() (any, *problem) {
	v, p := c.signer()
	if p != nil {
		return nil, p
	}
	der, err := x509.MarshalPKIXPublicKey(v.public())
	if err != nil { // made by us
		panic(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return map[string]any{
		"pem": string(text), "pemCrc32c": crcOf(text), "algorithm": c.key.algorithm, "name": c.key.version(c.version), "protectionLevel": "SOFTWARE",
	}, nil
}

// sign signs data, or with ECDSA their digest.
func (c *call) sign() (any, *problem) {
	var in struct {
		Digest *struct {
			SHA256 []byte `json:"sha256"`
		} `json:"digest"`
		DigestCRC *string `json:"digestCrc32c"`
		Data      []byte  `json:"data"`
		DataCRC   *string `json:"dataCrc32c"`
	}
	if p := c.read(&in); p != nil {
		return nil, p
	}
	v, p := c.signer()
	if p != nil {
		return nil, p
	}
	out := map[string]any{"name": c.key.version(c.version), "protectionLevel": "SOFTWARE"}
	var signature []byte
	var verified bool
	var err error
	switch {
	case (in.Digest == nil) == (in.Data == nil):
		return nil, googleapi.Invalid("Exactly one of digest and data must be supplied.")
	case in.Digest != nil && v.ed != nil:
		return nil, googleapi.Invalid("The algorithm EC_SIGN_ED25519 requires the data field, and not a digest.")
	case in.Digest != nil && len(in.Digest.SHA256) != sha256.Size:
		return nil, googleapi.Invalid("The digest of an EC_SIGN_P256_SHA256 key must be a SHA-256 digest of 32 bytes.")
	case in.Digest != nil:
		verified, p = agreed("digest", in.Digest.SHA256, in.DigestCRC)
		out["verifiedDigestCrc32c"] = verified
		signature, err = ecdsa.SignASN1(rand.Reader, v.ec, in.Digest.SHA256)
	default:
		verified, p = agreed("data", in.Data, in.DataCRC)
		out["verifiedDataCrc32c"] = verified
		signature, err = v.signData(in.Data)
	}
	if p != nil {
		return nil, p
	}
	if err != nil {
		return nil, googleapi.Invalid("The data cannot be signed.")
	}
	out["signature"], out["signatureCrc32c"] = signature, crcOf(signature)
	return out, nil
}

func (v *version) public() crypto.PublicKey {
	if v.ed != nil {
		return v.ed.Public()
	}
	return v.ec.Public()
}

func (v *version) signData(data []byte) ([]byte, error) {
	if v.ed != nil {
		return ed25519.Sign(v.ed, data), nil
	}
	sum := sha256.Sum256(data)
	return ecdsa.SignASN1(rand.Reader, v.ec, sum[:])
}

// sealed is what encrypt and decrypt share of their requests.
type sealed struct {
	AAD    []byte  `json:"additionalAuthenticatedData"`
	AADCRC *string `json:"additionalAuthenticatedDataCrc32c"`
}

// encrypt makes a ciphertext of the version's number, a nonce, and what AES-256-GCM makes of the plaintext.
func (c *call) encrypt() (any, *problem) {
	var in struct {
		Plaintext    []byte  `json:"plaintext"`
		PlaintextCRC *string `json:"plaintextCrc32c"`
		sealed
	}
	if p := c.read(&in); p != nil {
		return nil, p
	}
	v, n, p := c.usable(c.version, encrypting, Symmetric)
	if p != nil {
		return nil, p
	}
	plain, p := agreed("plaintext", in.Plaintext, in.PlaintextCRC)
	if p != nil {
		return nil, p
	}
	aad, p := agreed("additional_authenticated_data", in.AAD, in.AADCRC)
	if p != nil {
		return nil, p
	}
	aead := v.aead()
	out := binary.BigEndian.AppendUint32(nil, uint32(n))
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	out = aead.Seal(append(out, nonce...), nonce, in.Plaintext, in.AAD)
	return map[string]any{
		"name": c.key.version(n), "ciphertext": out, "ciphertextCrc32c": crcOf(out),
		"verifiedPlaintextCrc32c": plain, "verifiedAdditionalAuthenticatedDataCrc32c": aad, "protectionLevel": "SOFTWARE",
	}, nil
}

func (c *call) decrypt() (any, *problem) {
	var in struct {
		Ciphertext    []byte  `json:"ciphertext"`
		CiphertextCRC *string `json:"ciphertextCrc32c"`
		sealed
	}
	if p := c.read(&in); p != nil {
		return nil, p
	}
	if c.version != 0 {
		return nil, googleapi.Unknown(c.Request)
	}
	for field, of := range map[string]struct {
		b   []byte
		crc *string
	}{"ciphertext": {in.Ciphertext, in.CiphertextCRC}, "additional_authenticated_data": {in.AAD, in.AADCRC}} {
		if _, p := agreed(field, of.b, of.crc); p != nil {
			return nil, p
		}
	}
	failed := googleapi.Invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.")
	const head, nonce = 4, 12
	if len(in.Ciphertext) < head+nonce {
		return nil, failed
	}
	n := int(binary.BigEndian.Uint32(in.Ciphertext))
	if n < 1 || n > len(c.key.versions) {
		return nil, failed
	}
	v, n, p := c.usable(n, encrypting, Symmetric)
	if p != nil {
		return nil, p
	}
	plain, err := v.aead().Open(nil, in.Ciphertext[head:head+nonce], in.Ciphertext[head+nonce:], in.AAD)
	if err != nil {
		return nil, failed
	}
	return map[string]any{"plaintext": plain, "plaintextCrc32c": crcOf(plain), "usedPrimary": n == len(c.key.versions), "protectionLevel": "SOFTWARE"}, nil
}

func (v *version) aead() cipher.AEAD {
	block, err := aes.NewCipher(v.secret)
	if err == nil {
		var out cipher.AEAD
		if out, err = cipher.NewGCM(block); err == nil {
			return out
		}
	}
	panic(err) // a key of 32 bytes always does
}
