package find

import "strings"

// The ids of Germany, Austria and Switzerland.
var germanRules = []rule{
	{deTaxID, "d11", "11|2 3 3 3", .5, .95, taxID},
	{deSocialSecurity, "d8L1d3", "12|2 6 1 3|8 1 3|8 1 2 1|2 6 1 2 1", .85, .95, socialSecurity},
	{deHealthInsurance, "L1d9", "10|1 9|1 3 3 3|4 3 3", .5, .95, healthInsurance},
	{deIDCard, "L1A8d1", "10|9 1", .4, .95, icao},
	{deIDCard, "L1A8", "9", 0, .8, cardSerial},
	{dePassport, "L1A8d1", "10|9 1", .4, .95, icao},
	{dePassport, "L1A8", "9", 0, .7, cardSerial},
	{deKFZ, "L2d2", "1-1 2|1 1 2|1-1-2", 0, .85, nil},
	{deKFZ, "L2d3", "1-1 3|1 1 3|1-1-3", 0, .85, nil},
	{deKFZ, "L2d4", "1-1 4|1 1 4|1-1-4", 0, .85, nil},
	{deKFZ, "L3d1", "1-2 1|2-1 1", 0, .85, nil},
	{deKFZ, "L3d2", "1-2 2|2-1 2|1 2 2|2 1 2|1-2-2", 0, .85, nil},
	{deKFZ, "L3d3", "1-2 3|2-1 3|1 2 3|2 1 3|1-2-3", .45, .85, nil},
	{deKFZ, "L3d4", "1-2 4|2-1 4|1 2 4|2 1 4|1-2-4", .45, .85, nil},
	{deKFZ, "L4d2", "2-2 2|3-1 2|2 2 2|3 1 2|2-2-2", 0, .85, nil},
	{deKFZ, "L4d3", "2-2 3|3-1 3|2 2 3|3 1 3|2-2-3", .45, .85, nil},
	{deKFZ, "L4d4", "2-2 4|3-1 4|2 2 4|3 1 4|2-2-4", .45, .85, nil},
	{deKFZ, "L5d2", "3-2 2|3 2 2|3-2-2", 0, .85, nil},
	{deKFZ, "L5d3", "3-2 3|3 2 3|3-2-3", .45, .85, nil},
	{atSVNR, "d10", "4 6|4-6|10", .5, .95, svnr},
	{chAHV, "d13", "3.4.4.2|13|3 4 4 2|3-4-4-2", .9, .99, ahv},
}

// taxID: among the first ten digits one stands two or three times, no other twice; then ISO 7064.
func taxID(b []byte) bool {
	var count [10]int
	for _, c := range b[:10] {
		count[c-'0']++
	}
	repeated := 0
	for _, n := range count {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	return b[0] != '0' && repeated == 1 && mod11x10(b)
}

// socialSecurity: area, birth date, initial, serial, check digit; the initial counts as two digits.
func socialSecurity(b []byte) bool {
	if d := number(b[2:4]); d == 0 || d > 81 || !day(number(b[4:6]), max(d%50, 1)) {
		return false
	}
	l := b[8] - 'A' + 1
	digits := append(append([]byte{}, b[:8]...), '0'+l/10, '0'+l%10, b[9], b[10])
	return digitSums(digits, 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)%10 == int(b[11]-'0')
}

// healthInsurance is the ten characters of the KVNR that never change.
func healthInsurance(b []byte) bool {
	l := b[0] - 'A' + 1
	digits := append([]byte{'0' + l/10, '0' + l%10}, b[1:9]...)
	return digitSums(digits, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2)%10 == int(b[9]-'0')
}

// digitSums is the sum of the digits of the weighted digits.
func digitSums(b []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		p := w * int(b[i]-'0')
		sum += p/10 + p%10
	}
	return sum
}

// cardSerial holds the characters of serial numbers: no vowels, nor B, D, Q, S; some digits.
func cardSerial(b []byte) bool {
	digits := 0
	for _, c := range b {
		if isDigit(c) {
			digits++
		} else if strings.IndexByte("CFGHJKLMNPRTVWXYZ", c) < 0 {
			return false
		}
	}
	return digits >= 3
}

// icao is the check digit of ICAO 9303: weights 7, 3, 1.
func icao(b []byte) bool {
	if !cardSerial(b[:9]) {
		return false
	}
	sum := 0
	for i, c := range b[:9] {
		v := int(c - '0')
		if !isDigit(c) {
			v = int(c-'A') + 10
		}
		sum += v * int("731"[i%3]-'0')
	}
	return sum%10 == int(b[9]-'0')
}

func svnr(b []byte) bool {
	c := weigh(b, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6) % 11
	return b[0] != '0' && c == int(b[3]-'0') && ddmmyy(b[4:])
}

func ahv(b []byte) bool {
	return string(b[:3]) == "756" && (10-weigh(b, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3)%10)%10 == int(b[12]-'0')
}
