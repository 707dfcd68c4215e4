package azure

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzHear: whatever a far side answers, what is repeated of it is short, printable, and holds no token and no query.
func FuzzHear(f *testing.F) {
	f.Add([]byte(refused("AADSTS70021: No matching federated identity record found.")))
	f.Add([]byte(`{"error":{"code":"X","message":"see 'https://h/p?q=1' or eyJhbGciOi"}}`))
	f.Add([]byte(`{"statusCode":400,"message":"a\u001b[2Jb e\u202eyJx"}`))
	f.Add([]byte(`{"error":null,"error_codes":[-1]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, ok := hear(body)
		if !ok && s != (said{}) {
			t.Error("something was heard in what could not be read")
		}
		if len([]rune(s.text)) > 403 || len(s.code) > 64 || strings.Contains(s.text, "eyJ") {
			t.Errorf("heard %q %q", s.code, s.text)
		}
		for _, r := range s.code + s.text {
			if !unicode.IsPrint(r) {
				t.Errorf("heard %q %q", s.code, s.text)
			}
		}
		for _, word := range strings.Fields(s.text) {
			if _, rest, ok := strings.Cut(word, "://"); ok && strings.Contains(rest, "?") && !strings.HasSuffix(s.text, "...") {
				t.Errorf("a query was repeated: %q", word)
			}
		}
	})
}
