package find

// The ids of eastern Europe and of Turkey.
var easternRules = []rule{
	{plPESEL, "d11", "11", .6, .95, pesel},
	{plNIP, "d10", "10|3-3-2-2|3-2-2-3|3 3 2 2", 0, .9, nip},
	{czBirthNumber, "d10", "6/4", .8, .95, rodne},
	{czBirthNumber, "d10", "10", 0, .9, rodne},
	{czBirthNumber, "d9", "6/3", 0, .85, func(b []byte) bool { return day(number(b[2:4])%50, number(b[4:6])) }},
	{roCNP, "d13", "13", .75, .95, cnp},
	{bgEGN, "d10", "10", .4, .95, egn},
	{hrOIB, "d11", "11", .4, .95, mod11x10},
	{eeIsikukood, "d11", "11", .5, .95, isikukood},
	{trTCKN, "d11", "11|3 3 3 2", .6, .95, tckn},
}

// nip: https://www.podatki.gov.pl
func nip(b []byte) bool {
	return !oneDigit(b) && b[0] != '0' && weigh(b, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(b[9]-'0')
}

// pesel: the month is raised by 20 for each century after the 20th, by 80 for the 19th.
func pesel(b []byte) bool {
	return day(number(b[2:4])%20, number(b[4:6])) && weigh(b, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// rodne: the month is raised by 50 for women, by 20 where serials ran out.
func rodne(b []byte) bool {
	m := number(b[2:4]) % 50
	if m > 20 {
		m -= 20
	}
	return day(m, number(b[4:6])) && (number(b)%11 == 0 || number(b[:9])%11 == 10 && b[9] == '0')
}

func cnp(b []byte) bool {
	c := weigh(b, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if c == 10 {
		c = 1
	}
	county := number(b[7:9])
	return b[0] != '0' && yymmdd(b[1:]) && county > 0 && county <= 80 && c == int(b[12]-'0')
}

// egn: the month is raised by 20 before 1900 and by 40 after 2000.
func egn(b []byte) bool {
	return day(number(b[2:4])%20, number(b[4:6])) && weigh(b, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(b[9]-'0')
}

func isikukood(b []byte) bool {
	c := weigh(b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if c == 10 {
		c = weigh(b, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return b[0] >= '1' && b[0] <= '8' && yymmdd(b[1:]) && c == int(b[10]-'0')
}

func tckn(b []byte) bool {
	odd, even := weigh(b, 1, 0, 1, 0, 1, 0, 1, 0, 1), weigh(b, 0, 1, 0, 1, 0, 1, 0, 1)
	return b[0] != '0' && (odd*7-even+100)%10 == int(b[9]-'0') && (odd+even+int(b[9]-'0'))%10 == int(b[10]-'0')
}
