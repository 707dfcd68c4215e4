package jobs

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"

	"github.com/landbridge/landbridge/internal/bridge"
)

// sealer encrypts secrets with AES-256-GCM; a sealed value is a nonce and the ciphertext. The zero one has no key.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	switch len(key) {
	case 0:
		return sealer{}, nil
	case 32:
		block, err := aes.NewCipher(key)
		if err != nil {
			return sealer{}, err
		}
		aead, err := cipher.NewGCM(block)
		return sealer{aead}, err
	default:
		return sealer{}, usage(CodeNoKey, "the key that seals the secrets of jobs does not have 32 bytes")
	}
}

// seal binds the value to its place, so that it opens nowhere else.
func (s sealer) seal(run, key string, plain []byte) ([]byte, error) {
	if s.aead == nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeNoKey, Text: "a secret of a run cannot be stored without a key", Hint: "give the job engine a key",
		}
	}
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return s.aead.Seal(nonce, nonce, plain, []byte(run+"/"+key)), nil
}

func (s sealer) open(run, key string, sealed []byte) ([]byte, error) {
	refused := &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeNoKey, Text: "the secret " + quote(key) + " of run " + run + " does not open with this key",
		Hint: "every process that works on jobs needs the key with which the run was begun",
	}
	if s.aead == nil || len(sealed) < s.aead.NonceSize() {
		return nil, refused
	}
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(run+"/"+key))
	if err != nil {
		return nil, refused
	}
	return plain, nil
}
