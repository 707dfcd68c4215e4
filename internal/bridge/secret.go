package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret holds a token and prints itself redacted, whatever verb, encoder or logger is used on it. The text sits behind
// a pointer because fmt prints an unexported field without asking its methods: there it shows an address.
type Secret struct{ text *string }

// NewSecret wraps a token.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the token itself, for the wire and for a program that asked for it. Nothing else may call it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty says whether there is no token.
func (s Secret) Empty() bool { return s.text == nil }

// Name is how logs and records refer to the token: the first 16 hexadecimal digits of its SHA-256, "" when empty.
func (s Secret) Name() string {
	if s.text == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(*s.text))
	return "sha256:" + hex.EncodeToString(sum[:8])
}

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// MarshalText implements encoding.TextMarshaler, and with it JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
