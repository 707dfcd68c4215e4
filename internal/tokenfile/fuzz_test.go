package tokenfile

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// FuzzPeek: whatever is offered as a token, Peek neither panics nor repeats it.
func FuzzPeek(f *testing.F) {
	f.Add(podToken(f, noon))
	f.Add(jwt(f, map[string]any{"aud": "one", "exp": 1.5}))
	f.Add("e30.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Peek(bridge.NewSecret(text))
		if err != nil {
			quotesNothing(t, text, err)
			return
		}
		if a.Token.Reveal() != text || a.Type != bridge.JWT {
			t.Error("the assertion does not hold what was peeked at")
		}
		if a.Expiry.Year() > 9999 || a.IssuedAt.Year() > 9999 {
			t.Error("a date that RFC 3339 cannot write")
		}
	})
}

// FuzzTokenFile: whatever the file holds, the source either gives a live JWT of it or says why not without repeating it.
func FuzzTokenFile(f *testing.F) {
	f.Add(podToken(f, noon.Add(time.Hour)), false)
	f.Add(podToken(f, noon.Add(-time.Hour)), false)
	f.Add(`{"access_token":"`+podToken(f, noon.Add(time.Hour))+`"}`, true)
	f.Add(`{"type":"service_account"}`, false)
	f.Add("", true)
	f.Fuzz(func(t *testing.T, content string, asJSON bool) {
		path := filepath.Join(t.TempDir(), "f")
		put(t, path, content)
		o := Options{Path: path}
		if asJSON {
			o.Format = JSON
		}
		h, err := source(t, o).readOnce()
		if err != nil {
			quotesNothing(t, content, err)
			return
		}
		if !strings.Contains(content, h.assertion.Token.Reveal()) && !asJSON {
			t.Error("the token is not in the file")
		}
	})
}

// quotesNothing fails when an error repeats a long piece of what was read.
func quotesNothing(t *testing.T, content string, err error) {
	t.Helper()
	const long = 24
	for i := 0; i+long <= len(content) && i < 4096; i++ {
		if strings.Contains(err.Error(), content[i:i+long]) {
			t.Fatalf("the error repeats what was read: %v", err)
		}
	}
}
