package answer_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

func TestTo(t *testing.T) {
	t.Parallel()
	const report = "The bridge opened in March. The bridge carried many crossings. Lunch was late. Crossings of the bridge grew. The cat slept."
	for _, tc := range []struct{ name, prompt, want string }{
		{"bullets from a report", "Summarize this report in 3 bullet points: " + report, "* The bridge carried many crossings\n* Lunch was late\n* Crossings of the bridge grew"},
		{"bullets without a report", "Summarize this report in 2 bullet points", "* The prompt has 7 words in 1 sentence.\n* It is about summarize, this, report."},
		{"in words", "Two bullets please!", "* The prompt has 3 words in 1 sentence.\n* It is about bullets, please."},
		{"more bullets than facts", "7 points", "* The prompt has 2 words in 1 sentence.\n* It is about points.\n* It starts with \"7\" and ends with \"points\".\n* Its longest word is \"points\".\n* Its SHA-256 starts with 59fbcefe.\n* Word 6 of the prompt, counted round, is \"points\".\n* Word 7 of the prompt, counted round, is \"7\"."},
		{"a question", "Why is the sky blue?", `You asked: "Why is the sky blue?". It is about blue.`},
		{"an extract", report, "The bridge carried many crossings. Crossings of the bridge grew."},
		{"nothing", "", "The prompt has no words."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, answer.To(tc.prompt)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPiecesLoseNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "one", strings.Repeat("wörd ", 40), strings.Repeat("é", 90)} {
		if diff := cmp.Diff(text, strings.Join(answer.Pieces(text, 0), "")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestVectorsOfLikeTextsAreNear(t *testing.T) {
	t.Parallel()
	dot := func(a, b string) float64 {
		sum := 0.0
		for i, v := range answer.Vector(a, 64) {
			sum += v * answer.Vector(b, 64)[i]
		}
		return sum
	}
	if same := dot("the sky", "the sky"); math.Abs(same-1) > 1e-9 {
		t.Errorf("a text is %f from itself", same)
	}
	if near, far := dot("the blue sky over the sea", "the blue sky over the land"), dot("the blue sky over the sea", "quarterly report numbers"); near <= far {
		t.Errorf("near %f, far %f", near, far)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	if got, cut := answer.Cut("abcdefgh", 1); got != "abcd" || !cut {
		t.Errorf("%q %v", got, cut)
	}
	if got, cut := answer.Cut("abcd", 1); got != "abcd" || cut {
		t.Errorf("%q %v", got, cut)
	}
}
