package find

// The ids of the Americas.
var americanRules = []rule{
	{usSSN, "d9", "3-2-4|3 2 4", .65, .95, ssn},
	{usSSN, "d9", "9|3.2.4|3-6|5-4", 0, .9, ssn},
	{usITIN, "d9", "3-2-4|3 2 4", .65, .95, itin},
	{usITIN, "d9", "9", 0, .9, itin},
	{usEIN, "d9", "2-7", .4, .9, nil},
	{usRouting, "d9", "9|4-4-1", .4, .95, aba},
	{usPassport, "d9", "9", 0, .7, nil},
	{usPassport, "L1d8", "9", 0, .75, nil},
	{usNPI, "d10", "10", .4, .95, npi},
	{usMBI, "d1L1A1d1L1A1d1L2d2", "11|4-3-4", .6, .95, mbi},
	{medicalLicense, "L2d7", "9", .5, .95, dea},
	{medicalLicense, "L1d8", "9", 0, .9, dea},

	{caSIN, "d9", "3-3-3|3 3 3", .5, .95, sin},
	{caSIN, "d9", "9", .4, .9, sin},
	{caSIN, "d9", "9|3-3-3|3 3 3", 0, .9, luhn}, // begins as none is given out yet
	{mxCURP, "L4d6L6A1d1", "18", .95, .99, curp},
	{brCPF, "d11", "3.3.3-2|3 3 3 2|9-2", .9, .99, cpf},
	{brCPF, "d11", "11", .6, .95, cpf},
	{brCNPJ, "d14", "2.3.3/4-2|2 3 3 4 2", .95, .99, cnpj},
	{brCNPJ, "d14", "14|8/4-2", .7, .95, cnpj},
	{brCNPJ, "A12d2", "14|2.3.3/4-2", 0, .95, cnpj},
	{clRUT, "d8A1", "2.3.3-1", .9, .99, rut},
	{clRUT, "d7A1", "1.3.3-1", .9, .99, rut},
	{clRUT, "d8A1", "8-1", .5, .95, rut},
	{clRUT, "d7A1", "7-1", .4, .95, rut},
	{clRUT, "d8A1", "9", 0, .9, rut},
	{arCUIT, "d11", "2-8-1", .85, .95, cuit},
	{arCUIT, "d11", "11", .4, .95, cuit},
}

// ssn holds the areas, groups and serials that are never given out.
// https://www.ssa.gov/employer/randomization.html
func ssn(b []byte) bool {
	area := number(b[:3])
	return area > 0 && area != 666 && area < 900 && number(b[3:5]) > 0 && number(b[5:]) > 0
}

// itin holds the ranges of https://www.irs.gov/irm/part3/irm_03-021-263r: 9xx, then 50 to 65, 70 to 88, 90 to 92, 94 to 99.
func itin(b []byte) bool {
	g := number(b[3:5])
	return b[0] == '9' && (g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g != 93)
}

func aba(b []byte) bool {
	p := number(b[:2])
	return (p <= 12 && number(b) > 0 || p >= 21 && p <= 32 || p >= 61 && p <= 72 || p == 80) && weigh(b, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0
}

// npi is Luhn over 80840 and the number.
func npi(b []byte) bool {
	if b[0] != '1' && b[0] != '2' {
		return false
	}
	whole := [15]byte{'8', '0', '8', '4', '0'}
	copy(whole[5:], b)
	return luhn(whole[:])
}

// mbi leaves out the letters that look like digits: S, L, O, I, B, Z.
func mbi(b []byte) bool {
	for _, c := range b {
		switch c {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
			return false
		}
	}
	return b[0] != '0'
}

func dea(b []byte) bool {
	switch b[0] {
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'P', 'R', 'S', 'T', 'U', 'X':
	default:
		return false
	}
	return (isDigit(b[1]) && b[1] == '9' || !isDigit(b[1])) && weigh(b[2:], 1, 2, 1, 2, 1, 2)%10 == int(b[8]-'0')
}

func sin(b []byte) bool { return b[0] != '0' && b[0] != '8' && luhn(b) }

// curp is the check digit of https://www.gob.mx/curp: base 37 with Ñ after N.
func curp(b []byte) bool {
	if b[10] != 'H' && b[10] != 'M' && b[10] != 'X' || !yymmdd(b[4:]) {
		return false
	}
	sum := 0
	for i, c := range b[:17] {
		v := int(c - '0')
		if !isDigit(c) {
			if v = int(c-'A') + 10; c > 'N' {
				v++
			}
		}
		sum += v * (18 - i)
	}
	return (10-sum%10)%10 == int(b[17]-'0')
}

func cpf(b []byte) bool {
	return !oneDigit(b) && rest11(weigh(b, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == b[9] && rest11(weigh(b, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) == b[10]
}

// cnpj also takes the letters of the form that is given out since July 2026: each counts as its code less that of 0.
func cnpj(b []byte) bool {
	return !oneDigit(b) && rest11(weigh(b, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == b[12] &&
		rest11(weigh(b, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) == b[13]
}

// rest11 is the check digit of a sum modulo 11, 0 for 10 and 11.
func rest11(sum int) byte {
	if r := 11 - sum%11; r < 10 {
		return '0' + byte(r)
	}
	return '0'
}

func rut(b []byte) bool {
	sum, n := 0, len(b)-1
	for i := range n {
		sum += int(b[n-1-i]-'0') * (i%6 + 2)
	}
	switch r := 11 - sum%11; r {
	case 11:
		return b[n] == '0'
	case 10:
		return b[n] == 'K'
	default:
		return b[n] == '0'+byte(r)
	}
}

func cuit(b []byte) bool {
	switch number(b[:2]) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34:
	default:
		return false
	}
	r := 11 - weigh(b, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return r != 10 && r%11 == int(b[10]-'0')
}
