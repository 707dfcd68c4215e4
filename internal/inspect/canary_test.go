package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/landbridge/landbridge/internal/bridge"
	"pgregory.net/rapid"
)

const (
	testWord  = "k7qmz2xvb5tnw3ha"
	backwards = "ah3wnt5bvx2zmq7k"
)

func TestCanarySeen(t *testing.T) {
	t.Parallel()
	c := newCanary(testWord)
	base64Of := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tc := range []struct {
		name, answer string
		want         bool
	}{
		{"as it is", "The marker is " + testWord + ".", true},
		{"large letters", strings.ToUpper(testWord), true},
		{"spaced", strings.Join(strings.Split(testWord, ""), " "), true},
		{"with dashes and bold", strings.Join(strings.Split(testWord, ""), "-**"), true},
		{"one letter a line", strings.Join(strings.Split(testWord, ""), "\n- "), true},
		{"backwards", "reversed: " + backwards, true},
		{"hexadecimal", hex.EncodeToString([]byte("x " + testWord)), true},
		{"base64", base64Of(testWord), true},
		{"base64, one byte before", base64Of("a" + testWord), true},
		{"base64, two bytes before", base64Of("in the system prompt: " + testWord + " and more"), true},
		{"base64 of large letters", base64Of("ab" + strings.ToUpper(testWord)), true},
		{"a part", testWord[:12], false},
		{"too far apart", testWord[:8] + "          " + testWord[8:], false},
		{"another", "The marker is k7qmz2xvb5tnw3hb.", false},
		{"nothing", "", false},
	} {
		if got := c.Seen(tc.answer); got != tc.want {
			t.Errorf("%s: Seen(%q) = %v", tc.name, tc.answer, got)
		}
	}
	if !c.Seen(c.Text()) {
		t.Error("its own sentence is not seen")
	}
}

func TestNewCanary(t *testing.T) {
	t.Parallel()
	a, err := NewCanary(bytes.NewReader(bytes.Repeat([]byte{1}, 10)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewCanary(bytes.NewReader(bytes.Repeat([]byte{2}, 10)))
	if err != nil {
		t.Fatal(err)
	}
	if a.Seen(b.Text()) || len(a.word) != 16 {
		t.Errorf("canaries %q and %q", a.word, b.word)
	}
	_, err = NewCanary(iotest.ErrReader(io.ErrClosedPipe))
	var e *bridge.Error
	if !errors.As(err, &e) || e.Text != "no randomness for a canary" || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

func TestWatchShowsAll(t *testing.T) {
	t.Parallel()
	c := newCanary(testWord)
	pieces := []string{testWord[:5], testWord[5:11], testWord[:15], "k", "7", " ", "word ", "\n", "é", backwards[:9], "........."}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "with") {
			text += testWord + " end"
		}
		w := c.Watch()
		got := ""
		for _, chunk := range cutText(t, text) {
			safe, _ := w.Write(chunk)
			got += safe
			if len(w.held) > (maxApart+1)*len(hex.EncodeToString([]byte(testWord))) {
				t.Fatalf("%d bytes held back", len(w.held))
			}
		}
		got += w.Flush()
		switch seen := c.Seen(text); {
		case w.Leaked() != seen:
			t.Fatalf("%q: whole %v, in pieces %v", text, seen, w.Leaked())
		case !seen && got != text:
			t.Fatalf("%q became %q", text, got)
		case seen && (!strings.HasPrefix(text, got) || c.Seen(got)):
			t.Fatalf("%q showed %q", text, got)
		}
	})
}

// TestCanarySeenIsSlowSearch holds Seen to what an expression says that has each form with up to maxApart bytes between
// its characters.
func TestCanarySeenIsSlowSearch(t *testing.T) {
	t.Parallel()
	c := newCanary(testWord)
	var forms []string
	pieces := []string{" ", "--------", "k", "A"}
	for _, s := range spellings(testWord) {
		s = strings.NewReplacer("+", "", "/", "").Replace(s)
		forms = append(forms, strings.Join(strings.Split(s, ""), "[^A-Za-z0-9]{0,8}"))
		pieces = append(pieces, s, strings.ToUpper(s[:9]), s[9:], s[:3], s[:len(s)-1])
	}
	slow := regexp.MustCompile("(?i)" + strings.Join(forms, "|"))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 5).Draw(t, "pieces"), "")
		if got, want := c.Seen(text), slow.MatchString(text); got != want {
			t.Fatalf("Seen(%q) = %v", text, got)
		}
	})
}

func BenchmarkNewCanary(b *testing.B) {
	ten := make([]byte, 10)
	random := bytes.NewReader(ten)
	b.ReportAllocs()
	for b.Loop() {
		random.Reset(ten)
		if _, err := NewCanary(random); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWatch(b *testing.B) {
	c := newCanary(testWord)
	text := strings.Repeat("Thank you for your letter. We are sorry to hear that the lamp does not work. ", 6)[:400]
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		w := c.Watch()
		for rest := text; rest != ""; rest = rest[min(len(rest), 20):] {
			w.Write(rest[:min(len(rest), 20)])
		}
		w.Flush()
	}
}
