package googleguard

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// detector finds one of Google's info types, in an easy form of it. The match is the first group, if there is one.
type detector struct {
	name, likelihood string
	form             *regexp.Regexp
	check            func(string) bool
}

var detectors = sync.OnceValue(func() []detector {
	form := regexp.MustCompile
	return []detector{
		{"EMAIL_ADDRESS", "VERY_LIKELY", form(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`), nil},
		{"CREDIT_CARD_NUMBER", "VERY_LIKELY", form(`\b\d(?:[ -]?\d){12,18}\b`), luhn},
		{"US_SOCIAL_SECURITY_NUMBER", "VERY_LIKELY", form(`\b\d{3}-\d{2}-\d{4}\b`), nil},
		{"IBAN_CODE", "VERY_LIKELY", form(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`), nil},
		{"GCP_API_KEY", "VERY_LIKELY", form(`\bAIza[0-9A-Za-z_-]{35}`), nil},
		{"IP_ADDRESS", "LIKELY", form(`\b(?:\d{1,3}\.){3}\d{1,3}\b`), nil},
		{"PHONE_NUMBER", "LIKELY", form(`\+\d{1,3}(?:[ -]?\d{2,4}){2,5}\b`), nil},
		{"PERSON_NAME", "LIKELY", form(`\b(?:Mr|Mrs|Ms|Dr)\.? (\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)*)|\b[Mm]y name is (\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)*)`), nil},
		{"STREET_ADDRESS", "POSSIBLE", form(`\b\d{1,5} (?:\p{Lu}\p{L}+ ){1,3}(?:Street|Road|Avenue|Lane|Drive|Square)\b`), nil},
	}
})

type finding struct {
	detector
	start, end   int // bytes
	first, after int // code points
	quote        string
}

// find looks for some info types, for all when none is named, in the order of the text.
func find(text string, types []string, least string) []finding {
	var out []finding
	for _, d := range detectors() {
		if len(types) > 0 && !slices.Contains(types, d.name) || likely(d.likelihood) < likely(least) {
			continue
		}
		for _, at := range d.form.FindAllStringSubmatchIndex(text, -1) {
			start, end := at[0], at[1]
			for i := 2; i < len(at); i += 2 {
				if at[i] >= 0 {
					start, end = at[i], at[i+1]
				}
			}
			if d.check == nil || d.check(text[start:end]) {
				first := utf8.RuneCountInString(text[:start])
				out = append(out, finding{d, start, end, first, first + utf8.RuneCountInString(text[start:end]), text[start:end]})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b finding) int { return cmp.Compare(a.start, b.start) })
	return out
}

func likely(name string) int {
	return slices.Index([]string{"VERY_UNLIKELY", "UNLIKELY", "POSSIBLE", "LIKELY", "VERY_LIKELY"}, name)
}

// location is where a finding is, as Google's JSON has it: 64-bit numbers are strings, and a zero is left out.
func (f finding) location() map[string]any {
	span := func(start, end int) map[string]any {
		out := map[string]any{"end": strconv.Itoa(end)}
		if start > 0 {
			out["start"] = strconv.Itoa(start)
		}
		return out
	}
	return map[string]any{"byteRange": span(f.start, f.end), "codepointRange": span(f.first, f.after)}
}

// luhn is the check of card numbers (ISO/IEC 7812-1, annex B).
func luhn(number string) bool {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(number)
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
