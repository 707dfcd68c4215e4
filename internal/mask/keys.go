package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/landbridge/landbridge/internal/bridge"
)

// KeySize is the least length of a key, in bytes.
const KeySize = 32

// KeySource holds the key that is in use. It may be called from many goroutines; a new key counts from the next request on.
type KeySource interface {
	// Key returns at least KeySize bytes of secret, which are not changed.
	Key() ([]byte, error)
}

type fixedKey []byte

func (k fixedKey) Key() ([]byte, error) { return k, nil }

// keyed makes hashes under one key: HMAC-SHA256 (RFC 2104) over a purpose, a scope, a type and a value, each with its
// length before it, so that no two different questions are the same bytes.
type keyed struct {
	mac hash.Hash
	// id names the key in what is made of it: a letter and a digit, made of the key itself.
	id string
}

func newKeyed(source KeySource) (*keyed, error) {
	key, err := source.Key()
	if err == nil && len(key) < KeySize {
		err = fmt.Errorf("it has %d bytes, and needs %d", len(key), KeySize)
	}
	if err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "personal_data_key", Text: "the key of pseudonyms cannot be used",
			Hint: "see key_file of the guard profile", Cause: err,
		}
	}
	k := &keyed{mac: hmac.New(sha256.New, key)}
	id := k.sum("key id")
	k.id = string(pairs(uint64(id[0])%pairCount, 1, nil))
	return k, nil
}

func (k *keyed) sum(parts ...string) []byte {
	k.mac.Reset()
	var size [8]byte
	for _, part := range append([]string{"landbridge mask 1"}, parts...) {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		k.mac.Write(size[:])
		k.mac.Write([]byte(part))
	}
	return k.mac.Sum(nil)
}

// code appends the pseudonym of a value; again is for the next one when it cannot be used.
func (k *keyed) code(scope, kind, value string, again int, into []byte) []byte {
	sum := k.sum("token", scope, kind, value, fmt.Sprint(again))
	return pairs(binary.BigEndian.Uint64(sum), stablePairs-1, append(into, k.id...))
}

// hash is the hash of a value, 16 hexadecimal digits.
func (k *keyed) hash(scope, kind, value string) string {
	return fmt.Sprintf("%s-%X", k.id, k.sum("hash", scope, kind, value)[:8])
}
