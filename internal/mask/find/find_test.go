package find_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/mask/find"
)

// everything looks for all types, loose ones too.
func everything(t testing.TB) *find.Finder {
	t.Helper()
	var o find.Options
	for _, k := range find.Types() {
		o.Types = append(o.Types, k.Name)
	}
	f, err := find.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// standard looks for what is looked for where nothing is said.
func standard(t testing.TB) *find.Finder {
	t.Helper()
	f, err := find.New(find.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFind: the text between guillemets is what is found, as the type that the case names.
func TestFind(t *testing.T) {
	t.Parallel()
	f := everything(t)
	for _, c := range []struct{ kind, text string }{
		{"EMAIL_ADDRESS", "write to «ana.lima+x@mail.example.org»."},
		{"EMAIL_ADDRESS", "邮箱«zhang@例え.jp»"},
		{"EMAIL_ADDRESS", "it is «ana [at] example [dot] org» now"},
		{"PHONE_NUMBER", "on «+49 (0)30 1234567» today"},
		{"PHONE_NUMBER", "Fax: «(212) 555-0142 x 77»"},
		{"PHONE_NUMBER", "«0161 496 0123»"},
		{"PHONE_NUMBER", "call me on «785 8949»"},
		{"CREDIT_CARD", "it is «4111 1111 1111 1111», thanks"},
		{"CREDIT_CARD", "it is «４１１１１１１１１１１１１１１１»"},
		{"IBAN_CODE", "to «DE89 3704 0044 0532 0130 00» please"},
		{"IBAN_CODE", "to «gb82west12345698765432»"},
		{"IP_ADDRESS", "from «198.51.100.7», twice"},
		{"IP_ADDRESS", "from «2001:db8::8a2e:370:7334»."},
		{"MAC_ADDRESS", "wlan «3c:22:fb:11:0a:9e»"},
		{"DATE_OF_BIRTH", "geboren am «3. März 1971» in Ulm"},
		{"DATE_TIME", "on «2024-02-29 17:30:05»"},
		{"AGE", "a «42»-year-old plumber"},
		{"UK_NHS", "her NHS number is «943 476 5919»"},
		{"IN_AADHAAR", "aadhaar «2341 2341 2346»"},
		{"JSON_WEB_TOKEN", "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl»"},
		{"PASSWORD", `password = "«correct-h0rse»"`},
		{"PASSWORD", "postgres://app:«s3cr3t-x»@db.internal/x"},
		{"EMAIL_ADDRESS", `{"note":"hello\n«ana@example.org»\nbye"}`},
		{"CREDIT_CARD", `a\n«4111111111111111»\nb`},
		{"URL", `a\n«https://example.org/x»\nb`},
		{"CREDIT_CARD", "visa/«4111111111111111»/12/29"},
		{"CN_RESIDENT_ID", "身份证号码是«11010519491231002X»"},
	} {
		text, start, end := unmark(c.text)
		got := f.Find(text, nil)
		found := false
		for _, g := range got {
			found = found || g.Type == c.kind && g.Start == start && g.End == end && g.Score >= .5
		}
		if !found {
			t.Errorf("%s: found %+v, want %s at %d to %d", c.text, got, c.kind, start, end)
		}
	}
}
