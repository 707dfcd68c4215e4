package harm

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestScore(t *testing.T) {
	t.Parallel()
	for text, harmful := range map[string]bool{
		"you are a worthless idiot and everybody hates you":                                             true,
		"I am going to hurt you and your whole family tonight":                                          true,
		"all of those people are vermin and should be removed from this country":                        true,
		"y0u stup1d p1ece of trash":                                                                     true,
		"The weather in Rotterdam will be mild, with some rain in the evening.":                         false,
		"To kill a zombie child process, let its parent call wait, or end the parent.":                  false,
		"Refugees deserve the same rights as everybody else, and our team welcomes them.":               false,
		"Here is the summary that you asked for: revenue grew by 4 % and costs fell.":                   false,
		"The museum shows how minorities were persecuted, and why that must not happen again.":          false,
		"def kill(self, target):\n    \"\"\"Attack the target and destroy it.\"\"\"\n    target.hp = 0": false,
		"nothing here":   false,
		"x":              false,
		"How do I bake?": false,
		"T-1234":         false,
		"":               false,
	} {
		if s := Score(text); harmful && s < 0.6 || !harmful && s >= 0.5 {
			t.Errorf("%.40q scores %.2f", text, s)
		}
	}
}

// A long answer does not hide what it holds, wherever it stands.
func TestLongTextsHideNothing(t *testing.T) {
	t.Parallel()
	const threat = "You are a worthless idiot and everybody hates you, you stupid pig."
	calm := strings.Repeat("The committee will meet on Tuesday to look at the figures of the third quarter. ", 40)
	alone, within := Score(threat), Score(calm+"\n"+threat+"\n"+calm)
	if Score(calm) >= 0.5 || within < 0.8*alone {
		t.Errorf("calm %.2f, threat alone %.2f, within %.2f", Score(calm), alone, within)
	}
}

func TestPiecesAreTheText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var all strings.Builder
		for p := range pieces(text) {
			if len(p) > maxPiece+4 {
				t.Fatalf("a piece of %d bytes", len(p))
			}
			all.WriteString(p)
		}
		if got, want := strings.Join(strings.Fields(all.String()), ""), strings.Join(strings.Fields(text), ""); got != want {
			t.Fatalf("%q became %q", want, got)
		}
		if s := Score(text); s < 0 || s > 1 {
			t.Fatalf("score %v", s)
		}
	})
}

func FuzzScore(f *testing.F) {
	f.Add("y0u *** \xff\xfe @ http:// 'a' b c d")
	f.Fuzz(func(t *testing.T, text string) {
		if s := Score(text); !(s >= 0 && s <= 1) {
			t.Errorf("score %v", s)
		}
	})
}

func BenchmarkScore(b *testing.B) {
	text := strings.Repeat("The committee will meet on Tuesday to look at the figures of the third quarter. ", 13)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Score(text)
	}
}
