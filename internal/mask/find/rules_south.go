package find

import "strings"

// The ids of France, Italy, Spain, Portugal and Greece.
var southernRules = []rule{
	{frNIR, "d5A2d8", "15|13 2|1 2 2 2 3 3 2|1-2-2-2-3-3-2|1.2.2.2.3.3.2", .85, .99, nir},
	{itFiscalCode, "L6A2L1A2L1A3L1", "16|3 3 5 5|6 5 5|6 2 3 5|3-3-5-5", .95, .99, fiscalCode},
	{itVAT, "d11", "11", .4, .95, vatIT},
	{itVAT, "L2d11", "13|2 11", .8, .95, func(b []byte) bool { return string(b[:2]) == "IT" && vatIT(b[2:]) }},
	{itIdentityCard, "L2d5L2", "9", 0, .85, nil},
	{itIdentityCard, "L2d7", "9|2 7", 0, .8, nil},
	{esNIF, "d8L1", "9|8-1|8 1", .8, .99, nif},
	{esNIF, "d8L1", "2.3.3-1|2.3.3 1", .9, .99, nif},
	{esNIF, "L1d7A1", "9|1-7-1|1-8", .5, .95, cif},
	{esNIE, "L1d7L1", "9|1-7-1|1 7 1|1-8|8-1", .85, .99, nie},
	{ptNIF, "d9", "9|3 3 3", .4, .95, nifPT},
	{grAMKA, "d11", "11", .5, .95, func(b []byte) bool { return ddmmyy(b) && luhn(b) }},
}

// nir: sex, year, month (20 and more where it is not known), department (2A and 2B are Corsica), commune, serial, key.
func nir(b []byte) bool {
	m := number(b[3:5])
	if strings.IndexByte("123478", b[0]) < 0 || m == 0 || m > 12 && m < 20 || m > 42 && m < 50 || b[5] > '9' {
		return false
	}
	body := append([]byte{}, b[:13]...)
	minus := 0
	switch c := b[6]; {
	case c == 'A':
		body[6], minus = '0', 1000000
	case c == 'B':
		body[6], minus = '0', 2000000
	case !isDigit(c):
		return false
	}
	return 97-(number(body)-minus)%97 == number(b[13:])
}

// fiscalCode: where two people would have the same code, digits are written as the letters LMNPQRSTUV.
func fiscalCode(b []byte) bool {
	const odd = "BAKPLCQDREVOSFTGUHMINJWZYX" // a letter's odd value is its place here
	sum := 0
	for i, c := range b[:15] {
		if i > 5 && i != 8 && i != 11 && !isDigit(c) && strings.IndexByte("LMNPQRSTUV", c) < 0 {
			return false
		}
		v := c - 'A'
		if isDigit(c) {
			v = c - '0'
		}
		if i%2 == 0 {
			sum += strings.IndexByte(odd, 'A'+v)
		} else {
			sum += int(v)
		}
	}
	return strings.IndexByte("ABCDEHLMPRST", b[8]) >= 0 && 'A'+byte(sum%26) == b[15]
}

func vatIT(b []byte) bool { return number(b[:7]) > 0 && luhn(b) }

// nifLetters is the letter of a DNI modulo 23.
const nifLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func nif(b []byte) bool { return !oneDigit(b[:8]) && nifLetters[number(b[:8])%23] == b[8] }

func nie(b []byte) bool {
	return b[0] >= 'X' && b[0] <= 'Z' && nifLetters[(int(b[0]-'X')*10000000+number(b[1:8]))%23] == b[8]
}

// cif is the tax number of companies; its check character is a digit or a letter by the kind of company.
func cif(b []byte) bool {
	if strings.IndexByte("ABCDEFGHJNPQRSUVW", b[0]) < 0 {
		return false
	}
	c := (10 - digitSums(b[1:8], 2, 1, 2, 1, 2, 1, 2)%10) % 10
	return b[8] == '0'+byte(c) || b[8] == "JABCDEFGHI"[c]
}

func nifPT(b []byte) bool {
	return strings.IndexByte("1235689", b[0]) >= 0 && rest11(weigh(b, 9, 8, 7, 6, 5, 4, 3, 2)) == b[8]
}
