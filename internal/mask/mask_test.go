package mask_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/prompt"
)

// words is a Detector that knows some words, by type.
type words map[string]string

func (w words) Find(text string, into []prompt.Finding) []prompt.Finding {
	first := len(into)
	for word, kind := range w {
		for at := 0; ; {
			i := strings.Index(text[at:], word)
			if i < 0 {
				break
			}
			into = append(into, prompt.Finding{Start: at + i, End: at + i + len(word), Type: kind, Score: 0.8})
			at += i + len(word)
		}
	}
	slices.SortFunc(into[first:], func(a, b prompt.Finding) int { return a.Start - b.Start })
	return into
}

var known = words{"Ada Lovelace": "PERSON", "Grace": "PERSON", "ada@example.com": "EMAIL_ADDRESS", "4111 1111 1111 1111": "CREDIT_CARD"}

type key string

func (k key) Key() ([]byte, error) { return []byte(k), nil }

const oldKey, newKey = key("0123456789abcdef0123456789abcdef"), key("fedcba9876543210fedcba9876543210")

func masker(t testing.TB, change func(*mask.Options)) *mask.Masker {
	t.Helper()
	o := mask.Options{Detectors: []mask.Detector{known}, AnswersAction: mask.Mask}
	if change != nil {
		change(&o)
	}
	m, err := mask.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// masked masks texts in order, and fails when it cannot.
func masked(t testing.TB, s *mask.Session, texts ...string) (out []string) {
	t.Helper()
	for _, text := range texts {
		m, err := s.Mask(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

func TestActions(t *testing.T) {
	t.Parallel()
	const in = "Ada Lovelace <ada@example.com> paid with 4111 1111 1111 1111; so said Ada Lovelace."
	for action, want := range map[mask.Action]string{
		"":          "PERSON_B2B2 <EMAIL_ADDRESS_P6C3> paid with CREDIT_CARD_G2D4; so said PERSON_B2B2.",
		mask.Token:  "PERSON_B2B2 <EMAIL_ADDRESS_P6C3> paid with CREDIT_CARD_G2D4; so said PERSON_B2B2.",
		mask.Mask:   "[PERSON] <[EMAIL_ADDRESS]> paid with [CREDIT_CARD]; so said [PERSON].",
		mask.Redact: " <> paid with ; so said .",
		mask.Keep:   in,
	} {
		s := masker(t, func(o *mask.Options) { o.Action = action }).Session("")
		if got := masked(t, s, in)[0]; got != want {
			t.Errorf("%q: got %q, want %q", action, got, want)
		}
		summary := "CREDIT_CARD:1 EMAIL_ADDRESS:1 PERSON:2"
		if action == mask.Keep {
			summary = ""
		}
		if s.Summary() != summary {
			t.Errorf("%q: counted %q", action, s.Summary())
		}
	}
}

func TestActionsByType(t *testing.T) {
	t.Parallel()
	m := masker(t, func(o *mask.Options) {
		o.Actions = map[string]mask.Action{"PERSON": mask.Keep, "EMAIL_ADDRESS": mask.Redact, "CREDIT_CARD": mask.Block}
	})
	s := m.Session("")
	if got := masked(t, s, "Grace: ada@example.com.")[0]; got != "Grace: ." {
		t.Errorf("got %q", got)
	}
	if got := masked(t, masker(t, func(o *mask.Options) {
		o.Actions = map[string]mask.Action{"PERSON": mask.Keep}
		o.Detectors = []mask.Detector{words{"ada": "PERSON"}, words{"ada@example.com": "EMAIL_ADDRESS"}}
	}).Session(""), "ada@example.com")[0]; got != "EMAIL_ADDRESS_B2B2" {
		t.Errorf("a type that is kept keeps a part of another: %q", got)
	}
	got, err := s.Mask("my card is 4111 1111 1111 1111")
	var e *bridge.Error
	if !errors.As(err, &e) || got != "" || e.Kind != bridge.Refused || e.Code != "personal_data_blocked" {
		t.Fatalf("Mask = %q, %v", got, err)
	}
	if want := "door: the text holds personal data of the type CREDIT_CARD, which the guard profile blocks"; err.Error() != want {
		t.Errorf("the refusal says %q, want %q", err, want)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]mask.Options{
		`"hide" is no action`:            {Action: "hide"},
		`"hide" is no action, at PERSON`: {Actions: map[string]mask.Action{"PERSON": "hide"}},
		`"token" is no action for answers: a token there could not come back`: {AnswersAction: mask.Token},
		"a least score of 2 is not between 0 and 1":                           {MinScore: 2},
		"stable tokens need a key":                                            {Stable: true},
	} {
		if _, err := mask.New(o); err == nil || err.Error() != want || bridge.KindOf(err) != bridge.Usage {
			t.Errorf("New = %v, want %s", err, want)
		}
	}
}

func TestWhatCounts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*mask.Options)
		want   string
	}{
		"everything":    {nil, "[PERSON] [EMAIL_ADDRESS]"},
		"types":         {func(o *mask.Options) { o.Types = []string{"PERSON"} }, "[PERSON] ada@example.com"},
		"except":        {func(o *mask.Options) { o.Except = []string{"PERSON"} }, "Grace [EMAIL_ADDRESS]"},
		"types, except": {func(o *mask.Options) { o.Types, o.Except = []string{"PERSON"}, []string{"PERSON"} }, "[PERSON] ada@example.com"},
		"least score":   {func(o *mask.Options) { o.MinScore = 0.81 }, "Grace ada@example.com"},
		"same score":    {func(o *mask.Options) { o.MinScore = 0.8 }, "[PERSON] [EMAIL_ADDRESS]"},
		"allowed":       {func(o *mask.Options) { o.Allow = []string{"GRACE"} }, "Grace [EMAIL_ADDRESS]"},
	}
	for name, tt := range tests {
		m := masker(t, func(o *mask.Options) {
			o.Action = mask.Mask
			if tt.change != nil {
				tt.change(o)
			}
		})
		if got := masked(t, m.Session(""), "Grace ada@example.com")[0]; got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

// A second opinion counts as the detectors do; what it says of places that are none is not trusted.
func TestMaskWith(t *testing.T) {
	t.Parallel()
	s := masker(t, func(o *mask.Options) { o.Action = mask.Mask }).Session("")
	got, err := s.MaskWith("é Grace in Köln", []prompt.Finding{
		{Start: 14, End: 15, Type: "LOCATION", Score: 1},  // half of the ö
		{Start: -5, End: 1, Type: "LETTER", Score: 1},     // half of the é
		{Start: 30, End: 40, Type: "LOCATION", Score: 1},  // behind the end
		{Start: 5, End: 5, Type: "LOCATION", Score: 1},    // nothing
		{Start: 9, End: 7, Type: "LOCATION", Score: 1},    // backwards
		{Start: 16, End: 99, Type: "LAST", Score: 1},      // too long
		{Start: 3, End: 8, Type: "PERSON", Score: 0.9999}, // Grace again
	})
	if want := "[LETTER] [PERSON] in K[LOCATION]l[LAST]"; got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if s.Summary() != "LAST:1 LETTER:1 LOCATION:1 PERSON:1" {
		t.Errorf("counted %s", s.Summary())
	}
}

// The better score owns what two findings share; what the other one had besides is not let through.
func TestOverlaps(t *testing.T) {
	t.Parallel()
	const text = "12 Main St., Springfield, IL 62704"
	at := func(part, kind string, score float32) prompt.Finding {
		i := strings.Index(text, part)
		return prompt.Finding{Start: i, End: i + len(part), Type: kind, Score: score}
	}
	tests := map[string]struct {
		found []prompt.Finding
		want  string
	}{
		"better score":         {[]prompt.Finding{at("12 Main St., Springfield", "ADDRESS", .6), at("Springfield, IL", "LOCATION", .9)}, "[ADDRESS]., [LOCATION] 62704"},
		"worse score":          {[]prompt.Finding{at("12 Main St., Springfield", "ADDRESS", .9), at("Springfield, IL", "LOCATION", .6)}, "[ADDRESS], [LOCATION] 62704"},
		"same score, longer":   {[]prompt.Finding{at("Main St., Springfield", "ADDRESS", .6), at("12 Main", "NUMBER", .6)}, "[NUMBER] [ADDRESS], IL 62704"},
		"all the same, rank":   {[]prompt.Finding{at("62704", "A", .6), at("62704", "ZIP", .6)}, "12 Main St., Springfield, IL [ZIP]"},
		"all the same, name":   {[]prompt.Finding{at("62704", "D", .6), at("62704", "C", .6)}, "12 Main St., Springfield, IL [C]"},
		"inside":               {[]prompt.Finding{at("12 Main St., Springfield, IL", "ADDRESS", .9), at("Springfield", "LOCATION", .6)}, "[ADDRESS] 62704"},
		"inside and better":    {[]prompt.Finding{at("St., Springfield, IL", "ADDRESS", .6), at("Springfield", "LOCATION", .9)}, "12 Main [ADDRESS]., [LOCATION], [ADDRESS] 62704"},
		"one type":             {[]prompt.Finding{at("12 Main St.", "ADDRESS", .6), at("Main St., Springfield", "ADDRESS", .9)}, "[ADDRESS], IL 62704"},
		"side by side":         {[]prompt.Finding{at("12 ", "C", .6), at("Main", "D", .9)}, "[C][D] St., Springfield, IL 62704"},
		"only a comma is left": {[]prompt.Finding{at("Springfield,", "C", .6), at("Springfield", "D", .9)}, "12 Main St., [D], IL 62704"},
	}
	for name, tt := range tests {
		for range 2 {
			m := masker(t, func(o *mask.Options) {
				o.Action, o.Types = mask.Mask, []string{"ADDRESS", "LOCATION", "NUMBER", "ZIP", "A", "C", "D"}
				o.Types = append(o.Types, "PERSON")
				if strings.HasSuffix(name, "name") {
					o.Types = nil
				}
			})
			got, err := m.Session("").MaskWith(text, tt.found)
			if got != tt.want || err != nil {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, tt.want)
			}
			slices.Reverse(tt.found)
		}
	}
}

// Same value, same token: in one request, and in every turn of a conversation, of which the gateway remembers nothing.
func TestTokensAreStableInAConversation(t *testing.T) {
	t.Parallel()
	m := masker(t, nil)
	turns := []string{"I am Ada Lovelace.", "Hello Ada Lovelace!", "Write to Grace, ada@example.com", "and to Ada Lovelace"}
	whole := masked(t, m.Session("a"), turns...)
	for n := range turns {
		if diff := cmp.Diff(whole[:n], masked(t, m.Session("b"), turns[:n]...), cmp.Transformer("", func(s []string) string { return strings.Join(s, "\n") })); diff != "" {
			t.Errorf("after %d turns:\n%s", n, diff)
		}
	}
	if want := "and to PERSON_B2B2"; whole[3] != want {
		t.Errorf("got %q, want %q", whole[3], want)
	}
}

// litellm #19950, #14516: a shared map restored another request's values.
func TestSessionsShareNothing(t *testing.T) {
	t.Parallel()
	m := masker(t, nil)
	one, two := m.Session("a"), m.Session("a")
	first, second := masked(t, one, "I am Ada Lovelace")[0], masked(t, two, "I am Grace")[0]
	if first != second {
		t.Fatalf("%q and %q: this test wants the same token", first, second)
	}
	if a, b := one.Unmask(first), two.Unmask(first); a != "I am Ada Lovelace" || b != "I am Grace" {
		t.Errorf("got %q and %q", a, b)
	}
	if got := m.Session("a").Unmask(first); got != first {
		t.Errorf("a session that has masked nothing returns %q", got)
	}
}

func TestStableTokens(t *testing.T) {
	t.Parallel()
	under := func(k mask.KeySource, scope, text string) string {
		m := masker(t, func(o *mask.Options) { o.Keys, o.Stable = k, true })
		s := m.Session(scope)
		out := masked(t, s, "Grace", text)[1]
		if back := s.Unmask(strings.ToLower(out)); back != text {
			t.Errorf("%q came back as %q", out, back)
		}
		return out
	}
	base := under(oldKey, "tenant", "Ada Lovelace")
	if !strings.HasPrefix(base, "PERSON_") || len(base) != len("PERSON_")+14 {
		t.Errorf("the pseudonym is %q", base)
	}
	if again := under(oldKey, "tenant", "Ada Lovelace"); again != base {
		t.Errorf("%q became %q", base, again)
	}
	rotated := under(newKey, "tenant", "Ada Lovelace")
	if other := under(oldKey, "other", "Ada Lovelace"); other == base || other[:9] != base[:9] || rotated[:9] == base[:9] {
		t.Errorf("%q, other scope %q, other key %q: the first pair names the key, and nothing else is the same", base, other, rotated)
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	under := func(k mask.KeySource, scope string) string {
		return masked(t, masker(t, func(o *mask.Options) { o.Keys, o.Action = k, mask.Hash }).Session(scope), "Grace")[0]
	}
	base := under(oldKey, "tenant")
	if len(base) != len("[PERSON:K7-0123456789ABCDEF]") || !strings.HasPrefix(base, "[PERSON:") {
		t.Errorf("the hash is %q", base)
	}
	if again, other, rotated := under(oldKey, "tenant"), under(oldKey, "other"), under(newKey, "tenant"); again != base || other == base || rotated == base {
		t.Errorf("%q: again %q, other scope %q, other key %q", base, again, other, rotated)
	}
	if a, b := under(nil, "tenant"), under(nil, "tenant"); a == b {
		t.Errorf("two maskers without a key both say %q", a)
	}
}

type noKey struct{}

func (noKey) Key() ([]byte, error) { return nil, errors.New("gone") }

func TestKeysThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for want, k := range map[string]mask.KeySource{
		"door: the key of pseudonyms cannot be used: gone":                         noKey{},
		"door: the key of pseudonyms cannot be used: it has 5 bytes, and needs 32": key("short"),
	} {
		for _, stable := range []bool{true, false} {
			m := masker(t, func(o *mask.Options) {
				o.Keys, o.Stable = k, stable
				if !stable {
					o.Action = mask.Hash
				}
			})
			if got, err := m.Session("").Mask("Grace"); got != "" || err == nil || err.Error() != want {
				t.Errorf("Mask = %q, %v, want %s", got, err, want)
			}
		}
	}
}

// Ten thousand values of one prompt, all different: each has its own token, and all come back.
func TestManyValues(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10_000, 30_000} { // the second takes longer codes
		text, found := crowd(n)
		s := masker(t, func(o *mask.Options) { o.Detectors = nil }).Session("")
		out, err := s.MaskWith(text, found)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, word := range strings.Fields(out) {
			seen[word] = true
		}
		if len(seen) != n || s.Unmask(out) != text || s.Counts()["PERSON"] != n {
			t.Errorf("%d values became %d tokens", n, len(seen))
		}
	}
}

// crowd is a text of n names, and where they stand.
func crowd(n int) (string, []prompt.Finding) {
	var b strings.Builder
	var found []prompt.Finding
	for i := range n {
		start := b.Len()
		fmt.Fprintf(&b, "name%d", i)
		found = append(found, prompt.Finding{Start: start, End: b.Len(), Type: "PERSON", Score: 1})
		b.WriteByte(' ')
	}
	return b.String(), found
}

// Findings that overlap all over take no longer than others.
func TestManyOverlaps(t *testing.T) {
	t.Parallel()
	const n = 20_000
	text := strings.Repeat("x", n+100)
	var found []prompt.Finding
	for i := range n {
		found = append(found, prompt.Finding{Start: i, End: len(text) - i%100, Type: fmt.Sprint("T", i%50), Score: float32(i%7) / 7})
	}
	s := masker(t, func(o *mask.Options) { o.Detectors = nil }).Session("")
	out, err := s.MaskWith(text, found)
	if err != nil || s.Unmask(out) != text {
		t.Errorf("%v", err)
	}
}
