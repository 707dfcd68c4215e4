package find_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/mask/find"
	"github.com/landbridge/landbridge/internal/prompt"
)

// checked are types whose last characters follow from the others: of all the ways to end a body, few are found. A shape
// is as in the rules: d a digit, L a letter; the ends are tried one after another.
var checked = []struct {
	kind, label, shape, ends string
	least, most              int // how many of the ends are found
}{
	{"CREDIT_CARD", "", "4d14", digits, 1, 1},
	{"CREDIT_CARD", "", "5d14", digits, 0, 1},
	{"UK_NHS", "nhs", "d9", digits, 0, 1},
	{"ES_NIF", "", "d8", letters, 1, 1},
	{"ES_NIE", "", "Yd7", letters, 1, 1},
	{"IT_VAT_CODE", "partita", "d10", digits, 1, 1},
	{"DE_HEALTH_INSURANCE", "kvnr", "Ld8", digits, 1, 1},
	{"NL_BSN", "bsn", "d8", digits, 0, 1},
	{"PT_NIF", "contribuinte", "2d7", digits, 1, 1},
	{"HR_OIB", "oib", "d10", digits, 1, 1},
	{"IN_AADHAAR", "aadhaar", "7d10", digits, 1, 1},
	{"AU_ACN", "acn", "d8", digits, 1, 1},
	{"AU_TFN", "tfn", "d8", digits, 0, 1},
	{"SG_NRIC_FIN", "", "Sd7", letters, 1, 1},
	{"SG_NRIC_FIN", "", "Md7", letters, 1, 1},
	{"CA_SIN", "sin", "1d7", digits, 1, 1},
	{"TH_TNIN", "thai", "3d11", digits, 1, 1},
	{"JP_INDIVIDUAL_NUMBER", "my number", "d11", digits, 1, 1},
	{"BR_CPF", "", "d9", twoDigits, 1, 1},
	{"BR_CNPJ", "", "d12", twoDigits, 1, 1},
	{"AR_CUIT", "cuit", "20d8", digits, 0, 1},
	{"CL_CDI_NUMBER", "rut", "1d7", digits + " K", 1, 1},
	{"TR_TCKN", "", "3d8", twoDigits, 1, 1},
	{"AU_ABN", "abn", "5d8", twoDigits, 0, 5},
	{"IE_PPS", "", "d7", letters, 1, 1},
	{"US_BANK_ROUTING_MICR", "routing", "02d6", digits, 1, 1},
	{"US_NPI", "npi", "1d8", digits, 1, 1},
	{"MEDICAL_LICENSE", "dea", "AYd6", digits, 1, 1},
	{"IMEI_HARDWARE_ID", "imei", "35d12", digits, 1, 1},
	{"HK_ID_NUMBER", "hkid", "Kd6", digits + " A", 1, 1},
	{"TW_ID_NUMBER", "taiwan", "F1d7", digits, 1, 1},
	{"IL_IDENTITY_CARD_NUMBER", "teudat zehut", "d8", digits, 1, 1},
	{"PL_NIP", "nip", "5d8", digits, 0, 1},
	{"PL_PESEL", "", "850712d4", digits, 1, 1},
	{"EE_ISIKUKOOD", "", "3850712d3", digits, 1, 1},
	{"ZA_ID_NUMBER", "", "850712d4|08", digits, 1, 1},
	{"SE_PERSONNUMMER", "pnr", "850712d3", digits, 1, 1},
	{"BG_EGN", "egn", "850712d3", digits, 1, 1},
	{"RO_CNP", "", "185071212d3", digits, 1, 1},
	{"FI_PERSONAL_IDENTITY_CODE", "", "120785-7d2", digits + " " + letters, 1, 1},
	{"NO_FODSELSNUMMER", "", "120785d3", twoDigits, 0, 1},
	{"BE_NATIONAL_NUMBER", "", "8507127d2", twoDigits, 1, 2},
	{"CN_RESIDENT_ID", "", "11010519850712d3", digits + " X", 1, 1},
	{"MX_CURP", "", "BOXW850712HNERXN0", digits, 1, 1},
	{"CH_AHV", "", "756d9", digits, 1, 1},
	{"FR_NIR", "", "1850734d6", twoDigits, 1, 1},
	{"CZ_BIRTH_NUMBER", "", "850712/d3", digits, 0, 1},
	{"DE_SOCIAL_SECURITY", "", "15120785Md2", digits, 1, 1},
	{"IT_FISCAL_CODE", "", "LRSLRA85P12H501", letters, 1, 1},
}

const (
	digits  = "0 1 2 3 4 5 6 7 8 9"
	letters = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"
)

var twoDigits = func() string {
	var b strings.Builder
	for a := range strings.FieldsSeq(digits) {
		for z := range strings.FieldsSeq(digits) {
			b.WriteString(a + z + " ")
		}
	}
	return b.String()
}()

// draw fills a shape.
func draw(t *rapid.T, shape string) string {
	var b strings.Builder
	for i := 0; i < len(shape); {
		if shape[i] != 'd' {
			if shape[i] == 'L' {
				b.WriteByte(rapid.SampledFrom([]byte("ABCDEFGHJKLMNPRSTUVWXYZ")).Draw(t, "letter"))
			} else if shape[i] != '|' { // which only ends a count
				b.WriteByte(shape[i])
			}
			i++
			continue
		}
		i++
		n := 0
		for ; i < len(shape) && shape[i] >= '0' && shape[i] <= '9'; i++ {
			n = n*10 + int(shape[i]-'0')
		}
		for range n {
			b.WriteByte(byte('0' + rapid.IntRange(0, 9).Draw(t, "digit")))
		}
	}
	return b.String()
}

// TestCheckDigits: whatever stands in front, exactly the right ends make a value, and it is found from its first to its
// last character.
func TestCheckDigits(t *testing.T) {
	t.Parallel()
	for _, c := range checked {
		f, err := find.New(find.Options{Types: []string{c.kind}})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				body := draw(t, c.shape)
				found := 0
				for end := range strings.FieldsSeq(c.ends) {
					text := "they wrote " + c.label + " " + body + end + " on it"
					got := f.Find(text, nil)
					if len(got) == 0 || got[0].Score < .5 {
						continue
					}
					found++
					if value := text[got[0].Start:got[0].End]; len(got) > 1 || value != body+end {
						t.Fatalf("%q: found %q", text, value)
					}
				}
				if found < c.least || found > c.most {
					t.Fatalf("%s: %d ends of %s are found, want %d to %d", c.kind, found, body, c.least, c.most)
				}
			})
		})
	}
}

// frames are where values stand in texts: {} is the value, and * the word that says what it is.
var frames = []string{
	"Please check * {} and call me back.", "my * is {}", "{} is the * on file", `{"*": "{}", "ok": true}`, `{"user":{"*":{"value":"{}"}}}`,
	"name,*,city\nA. Smith,{},Leeds", "* = {};", "- *: {}\n- done: no", "<*>{}</*>", "* no. {}, thanks", "The * ({}) was wrong.", "*\t{}\tpaid", "* #{}",
}

// TestFrames: a value that is found in a sentence is found wherever it stands beside its word, by a finder of every type.
func TestFrames(t *testing.T) {
	t.Parallel()
	f := standard(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(checked).Draw(t, "kind")
		one, err := find.New(find.Options{Types: []string{c.kind}})
		if err != nil {
			t.Fatal(err)
		}
		body := draw(t, c.shape)
		label := cmp.Or(c.label, "number")
		for end := range strings.FieldsSeq(c.ends) {
			value := body + end
			if got := one.Find(label+" "+value, nil); len(got) != 1 || got[0].Score < .5 {
				continue
			}
			for _, frame := range frames {
				text := strings.NewReplacer("*", label, "{}", value).Replace(frame)
				at := strings.Index(text, value)
				if !slices.ContainsFunc(f.Find(text, nil), func(g prompt.Finding) bool { return g.Score >= .5 && g.Start <= at && g.End >= at+len(value) }) {
					t.Fatalf("%s is not found in %q", c.kind, text)
				}
			}
		}
	})
}

// TestForms: a card and an account are found in every way of grouping them, by what can be seen and by what cannot.
func TestForms(t *testing.T) {
	t.Parallel()
	f := standard(t)
	separators := []string{"", " ", "-", "\u00a0", "\u2009", "\u202f", "\u2011", "\u2013", "\u200b", "\ufeff"}
	rapid.Check(t, func(t *rapid.T) {
		sep := rapid.SampledFrom(separators).Draw(t, "sep")
		wide := rapid.Bool().Draw(t, "wide")
		for kind, value := range map[string]string{
			"CREDIT_CARD": withLuhn("4" + draw(t, "d14")),
			"IBAN_CODE":   withMod97("NL", "ABNA"+draw(t, "d10")),
		} {
			var groups []string
			for i := 0; i < len(value); i += 4 {
				groups = append(groups, value[i:min(i+4, len(value))])
			}
			value = strings.Join(groups, sep)
			if wide {
				value = strings.Map(func(r rune) rune {
					if r >= '0' && r <= '9' {
						return r + 0xFEE0
					}
					return r
				}, value)
			}
			text := "take " + value + " then"
			got := f.Find(text, nil)
			if len(got) != 1 || got[0].Type != kind || text[got[0].Start:got[0].End] != value {
				t.Fatalf("%q: found %+v", text, got)
			}
		}
	})
}

// withLuhn adds the digit that makes the sum of ISO/IEC 7812-1 come out, by trying.
func withLuhn(body string) string {
	for last := range 10 {
		sum := 0
		for i, c := range body + string(rune('0'+last)) {
			d := int(c - '0')
			if (len(body)+1-i)%2 == 0 {
				d = d/5 + d*2%10
			}
			sum += d
		}
		if sum%10 == 0 {
			return body + string(rune('0'+last))
		}
	}
	return ""
}

// withMod97 puts the check digits of ISO 13616 behind the country.
func withMod97(country, account string) string {
	var digits strings.Builder
	for _, c := range account + country + "00" {
		if c >= 'A' {
			c += 10 - 'A'
			digits.WriteString(strconv.Itoa(int(c)))
		} else {
			digits.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	check := 98 - n.Mod(n, big.NewInt(97)).Int64()
	return fmt.Sprintf("%s%02d%s", country, check, account)
}
