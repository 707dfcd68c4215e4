package mask_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// pieces are what texts of the property tests are made of: a lot that looks like tokens and their beginnings.
var pieces = []string{
	"Grace", "ada@example.com", " ", "\n", "é", "😀", "\xff", "\xc3", "PERSON", "person_b2b2", "PERSON_B2B2", "EMAIL", "_", "ADDRESS", "B2B2", "P6C3", "b2", "B", "2", `\`, "%5F", "%5", "&#95;", "&#9", "\u200b", `\u005f`, "*", "X2B2B2", "Z2", ".",
}

func drawText(t *rapid.T) string {
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30), func(s []string) string { return strings.Join(s, "") }),
		rapid.String(),
	).Draw(t, "text")
}

func drawFindings(t *rapid.T, text string) (found []prompt.Finding) {
	for range rapid.IntRange(0, 8).Draw(t, "findings") {
		start := rapid.IntRange(0, len(text)).Draw(t, "start")
		found = append(found, prompt.Finding{
			Start: start, End: rapid.IntRange(start, len(text)).Draw(t, "end"),
			Type:  rapid.SampledFrom([]string{"PERSON", "EMAIL_ADDRESS", "ADDRESS", "PERSON_B", "日", "id2b2"}).Draw(t, "type"),
			Score: rapid.Float32Range(0, 1).Draw(t, "score"),
		})
	}
	return found
}

// For any texts, findings and chunking, what a model echoes comes back as it was.
func TestEchoComesBack(t *testing.T) {
	t.Parallel()
	plain, stable := masker(t, nil), masker(t, func(o *mask.Options) { o.Stable, o.Keys = true, oldKey })
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]*mask.Masker{plain, stable}).Draw(t, "masker").Session("scope")
		var texts, masked []string
		for range rapid.IntRange(1, 4).Draw(t, "texts") {
			text := drawText(t)
			out, err := s.MaskWith(text, drawFindings(t, text))
			if err != nil {
				t.Fatal(err)
			}
			texts, masked = append(texts, text), append(masked, out)
		}
		sizes := rapid.SliceOfN(rapid.IntRange(1, 12), 1, 20).Draw(t, "sizes")
		for i := range texts {
			if got := s.Unmask(masked[i]); got != texts[i] {
				t.Fatalf("%q was masked as %q and came back as %q", texts[i], masked[i], got)
			}
			r := s.Restorer()
			if got := write(r.Write, masked[i], sizes...) + r.Flush(); got != texts[i] {
				t.Fatalf("%q was masked as %q and streamed back as %q", texts[i], masked[i], got)
			}
		}
	})
}

// Whatever a model does to a token, of what is known that models do, the value comes back.
func TestValuesComeBackFromChangedTokens(t *testing.T) {
	t.Parallel()
	changes := map[string]func(string) string{
		"lower":      strings.ToLower,
		"upper":      strings.ToUpper,
		"title":      func(s string) string { return s[:1] + strings.ToLower(s[1:]) },
		"Markdown":   func(s string) string { return strings.ReplaceAll(s, "_", `\_`) },
		"HTML":       func(s string) string { return strings.ReplaceAll(s, "_", "&#95;") },
		"URL":        func(s string) string { return strings.ReplaceAll(s, "_", "%5F") },
		"spaces":     func(s string) string { return strings.ReplaceAll(s, "_", " ") },
		"a space":    func(s string) string { return strings.Replace(s, "_", "_ ", 1) },
		"hyphens":    func(s string) string { return strings.ReplaceAll(s, "_", "-") },
		"camel case": func(s string) string { return strings.ReplaceAll(s, "_", "") },
		"JSON":       func(s string) string { return strings.ReplaceAll(s, "_", `\u005f`) },
		"emphasis":   func(s string) string { return "**" + s + "**" },
		"possessive": func(s string) string { return s + "'s" },
		"brackets":   func(s string) string { return "[[" + s + "]]" },
		"glued":      func(s string) string { return "x" + s + "7y" },
		"twice":      func(s string) string { return s + s },
	}
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	m := masker(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		s := m.Session("")
		text := drawText(t)
		if _, err := s.MaskWith(text, drawFindings(t, text)); err != nil {
			t.Fatal(err)
		}
		value := "value of " + drawText(t)
		written, err := s.MaskWith(value, []prompt.Finding{{End: len(value), Type: "US_SOCIAL_SECURITY_NUMBER", Score: 3}})
		if err != nil {
			t.Fatal(err)
		}
		change := changes[rapid.SampledFrom(names).Draw(t, "change")]
		around := rapid.StringMatching(`[ .,!?"'(\n]{0,4}`)
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		answer := before + change(written) + after
		r := s.Restorer()
		got := write(r.Write, answer, rapid.SliceOfN(rapid.IntRange(1, 12), 1, 20).Draw(t, "sizes")...) + r.Flush()
		if !strings.Contains(got, value) || !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after) {
			t.Fatalf("%q is %q, and %q came back as %q", written, value, answer, got)
		}
	})
}

// FuzzMask: no text, no findings and no cut bring anything but the text back, or a panic.
func FuzzMask(f *testing.F) {
	f.Add("Dear Grace, PERSON_B2B2", "PERSON_B2B2", byte(5), byte(5), byte(3))
	f.Add("\xffé person b2b2 ", `EMAIL\_ADDRESS%5FB2B2`, byte(0), byte(200), byte(1))
	m := masker(f, nil)
	f.Fuzz(func(t *testing.T, first, second string, start, length, size byte) {
		s := m.Session("")
		found := []prompt.Finding{
			{Start: int(start), End: int(start) + int(length), Type: "PERSON", Score: 0.9},
			{Start: int(length), End: int(start) + 2*int(length), Type: "EMAIL_ADDRESS", Score: 0.7},
		}
		for _, text := range []string{first, second} {
			out, err := s.MaskWith(text, found)
			if err != nil {
				t.Fatal(err)
			}
			r := s.Restorer()
			if got := write(r.Write, out, int(size)+1) + r.Flush(); got != text || s.Unmask(out) != text {
				t.Fatalf("%q was masked as %q and came back as %q", text, out, got)
			}
		}
		r, filter := s.RestorerIn(mask.JSON), s.Filter(int(length))
		write(r.Write, first+second, int(size)+1)
		r.Flush()
		write(func(piece string) string {
			out, err := filter.Write(piece)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}, first+second, int(size)+1)
		if _, err := filter.Flush(); err != nil {
			t.Fatal(err)
		}
	})
}
