package gateway

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// ticketPrefix begins every token of ours, so that scanners and people can tell it from Google's.
const ticketPrefix = "lbt1_"

// ticketPurpose keeps the keys that seal tokens apart from whatever else the same secret may be used for.
const ticketPurpose = "landbridge gateway token v1"

// ticket is what one of our own tokens holds: the caller's assertion, and the workload that it was given to.
type ticket struct {
	id        string // names the token for revocation: 16 hexadecimal digits
	expiry    time.Time
	workload  string
	assertion bridge.Secret
}

var errTicket = errors.New("no key of the gateway opens the token")

// sealTicket makes a token of a ticket, with the first key of the ring, and gives the ticket its id. The token is
// encrypted and authenticated (AES-256-GCM with a random nonce): a caller can neither read nor change it.
func sealTicket(ring [][]byte, t *ticket) (string, error) {
	if len(ring) == 0 {
		return "", errors.New("there is no key to seal tokens with")
	}
	aead, err := ticketAEAD(ring[0])
	if err != nil {
		return "", err
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	t.id = hex.EncodeToString(id)
	plain := binary.BigEndian.AppendUint64(id, uint64(t.expiry.Unix()))
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(t.workload)))
	plain = append(plain, t.workload...)
	plain = append(plain, t.assertion.Reveal()...)
	sealed := aead.Seal(nil, nil, plain, []byte(ticketPurpose)) //nolint:gosec // the AEAD makes its own random nonce and takes none
	return ticketPrefix + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// openTicket is the way back; every key of the ring is tried.
func openTicket(ring [][]byte, token string) (*ticket, error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimPrefix(token, ticketPrefix))
	if err != nil || !strings.HasPrefix(token, ticketPrefix) {
		return nil, errTicket
	}
	for _, key := range ring {
		aead, err := ticketAEAD(key)
		if err != nil {
			return nil, err
		}
		if plain, err := aead.Open(nil, nil, sealed, []byte(ticketPurpose)); err == nil {
			return readTicket(plain)
		}
	}
	return nil, errTicket
}

func readTicket(plain []byte) (*ticket, error) {
	const head = 8 + 8 + 4
	if len(plain) < head {
		return nil, errTicket
	}
	size := uint64(binary.BigEndian.Uint32(plain[16:]))
	if uint64(len(plain)-head) < size {
		return nil, errTicket
	}
	return &ticket{
		id:        hex.EncodeToString(plain[:8]),
		expiry:    time.Unix(int64(binary.BigEndian.Uint64(plain[8:])), 0),
		workload:  string(plain[head : head+size]),
		assertion: bridge.NewSecret(string(plain[head+size:])),
	}, nil
}

func ticketAEAD(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, ticketPurpose, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
