package find

import "strings"

// The ids of Africa and the Near East, and those that are the same everywhere.
var worldRules = []rule{
	{zaID, "d13", "13|6 4 3|6 4 2 1", .65, .95, southAfrican},
	{ilID, "d9", "9", 0, .95, luhn},
	{ngNIN, "d11", "11", 0, .85, nil},
	{imei, "d15", "2-6-6-1|2 6 6 1|6-2-6-1", .7, .95, luhn},
	{imei, "d15", "15", .55, .95, typeAllocation},
	{imei, "d15", "15|8-6-1", 0, .9, luhn},
	{macAddress, "A12", "2-2-2-2-2-2|4.4.4", .7, .95, hexDigits},
	{macAddress, "A12", "12", 0, .9, hexDigits},
	{swiftCode, "L6A2", "8", 0, .9, swift},
	{swiftCode, "L6A5", "11", 0, .9, swift},
	{vin, "A17", "17", .7, .95, vehicleCheck},
	{vin, "A17", "17", 0, .8, vehicleForm},
}

func southAfrican(b []byte) bool {
	return yymmdd(b) && b[10] <= '2' && luhn(b)
}

// typeAllocation: the bodies that give out most IMEIs begin them so.
func typeAllocation(b []byte) bool {
	switch string(b[:2]) {
	case "01", "35", "86", "99":
		return !oneDigit(b[2:]) && luhn(b)
	}
	return false
}

// vehicleForm: no I, O or Q, letters as well as digits, digits at the end. Makers outside of North America and China set
// no check digit.
func vehicleForm(b []byte) bool {
	letters := 0
	for _, c := range b {
		if c == 'I' || c == 'O' || c == 'Q' {
			return false
		}
		if !isDigit(c) {
			letters++
		}
	}
	checked := b[0] >= '1' && b[0] <= '5' || b[0] == 'L'
	return !checked && letters >= 3 && letters < 14 && isDigit(b[14]) && isDigit(b[15]) && isDigit(b[16])
}

// vehicleCheck is the check digit in the ninth place; https://www.ecfr.gov/current/title-49/section-565.15
func vehicleCheck(b []byte) bool {
	weights := [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	const values = "12345678.12345.7.923456789" // of A to Z
	sum, letters := 0, 0
	for i, c := range b {
		v := int(c - '0')
		if !isDigit(c) {
			letters++
			if values[c-'A'] == '.' {
				return false
			}
			v = int(values[c-'A'] - '0')
		}
		sum += v * weights[i]
	}
	return letters >= 2 && strings.IndexByte("0123456789X", b[8]) == sum%11 && isDigit(b[15]) && isDigit(b[16])
}

// hexDigits holds both digits and letters of hexadecimal numbers.
func hexDigits(b []byte) bool {
	digits := 0
	for _, c := range b {
		if isDigit(c) {
			digits++
		} else if c > 'F' {
			return false
		}
	}
	return digits > 0 && digits < len(b)
}

// swift is ISO 9362: bank, country, place, branch.
func swift(b []byte) bool { return strings.Contains(countries, " "+string(b[4:6])+" ") && b[7] != '0' }

// countries are those of ISO 3166-1 that have banks in SWIFT.
const countries = " AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY " +
	"CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT " +
	"JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MS MT MU MV MW MX MY MZ NA NC NE NG NI " +
	"NL NO NP NR NZ OM PA PE PF PG PH PK PL PR PS PT PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV " +
	"TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE ZA ZM ZW "
