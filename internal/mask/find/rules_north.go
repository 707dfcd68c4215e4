package find

// The ids of the Netherlands, Belgium and the Nordic countries.
var northernRules = []rule{
	{nlBSN, "d9", "9|4.2.3|3.3.3|3 3 3|4 2 3|3-3-3", .4, .95, bsn},
	{beNational, "d11", "2.2.2-3.2|2 2 2 3 2|6 3 2|6-3-2|6-3.2|2.2.2 3.2|2-2-2-3-2", .9, .99, belgian},
	{beNational, "d11", "11", .7, .95, belgian},
	{sePersonnummer, "d10", "6-4", .7, .95, personnummer},
	{sePersonnummer, "d10", "10|6 4", .4, .95, personnummer},
	{sePersonnummer, "d12", "8-4", .8, .95, func(b []byte) bool { return century(b) && personnummer(b[2:]) }},
	{sePersonnummer, "d12", "12", .6, .95, func(b []byte) bool { return century(b) && personnummer(b[2:]) }},
	{fiHETU, "d9A1", "6-4", .9, .99, hetu},
	{fiHETU, "d6L1d3A1", "11", .9, .99, func(b []byte) bool {
		return b[6] >= 'A' && b[6] <= 'F' && hetu(append(append([]byte{}, b[:6]...), b[7:]...))
	}},
	{fiHETU, "d6L1d3A1", "11", 0, .9, func(b []byte) bool {
		return b[6] >= 'U' && b[6] <= 'Y' && hetu(append(append([]byte{}, b[:6]...), b[7:]...))
	}},
	{dkCPR, "d10", "6-4", .55, .95, ddmmyy},
	{dkCPR, "d10", "10|6 4", 0, .9, ddmmyy},
	{noFodselsnummer, "d11", "11|6 5|6-5", .75, .95, fodselsnummer},
}

// bsn is the Dutch eleven test.
func bsn(b []byte) bool {
	return number(b) > 9999999 && (weigh(b, 9, 8, 7, 6, 5, 4, 3, 2)-int(b[8]-'0'))%11 == 0
}

// belgian: birth date, serial, 97 less the rest modulo 97; those born since 2000 put a 2 in front for it. A bis number
// adds 20 or 40 to the month.
func belgian(b []byte) bool {
	n, key := number(b[:9]), number(b[9:])
	m, d := number(b[2:4])%20, number(b[4:6])
	return (m == 0 || d == 0 || day(m, d)) && m <= 12 && number(b[6:9]) > 0 && (97-n%97 == key || 97-(2000000000+n)%97 == key)
}

// century says whether a value begins with a year of the last or of this century.
func century(b []byte) bool { return string(b[:2]) == "19" || string(b[:2]) == "20" }

// personnummer: a coordination number adds 60 to the day.
func personnummer(b []byte) bool { return day(number(b[2:4]), number(b[4:6])%60) && luhn(b) }

// hetu is the code without its sign of the century.
func hetu(b []byte) bool {
	n := number(b[:6])*1000 + number(b[6:9])
	return ddmmyy(b) && number(b[6:9]) > 1 && "0123456789ABCDEFHJKLMNPRSTUVWXY"[n%31] == b[9]
}

// fodselsnummer: a D-number adds 40 to the day, other registers add to the month.
func fodselsnummer(b []byte) bool {
	one := (11 - weigh(b, 3, 7, 6, 1, 8, 9, 4, 5, 2)%11) % 11
	two := (11 - weigh(b, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	return day(number(b[2:4])%40, number(b[:2])%40) && one == int(b[9]-'0') && two == int(b[10]-'0')
}
