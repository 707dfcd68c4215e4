package find_test

import (
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/mask/find"
	"github.com/landbridge/landbridge/internal/prompt"
)

// hard are stretches that detectors begin at, and that lead nowhere.
var hard = []string{
	"1", "12 ", "1-", "1.", "0x", "@", "a@", "a@a.", ":", "::", "a:", "=", "key=", "password=", "://", "a://b@", ".", "a.", "www.", "+", "+1", "(", "(1)", "(at)", "[",
	"eyJ", "eyJ-", "eyJhbGciOiJub25lIn0.", "-", "-----BEGIN ", "-----BEGIN PRIVATE " + "KEY-----", "%B4", ";4", "~", "1Q~", "ghp_", "sk-", "AKIA", "Bearer ", "the password is ",
	"é", "\xff", "\xe2\x80", "１", "1\u200b", "\u00a0", "身份证", "身份证1", "May ", "May 1 ", "1 May ", "AB 12 ", "ssn 123-45-6789 ", "DE89 ", "1/1/", "12:", "12:34:", "a1b2:", "x12", "1x1",
}

// TestLinear: eight times as much of a hard text takes nothing like 64 times as long.
func TestLinear(t *testing.T) {
	f := everything(t)
	took := func(text string) time.Duration {
		least := time.Hour
		for range 3 {
			begun := time.Now()
			f.Find(text, nil)
			least = min(least, time.Since(begun))
		}
		return least
	}
	for _, h := range hard {
		const size = 2 << 10 // so that the long one is done before the machine turns to somebody else
		short, long := time.Duration(0), time.Hour
		for range 20 { // a busy machine may be slow once, a square is slow each time
			if short, long = took(strings.Repeat(h, size/len(h))), took(strings.Repeat(h, 8*size/len(h))); long < 32*short {
				break
			}
		}
		if long >= 32*short {
			t.Errorf("%q: %v for %d bytes, %v for %d", h, short, size, long, 8*size)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, h := range hard {
		f.Add(h + h + h)
	}
	for _, list := range examples {
		f.Add(strings.ReplaceAll(list, "|", ": "))
	}
	f.Add(prose)
	f.Add(document)
	f.Add(figures)
	all := everything(f)
	f.Fuzz(func(t *testing.T, text string) {
		check(t, text, all.Find(text, nil))
	})
}

// check holds findings to what Find promises: in bounds, in order, not overlapping, on the borders of characters.
func check(t *testing.T, text string, found []prompt.Finding) {
	t.Helper()
	border := make([]bool, len(text)+1)
	for i := range text {
		border[i] = true
	}
	border[len(text)] = true
	last := 0
	for _, g := range found {
		if g.Start < last || g.End <= g.Start || g.End > len(text) || !border[g.Start] || !border[g.End] || g.Score <= 0 || g.Score > 1 || g.Type == "" {
			t.Fatalf("%q: %+v", text, found)
		}
		last = g.End
	}
}

// TestBesideBadBytes: what stands beside bytes that are no UTF-8 is found.
func TestBesideBadBytes(t *testing.T) {
	t.Parallel()
	f := standard(t)
	for _, bad := range []string{"\xff", "\xe2\x80", "\xc2", "\x80", "\x00", "\xf0\x9f\x98", "�"} {
		for _, value := range []string{"ana@example.org", "4111 1111 1111 1111", "DE89370400440532013000", "+49 30 901820", "203.0.113.9"} {
			text := bad + value + bad
			got := f.Find(text, nil)
			check(t, text, got)
			if len(got) != 1 || text[got[0].Start:got[0].End] != value {
				t.Errorf("%q: found %+v", text, got)
			}
		}
	}
}

// TestAppends: what is in into stays.
func TestAppends(t *testing.T) {
	t.Parallel()
	first := prompt.Finding{Start: 3, End: 4, Type: "X", Score: 1}
	got := standard(t).Find("ana@example.org", []prompt.Finding{first})
	if len(got) != 2 || got[0] != first {
		t.Errorf("found %+v", got)
	}
}

// TestHarmless: what people and programs write all day is not personal data.
func TestHarmless(t *testing.T) {
	t.Parallel()
	f, err := find.New(find.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"release 10.0.19045.3803, version 1.2.3.4 and v2.11.0-rc.1", "Chrome/120.0.6099.109 Safari/537.36", "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
		"550e8400-e29b-41d4-a716-446655440000", "ISO 9001:2015, RFC 2822 and IEEE 802.11", "pi is 3.14159265358979323846", "color: #1a2b3c; margin: 0 12px 8px 4px",
		"x = (12 + 345) * 6789 / 1011", "the years 1990-2000 and 2010/11", "f(1234567, 89) returns 1_000_000", "timestamps 1712345678 and 1712345678901", "std::vector<int> a{1, 2, 3};",
		"listen 127.0.0.1:8080, mask 255.255.255.0", "import a.b.c; obj.method(x)[0]", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"password = os.environ['DB_PASSWORD']", "token: ${TOKEN}", "secret = getpass()", "password: string", "$1,234,567.89 or 1.234.567,89 €", "SKU AB-1234 and B2B, 4K, MP3, H2O, A4",
		"ISBN 978-3-16-148410-0", "1 2 3 4 5 6 7 8 9 10 11 12", "03:04:05.678 INFO 200 OK", "npm install @scope/pkg@1.2.3", "see section 10.1.2.3", "logo@2x.png", "git@github.com:org/repo.git",
	} {
		for _, g := range f.Find(text, nil) {
			if g.Score >= .5 {
				t.Errorf("%q: %q is taken for %s", text, text[g.Start:g.End], g.Type)
			}
		}
	}
}
