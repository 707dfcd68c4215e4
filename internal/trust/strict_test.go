package trust_test

import (
	"crypto"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

// Base64 decoders skip line breaks, so that one token could be written in many ways; neither cloud reads but one.
func TestLineBreaksInsideATokenAreRefused(t *testing.T) {
	t.Parallel()
	good := signed(t, nil).Reveal()
	for part := range 3 {
		parts := strings.Split(good, ".")
		parts[part] = parts[part][:8] + "\r\n" + parts[part][8:]
		token := bridge.NewSecret(strings.Join(parts, "."))
		v := compile(t, nil)
		got := v.Verify(t.Context(), v.Request(token, now, published(t)))
		if got.Accepted || got.Refusal == nil || got.Refusal.Reason != trust.ErrTokenForm.Error() {
			t.Errorf("a line break in part %d: accepted %v, %v", part+1, got.Accepted, got.Refusal)
		}
	}
}

// Google's reference requires the header's kid, and a key without a name is no answer to a token that names none.
func TestATokenMustNameItsKey(t *testing.T) {
	t.Parallel()
	set, err := trust.NewKeySet(map[string]crypto.PublicKey{"": signers().rsa.Public()})
	if err != nil {
		t.Fatal(err)
	}
	v := compile(t, nil)
	got := v.Verify(t.Context(), v.Request(sign(t, jose.RS256, signers().rsa, "", claims(nil)), now, trust.Published{aksIssuer: set}))
	if got.Accepted || got.Refusal == nil || !strings.HasPrefix(got.Refusal.Reason, "the token names no key") {
		t.Errorf("accepted %v, %+v", got.Accepted, got.Refusal)
	}
}
