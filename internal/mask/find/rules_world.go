package find

import "strings"

// The ids of Africa and the Near East, and those that are the same everywhere.
var worldRules = []rule{
	{zaID, "d13", "13|6 4 3|6 4 2 1", .65, .95, southAfrican},
	{ilID, "d9", "9", 0, .95, luhn},
	{ngNIN, "d11", "11", 0, .85, nil},
	{imei, "d15", "15|2-6-6-1|2 6 6 1|6-2-6-1|8-6-1", .55, .95, typeAllocation},
	{imei, "d15", "15|2-6-6-1|2 6 6 1|6-2-6-1|8-6-1", 0, .9, luhn},
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
