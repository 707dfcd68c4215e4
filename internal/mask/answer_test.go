package mask_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/mask"
)

// stream sends a whole answer through a Filter and a Restorer.
func stream(t interface{ Fatal(...any) }, s *mask.Session, holdBack int, text string, sizes ...int) string {
	f, r := s.Filter(holdBack), s.Restorer()
	out := write(func(piece string) string {
		out, err := f.Write(piece)
		if err != nil {
			t.Fatal(err)
		}
		return r.Write(out)
	}, text, sizes...)
	rest, err := f.Flush()
	if err != nil {
		t.Fatal(err)
	}
	return out + r.Write(rest) + r.Flush()
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change       func(*mask.Options)
		prompt       string
		answer, want string
		counts       string
	}{
		"what the prompt did not hold": {nil, "hello", "Ask Ada Lovelace, ada@example.com.", "Ask [PERSON], [EMAIL_ADDRESS].", "EMAIL_ADDRESS:1 PERSON:1"},
		"what it held comes back":      {nil, "I am Grace", "Hi PERSON_B2B2! Ask Ada Lovelace.", "Hi Grace! Ask [PERSON].", "PERSON:1"},
		"what it held, said openly":    {nil, "I am Grace", "Hi Grace, PERSON_B2B2.", "Hi Grace, Grace.", ""},
		"held, masked for good":        {func(o *mask.Options) { o.Action = mask.Redact }, "I am Grace", "Hi Grace.", "Hi Grace.", ""},
		"held, below the least score":  {func(o *mask.Options) { o.Except = []string{"PERSON"} }, "I am Grace", "Hi Grace. ada@example.com", "Hi Grace. [EMAIL_ADDRESS]", "EMAIL_ADDRESS:1"},
		"kept types":                   {func(o *mask.Options) { o.Actions = map[string]mask.Action{"PERSON": mask.Keep} }, "hello", "Ada Lovelace", "Ada Lovelace", ""},
		"allowed":                      {func(o *mask.Options) { o.Allow = []string{"ada lovelace"} }, "hello", "Ada Lovelace", "Ada Lovelace", ""},
		"redact":                       {func(o *mask.Options) { o.AnswersAction = mask.Redact }, "hello", "Ask Ada Lovelace.", "Ask .", "PERSON:1"},
		"answers are not looked at":    {func(o *mask.Options) { o.AnswersAction = "" }, "I am Grace", "PERSON_B2B2, Ada Lovelace", "Grace, Ada Lovelace", ""},
		"nothing is found in a token":  {func(o *mask.Options) { o.Detectors = []mask.Detector{words{"Grace": "PERSON", "B2B2": "PLATE"}} }, "I am Grace", "Hi PERSON_B2B2, B2B2", "Hi Grace, [PLATE]", "PLATE:1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := masker(t, tt.change)
			s := m.Session("")
			masked(t, s, tt.prompt)
			got, err := s.Answer(tt.answer)
			if got != tt.want || err != nil || s.AnswerCounts().String() != tt.counts {
				t.Errorf("Answer = %q, %v, counted %q, want %q, %q", got, err, s.AnswerCounts(), tt.want, tt.counts)
			}
			for cut := range len(tt.answer) + 1 {
				s := m.Session("")
				masked(t, s, tt.prompt)
				if got := stream(t, s, 512, tt.answer, max(cut, 1), len(tt.answer)); got != tt.want || s.AnswerCounts().String() != tt.counts {
					t.Errorf("cut at %d: %q, counted %q, want %q", cut, got, s.AnswerCounts(), tt.want)
				}
			}
		})
	}
}

// litellm #37638: a guard that is to block must block, whole and streamed.
func TestAnswerBlocked(t *testing.T) {
	t.Parallel()
	s := masker(t, func(o *mask.Options) { o.AnswersAction = mask.Block }).Session("")
	const want = "door: the text holds personal data of the type PERSON, which the guard profile blocks"
	if got, err := s.Answer("I am Grace"); got != "" || err == nil || err.Error() != want || bridge.KindOf(err) != bridge.Refused {
		t.Errorf("Answer = %q, %v", got, err)
	}
	f := s.Filter(512)
	if got, err := f.Write("I am Grace. "); got != "" || err == nil || err.Error() != want {
		t.Errorf("Write = %q, %v", got, err)
	}
	f = s.Filter(512)
	if got, err := f.Write("Well. I am Grace"); got != "Well. " || err != nil {
		t.Errorf("Write = %q, %v", got, err)
	}
	if got, err := f.Flush(); got != "" || err == nil {
		t.Errorf("Flush = %q, %v", got, err)
	}
}

// A sentence leaves with its end; a text without any leaves when half of the limit is held.
func TestFilterHoldsBackLittle(t *testing.T) {
	t.Parallel()
	s := masker(t, nil).Session("")
	f := s.Filter(64)
	for _, step := range []struct{ in, out string }{
		{"It is so", ""}, {" indeed. ", "It is so indeed. "}, {"Mr. ", ""}, {"A said\n", "Mr. A said\n"},
	} {
		if got, err := f.Write(step.in); got != step.out || err != nil {
			t.Fatalf("after %q came %q, %v, want %q", step.in, got, err, step.out)
		}
	}
	in, out := 0, 0
	for range 1000 {
		got, err := f.Write("word é ")
		if err != nil {
			t.Fatal(err)
		}
		in, out = in+len("word é "), out+len(got)
		if in-out > 64 {
			t.Fatalf("%d bytes are held back", in-out)
		}
	}
}

// Personal data that is longer than what may be held back does not stop the stream, nor get through.
func TestFilterLongValue(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 20)
	s := masker(t, func(o *mask.Options) { o.Detectors = []mask.Detector{words{"0123456789": "NUMBER", long: "NUMBER"}} }).Session("")
	got := stream(t, s, 40, "the number "+long+" is it", 7)
	if strings.Contains(got, "0123456789") || !strings.HasPrefix(got, "the number [NUMBER]") || !strings.HasSuffix(got, " is it") {
		t.Errorf("got %q", got)
	}
}

// However a stream is cut: what the prompt did not hold never leaves, what it held comes back, and the rest is untouched.
func TestFilterAnyCut(t *testing.T) {
	t.Parallel()
	m := masker(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		s := m.Session("")
		if _, err := s.Mask("I am Grace"); err != nil {
			t.Fatal(err)
		}
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"Ada Lovelace", "ada@example.com", "PERSON_B2B2", "person\\_b2b2", "Grace", ". ", "\n", " ", "so it is. ", "é😀", "PERSON_", "a longer word of sorts ", "\xff",
		}), 0, 40).Draw(t, "parts")
		answer := strings.Join(parts, "|")
		want := strings.NewReplacer("Ada Lovelace", "[PERSON]", "ada@example.com", "[EMAIL_ADDRESS]", "PERSON_B2B2", "Grace", "person\\_b2b2", "Grace").Replace(answer)
		got := stream(t, s, rapid.SampledFrom([]int{80, 200, 512}).Draw(t, "limit"), answer, rapid.SliceOfN(rapid.IntRange(1, 40), 1, 20).Draw(t, "sizes")...)
		if got != want {
			t.Fatalf("%q became\n%q, want\n%q", answer, got, want)
		}
	})
}
