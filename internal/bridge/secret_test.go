package bridge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

const token = "ya29.a-token-that-must-not-be-seen"

// Every way that Go has of printing a value, on the secret itself and on structs that hold it.
func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := bridge.NewSecret(token)
	type exported struct{ S bridge.Secret }
	type hidden struct{ s bridge.Secret }
	values := []any{secret, &secret, exported{secret}, &exported{secret}, hidden{secret}, []bridge.Secret{secret}, map[string]bridge.Secret{"k": secret}, bridge.Lease{Token: secret}, bridge.Assertion{Token: secret}}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, token) || strings.Contains(got, fmt.Sprintf("%x", token)) {
				t.Errorf("Sprintf(%q, %T) shows the token", verb, v)
			}
		}
		if got, _ := json.Marshal(v); bytes.Contains(got, []byte(token)) {
			t.Errorf("json.Marshal(%T) shows the token", v)
		}
		for _, handler := range []func(*bytes.Buffer) slog.Handler{
			func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var out bytes.Buffer
			slog.New(handler(&out)).Info("m", slog.Any("v", v))
			if bytes.Contains(out.Bytes(), []byte(token)) {
				t.Errorf("slog of %T shows the token", v)
			}
		}
	}
	if err := fmt.Errorf("wrapped: %v", secret); strings.Contains(err.Error(), token) {
		t.Error("an error shows the token")
	}
}

func TestSecretName(t *testing.T) {
	t.Parallel()
	a, b := bridge.NewSecret("one"), bridge.NewSecret("two")
	if a.Name() == b.Name() || !strings.HasPrefix(a.Name(), "sha256:") || len(a.Name()) != len("sha256:")+16 {
		t.Errorf("names are %q and %q", a.Name(), b.Name())
	}
	if a.Reveal() != "one" || a.Empty() {
		t.Error("the secret lost its text")
	}
	var none bridge.Secret
	if none.Name() != "" || none.Reveal() != "" || !none.Empty() || !bridge.NewSecret("").Empty() {
		t.Error("the empty secret is not empty")
	}
}
