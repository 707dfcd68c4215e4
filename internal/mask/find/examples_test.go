package find_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/mask/find"
)

// examples are values that authorities and standards publish as examples, so that no check is only right by our own
// reckoning. A bar ends the word of context that some need.
var examples = map[string]string{
	"UK_NHS":                        "943 476 5919, NHS|9434765919",
	"UK_NINO":                       "AB 12 34 56 C, AB123456C",
	"UK_DRIVING_LICENCE":            "MORGA657054SM9IJ",
	"UK_POSTCODE":                   "SW1A 1AA, M1 1AE, EC1A 1BB",
	"UK_VEHICLE_REGISTRATION":       "registration|AB51 ABC",
	"ES_NIF":                        "12345678Z, A58818501",
	"ES_NIE":                        "X1234567L",
	"IT_FISCAL_CODE":                "RSSMRA85T10A562S",
	"IT_VAT_CODE":                   "partita|00743110157, IT 00743110157",
	"FR_NIR":                        "2 55 08 14 168 025 38, 255081416802538",
	"DE_TAX_ID":                     "Steuer-ID|86095742719, 65929970489",
	"DE_SOCIAL_SECURITY":            "15070649C103, 15 070649 C 103",
	"DE_HEALTH_INSURANCE":           "KVNR|A123456780",
	"DE_ID_CARD":                    "Ausweis|T220001293",
	"DE_PASSPORT":                   "Reisepass|C01X00T478",
	"DE_KFZ":                        "Kennzeichen|B-MW 1234, KFZ|HH AB 12",
	"AT_SVNR":                       "1237 010180",
	"CH_AHV":                        "756.9217.0769.85",
	"NL_BSN":                        "BSN|111222333, BSN|111.222.333",
	"BE_NATIONAL_NUMBER":            "85.07.30-033.28",
	"SE_PERSONNUMMER":               "811228-9874, 19811228-9874",
	"FI_PERSONAL_IDENTITY_CODE":     "131052-308T, 131052A308T",
	"DK_CPR":                        "211062-5629",
	"NO_FODSELSNUMMER":              "15108695088",
	"PT_NIF":                        "contribuinte|501964843",
	"IE_PPS":                        "6433435F",
	"PL_PESEL":                      "44051401359",
	"PL_NIP":                        "NIP|123-456-32-18, NIP|1234563218",
	"CZ_BIRTH_NUMBER":               "710319/2745",
	"RO_CNP":                        "1630615123457",
	"BG_EGN":                        "EGN|7523169263",
	"HR_OIB":                        "OIB|33392005961",
	"EE_ISIKUKOOD":                  "isikukood|36805280109",
	"GR_AMKA":                       "AMKA|01013099997",
	"TR_TCKN":                       "17291716060",
	"IN_PAN":                        "ACUPA7085R",
	"IN_AADHAAR":                    "2341 2341 2346, 234123412346",
	"IN_GSTIN":                      "27AAPFU0939F1ZV",
	"IN_VOTER":                      "EPIC|XGT1234567",
	"IN_VEHICLE_REGISTRATION":       "MH 12 AB 1234, DL4C AB 1234|",
	"AU_ABN":                        "83 914 571 673",
	"AU_ACN":                        "ACN|004 085 616",
	"AU_TFN":                        "TFN|123 456 782",
	"AU_MEDICARE":                   "2123 45670 1",
	"SG_NRIC_FIN":                   "S1234567D",
	"SG_UEN":                        "00192200M, 197401143C, S16FC0121D",
	"KR_RRN":                        "880101-1234568",
	"CA_SIN":                        "123-456-782, social insurance number|046 454 286",
	"ZA_ID_NUMBER":                  "7503305044089",
	"TH_TNIN":                       "1-2345-45678-78-1",
	"BR_CPF":                        "390.533.447-05, 39053344705",
	"BR_CNPJ":                       "16.727.230/0001-97",
	"MX_CURP":                       "BOXW310820HNERXN09",
	"JP_INDIVIDUAL_NUMBER":          "my number|1234 5678 9018",
	"CN_RESIDENT_ID":                "11010519491231002X",
	"HK_ID_NUMBER":                  "HKID|A1234563, HKID|A123456(3)",
	"TW_ID_NUMBER":                  "taiwan|A123456789",
	"CL_CDI_NUMBER":                 "12.531.909-2",
	"AR_CUIT":                       "20-05536168-2",
	"IL_IDENTITY_CARD_NUMBER":       "teudat zehut|039337423",
	"US_SSN":                        "536-90-4399, SSN|536904399",
	"US_ITIN":                       "912-70-1234",
	"US_BANK_ROUTING_MICR":          "routing|111000025",
	"US_NPI":                        "NPI|1234567893",
	"US_MBI":                        "1EG4-TE5-MK73",
	"MEDICAL_LICENSE":               "DEA|AB1234563",
	"US_PASSPORT":                   "passport|A12345678",
	"IMEI_HARDWARE_ID":              "imei|490154203237518, 35-209900-176148-1, 49-015420-323751-8",
	"VEHICLE_IDENTIFICATION_NUMBER": "1M8GDM9AXKP042788",
	"CRYPTO": "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy, bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq, bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr, " +
		"monero|44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A, " +
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, solana|7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",
	"CREDIT_CARD": "4111111111111111, 5555 5555 5555 4444, 3782 822463 10005, 6011-1111-1111-1117, 30569309025904, 3530111333300000, " +
		"card|6304 0000 0000 0000",
	"IBAN_CODE": "GB82 WEST 1234 5698 7654 32, DE89370400440532013000, FR14 2004 1010 0505 0001 3M02 606, NL91ABNA0417164300, NO93 8601 1117 947, " +
		"MT84MALT011000012345MTLCAST001S",
	"PHONE_NUMBER": "1.800.555.0199, +1 212-555-0142, +1 (212) 555-0142, 1 212 555 0142, 0049 30 901820, +33.1.23.45.67.89, +353 1 234 5678, +44-20-7946-0958, (212) 555-0142, +44 20 7946 0958, 020 7946 0958, +49 30 901820, +33 1 23 45 67 89, 01.23.45.67.89, +91 98765 43210, " +
		"+81-3-1234-5678, +55 (11) 91234-5678, 001-518-640-0854, 212.555.0142 ext. 12, tel|5550142, 0711 / 1234567",
	"IP_ADDRESS":  "203.0.113.9, 2001:db8::1428:57ab, fe80::3:9ff:fe2c:1a",
	"MAC_ADDRESS": "00:1b:44:11:3a:b7, 00-1B-44-11-3A-B7, 001b.4411.3ab7, mac|001B44113AB7",
	"DATE_TIME": "2024-02-29, 31.12.1999, 12/31/1999, 12-May-1990, 1st May 2020, May 5th 2020, 5 de mayo de 2020, 3. März 1971, 14 août 2019, " +
		"1990-05-12T00:00:00.000Z, 2024-01-31 17:30:05+02:00, 2:45 PM, 9:15 a.m., 17:30, April 1987, 2019, Thursday",
	"DATE_OF_BIRTH":         "DOB|12/31/1999, né le|14 août 1960, born on|5 May 1970, Geburtsdatum|31.12.1999",
	"ZIP_CODE":              "ZIP|90210, zip|90210-1234, PLZ|10115, CEP|01310-100, postal code|394 13",
	"EMAIL_ADDRESS":         "a.b+c@example.co.uk, jörg@müller.example, o'neil@example.org, x@xn--bcher-kva.example",
	"URL":                   "https://example.org/a?b=c#d, http://10.0.0.1:8080/x, ftp://files.example.org/a_(b)",
	"DOMAIN_NAME":           "www.example.org, shop.example.co.uk, landbridge.dev",
	"SWIFT_CODE":            "BIC|DEUTDEFF, swift|DEUTDEFF500",
	"MEDICAL_RECORD_NUMBER": "MRN|00483921",
	"US_DRIVER_LICENSE":     "driver's license|D1234567, driver's license|D123-4567-8901",
	"US_BANK_NUMBER":        "bank account|000123456789",
	"UK_TAXPAYER_REFERENCE": "UTR|1123456780|",
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for _, k := range find.Types() {
		list := strings.Split(examples[k.Name], ", ")
		for _, e := range list {
			label, value, ok := strings.Cut(e, "|")
			if !ok {
				label, value = "the one", e
			}
			if e == "" || value == "" || strings.Contains(value, "|") {
				continue
			}
			f, err := find.New(find.Options{Types: []string{k.Name}})
			if err != nil {
				t.Fatal(err)
			}
			for _, frame := range []string{"It is " + label + " «" + value + "».", label + ": «" + value + "»\nand more", `{"` + label + `":"«` + value + `»"}`, label + " «" + value + "», as said"} {
				text, start, end := unmark(frame)
				got := f.Find(text, nil)
				if len(got) != 1 || got[0].Start != start || got[0].End != end || got[0].Score < .5 {
					t.Errorf("%s in %q: found %+v, want %d to %d", k.Name, text, got, start, end)
				}
			}
		}
	}
}
