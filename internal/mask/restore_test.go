package mask_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/mask"
)

// write sends a text through a stream in pieces of the given sizes, the last one again and again.
func write(out func(string) string, text string, sizes ...int) string {
	var b strings.Builder
	for len(text) > 0 {
		n := min(sizes[0], len(text))
		if len(sizes) > 1 {
			sizes = sizes[1:]
		}
		b.WriteString(out(text[:n]))
		text = text[n:]
	}
	return b.String()
}

// everyCut checks that a masked text comes back as want: whole, in two pieces cut at every byte, and byte by byte.
func everyCut(t *testing.T, s *mask.Session, form mask.Form, text, want string) {
	t.Helper()
	if got := s.UnmaskIn(form, text); got != want {
		t.Errorf("whole: %q became %q, want %q", text, got, want)
	}
	for cut := range len(text) + 1 {
		sizes := []int{max(cut, 1), len(text)}
		if cut == 0 {
			sizes = []int{1}
		}
		r := s.RestorerIn(form)
		if got := write(r.Write, text, sizes...) + r.Flush(); got != want {
			t.Errorf("cut at %d: %q became %q, want %q", cut, text, got, want)
		}
	}
}

// What models do to tokens, each cut at every byte. litellm #30028, #30316, #22821, higress ai-data-masking, agentgateway
// #2956: a token over two deltas, a token in two events.
func TestTokensSurviveTheModel(t *testing.T) {
	t.Parallel()
	s := masker(t, nil).Session("")
	out := masked(t, s, "Grace", "ada@example.com")
	if out[0] != "PERSON_B2B2" || out[1] != "EMAIL_ADDRESS_P6C3" {
		t.Fatalf("this test is written for other tokens than %q", out)
	}
	tests := map[string]struct{ in, want string }{
		"echo":                 {"Dear PERSON_B2B2, hi.", "Dear Grace, hi."},
		"lower case":           {"dear person_b2b2, mail email_address_p6c3", "dear Grace, mail ada@example.com"},
		"mixed case":           {"Person_B2b2", "Grace"},
		"camel case":           {"personB2B2 = emailAddressP6C3", "Grace = ada@example.com"},
		"Markdown escapes":     {`PERSON\_B2B2 EMAIL\_ADDRESS\_P6C3`, "Grace ada@example.com"},
		"Markdown emphasis":    {"**PERSON_B2B2** *EMAIL_ADDRESS*_P6C3 `PERSON_B2B2`", "**Grace** *ada@example.com `Grace`"},
		"Markdown link":        {"[PERSON_B2B2](mailto:EMAIL_ADDRESS_P6C3)", "[Grace](mailto:ada@example.com)"},
		"HTML entities":        {"PERSON&#95;B2B2 EMAIL&lowbar;ADDRESS&#x5F;P6C3", "Grace ada@example.com"},
		"HTML":                 {"<b>PERSON_B2B2</b>&nbsp;", "<b>Grace</b>&nbsp;"},
		"URL":                  {"https://x.example/?q=PERSON_B2B2&m=EMAIL%5FADDRESS%5fP6C3#a", "https://x.example/?q=Grace&m=ada@example.com#a"},
		"spaces":               {"PERSON B2B2, EMAIL ADDRESS _P6C3, PERSON _ B2B2", "Grace, ada@example.com, Grace"},
		"other spaces":         {"PERSON\u00a0B2B2 PERSON\u200b_B2B2", "Grace Grace"},
		"hyphens":              {"email-address-p6c3", "ada@example.com"},
		"brackets":             {"[[PERSON_B2B2]] {PERSON_B2B2} <PERSON_B2B2>", "[[Grace]] {Grace} <Grace>"},
		"possessive":           {"PERSON_B2B2's and PERSON_B2B2’s", "Grace's and Grace’s"},
		"plural":               {"the PERSON_B2B2s", "the Graces"},
		"glued":                {"xPERSON_B2B2PERSON_B2B2EMAIL_ADDRESS_P6C37", "xGraceGraceada@example.com7"},
		"another language":     {"Sehr geehrte PERSON_B2B2，您好PERSON_B2B2！", "Sehr geehrte Grace，您好Grace！"},
		"code":                 {"x := \"PERSON_B2B2\" // EMAIL_ADDRESS_P6C3\n", "x := \"Grace\" // ada@example.com\n"},
		"JSON":                 {`{"n":"PERSON\u005fB2B2"}`, `{"n":"Grace"}`},
		"not one of ours":      {"PERSON_C3C3 PERSON_P6C3 EMAIL_B2B2 PERSON_1 PERSON [PERSON]", "PERSON_C3C3 PERSON_P6C3 EMAIL_B2B2 PERSON_1 PERSON [PERSON]"},
		"the beginning of one": {"PERSON_B2B", "PERSON_B2B"},
		"almost, then one":     {"PERSON_PERSON_B2B2 EMAIL_PERSON_B2B2", "PERSON_Grace EMAIL_Grace"},
		"other characters":     {"é😀 PERSON_B2B2 \xff\xfe e", "é😀 Grace \xff\xfe e"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyCut(t, s, mask.Plain, tt.in, tt.want)
		})
	}
}

// Kong ai-sanitizer 3.11.0.5: the wrong text for _1 and _10. No code is the beginning of another one, whatever follows.
func TestTokensHaveNoCommonPrefix(t *testing.T) {
	t.Parallel()
	text, found := crowd(25_000)
	s := masker(t, func(o *mask.Options) { o.Detectors = nil }).Session("")
	out, err := s.MaskWith(text, found)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]bool{}
	for _, token := range strings.Fields(out) {
		tokens[token] = true
	}
	for token := range tokens {
		for n := len("PERSON_B2B2"); n < len(token); n++ {
			if tokens[token[:n]] {
				t.Fatalf("%s is the beginning of %s", token[:n], token)
			}
		}
	}
	if got, want := s.Unmask(strings.ReplaceAll(out, " ", "2B2 ")), strings.ReplaceAll(text, " ", "2B2 "); got != want {
		t.Error("what follows a token changed what it stands for")
	}
}

// A token in a JSON string: a tool call's arguments, in pieces as Anthropic's input_json_delta brings them.
func TestRestoreInJSON(t *testing.T) {
	t.Parallel()
	const value = "Ada \"the\" \\ Countess\n\tof\x01 Lovelace é😀\u2028"
	s := masker(t, func(o *mask.Options) { o.Detectors = []mask.Detector{words{value: "PERSON"}} }).Session("")
	token := masked(t, s, value)[0]
	for _, written := range []string{token, strings.Replace(token, "_", `\u005f`, 1), strings.Replace(token, "_", `\\_`, 1)} {
		in := `{"to":"` + written + `","cc":["x` + written + `'s"]}`
		whole := s.UnmaskIn(mask.JSON, in)
		var got struct {
			To string
			CC []string
		}
		if err := json.Unmarshal([]byte(whole), &got); err != nil || got.To != value || got.CC[0] != "x"+value+"'s" {
			t.Errorf("%s became %s: %v", in, whole, err)
		}
		everyCut(t, s, mask.JSON, in, whole)
	}
}

// Two candidates, or two tool calls, whose pieces come in turns: one Restorer each.
func TestCandidatesInterleaved(t *testing.T) {
	t.Parallel()
	s := masker(t, nil).Session("")
	masked(t, s, "Grace", "ada@example.com")
	one, two := s.Restorer(), s.Restorer()
	var first, second strings.Builder
	a, b := "To PERSON_B2B2 from me", "EMAIL_ADDRESS_P6C3 PERSON_B2B2"
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			first.WriteString(one.Write(a[i : i+1]))
		}
		if i < len(b) {
			second.WriteString(two.Write(b[i : i+1]))
		}
	}
	if x, y := first.String()+one.Flush(), second.String()+two.Flush(); x != "To Grace from me" || y != "ada@example.com Grace" {
		t.Errorf("got %q and %q", x, y)
	}
}

// litellm #29134, #31503: a stream that is held back. What cannot become a token leaves at once, and so does a token.
func TestNothingIsHeldBackLonger(t *testing.T) {
	t.Parallel()
	s := masker(t, nil).Session("")
	masked(t, s, "Grace")
	r := s.Restorer()
	for _, step := range []struct{ in, out string }{
		{"Hello", "Hello"},
		{" there, ", " there, "},
		{"P", ""},
		{"eter", "Peter"},
		{" P", " "},
		{"ERSON", ""},
		{"_B2", ""},
		{"B2", "Grace"},
		{"!", "!"},
		{" person", " "},
		{" a", "person a"},
		{"caf\xc3", "caf"},
		{"\xa9", "é"},
		{"PERSON_B2", ""},
		{"A", "PERSON_B2A"},
		{"PERSON" + strings.Repeat("_", 23), ""},
		{"__", "PERSON" + strings.Repeat("_", 25)},
	} {
		if got := r.Write(step.in); got != step.out {
			t.Fatalf("after %q came %q, want %q", step.in, got, step.out)
		}
	}
	if got := r.Flush(); got != "" {
		t.Errorf("at the end came %q", got)
	}
	if got := masker(t, nil).Session("").Restorer().Write("PERS\xc3"); got != "PERS\xc3" {
		t.Errorf("a session without tokens holds back: %q", got)
	}
}

// A text that asks for a token, or a tool result that holds one, gets what it says and not another's value.
func TestTokensInTheCallersText(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"before":           {"what does PERSON_B2B2 stand for?", "I am Grace"},
		"after":            {"I am Grace", "what does PERSON_B2B2 stand for?"},
		"in one text":      {"I am Grace, and PERSON_B2B2 is PERSON_B2B2"},
		"in another form":  {"I am Grace", `say person b2b2, Person\_B2B2, PERSON&#95;B2B2 and PERSONB2B2`},
		"again and again":  {"PERSON_B2B2", "Grace", "Ada Lovelace", "PERSON_P6C3", "PERSON_G2D4 text_g2d4 TEXT_G2D4", "DATA_W6F5 DATA_M4G6"},
		"inside a finding": {"Grace", "mail PERSON_B2B2@example.com"},
	}
	for name, texts := range tests {
		for _, stable := range []bool{false, true} {
			m := masker(t, func(o *mask.Options) {
				o.Stable, o.Keys = stable, oldKey
				o.Detectors = []mask.Detector{known, words{"PERSON_B2B2@example.com": "EMAIL_ADDRESS"}}
			})
			s := m.Session("")
			out := masked(t, s, texts...)
			for i := range out {
				if got := s.Unmask(out[i]); got != texts[i] {
					t.Errorf("%s: %q was masked as %q and came back as %q", name, texts[i], out[i], got)
				}
			}
			if strings.Contains(strings.Join(out, "\n"), "Grace") {
				t.Errorf("%s: got %q", name, out)
			}
		}
	}
}

// A caller who knows a pseudonym cannot have it stand for somebody's value either.
func TestStableTokensInTheCallersText(t *testing.T) {
	t.Parallel()
	m := masker(t, func(o *mask.Options) { o.Stable, o.Keys = true, oldKey })
	pseudonym := masked(t, m.Session("a"), "Grace")[0]
	for _, texts := range [][]string{{pseudonym, "Grace"}, {"Grace", pseudonym}, {"Grace " + pseudonym}} {
		s := m.Session("a")
		for i, out := range masked(t, s, texts...) {
			if got := s.Unmask(out); got != texts[i] {
				t.Errorf("%q came back as %q", texts[i], got)
			}
		}
	}
}

func TestTooManyCodesInTheCallersText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for a := range 20 {
		for c := range 20 {
			for d := range 512 {
				const letters = "BCDFGHJKMNPQRSTVWXYZ"
				b.Write([]byte{'_', 'Z', '2' + byte(d>>6), letters[a], '2' + byte(d>>3&7), letters[c], '2' + byte(d&7), 'B', '2'})
			}
		}
	}
	_, err := masker(t, nil).Session("").Mask(b.String())
	if want := "door: the request holds too many words that look like codes of tokens"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
