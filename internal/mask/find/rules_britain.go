package find

import "strings"

// The ids of Great Britain and Ireland.
var britishRules = []rule{
	{ukNHS, "d10", "3 3 4", .62, .95, nhs},
	{ukNHS, "d10", "10|3-3-4", .4, .95, nhs},
	{ukNINO, "L2d6L1", "9|2 2 2 2 1|2-2-2-2-1|2 6 1|2.2.2.2.1", .75, .95, nino},
	{ukPassport, "d9", "9", 0, .6, nil},
	{ukPassport, "L2d7", "9", 0, .7, nil},
	{ukDrivingLicence, "A5d6A3L2", "16|5 6 5|5-6-5|5 6 2 3", .85, .95, drivingLicence},
	{ukVehicle, "L2d2L3", "4 3|7", .4, .85, plate},
	{ukPostcode, "L1d2L2", "2 3", .55, .8, postcode},
	{ukPostcode, "L1d3L2", "3 3", .55, .8, postcode},
	{ukPostcode, "L2d2L2", "3 3", .6, .8, postcode},
	{ukPostcode, "L2d3L2", "4 3", .6, .8, postcode},
	{ukPostcode, "L1d1L1d1L2", "3 3", .6, .8, postcode},
	{ukPostcode, "L2d1L1d1L2", "4 3", .6, .8, postcode},
	{ukPostcode, "L1d2L2", "5", 0, .7, postcode},
	{ukPostcode, "L1d3L2", "6", 0, .7, postcode},
	{ukPostcode, "L2d2L2", "6", 0, .7, postcode},
	{ukPostcode, "L2d3L2", "7", 0, .7, postcode},
	{ukPostcode, "L1d1L1d1L2", "6", 0, .7, postcode},
	{ukPostcode, "L2d1L1d1L2", "7", 0, .7, postcode},
	{ukUTR, "d10", "10|5 5|3 3 4", 0, .9, utr},
	{iePPS, "d7L1", "8|7 1", .6, .95, pps},
	{iePPS, "d7L2", "9|7 2", .6, .95, pps},
}

// nhs is modulo 11 with weights 10 to 2; https://www.datadictionary.nhs.uk/attributes/nhs_number.html
func nhs(b []byte) bool {
	r := 11 - weigh(b, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return !oneDigit(b) && r != 10 && r%11 == int(b[9]-'0')
}

// nino holds the prefixes that are never used.
// https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110
func nino(b []byte) bool {
	if strings.IndexByte("DFIQUV", b[0]) >= 0 || strings.IndexByte("DFIOQUV", b[1]) >= 0 || b[8] > 'D' {
		return false
	}
	switch string(b[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

// drivingLicence: five letters of the name filled with 9, birth date with the month raised by 50 for women, initials.
func drivingLicence(b []byte) bool {
	filled := false
	for i, c := range b[:5] {
		if isDigit(c) && (c != '9' || i == 0) || !isDigit(c) && filled {
			return false
		}
		filled = filled || c == '9'
	}
	if isDigit(b[11]) && b[11] != '9' || isDigit(b[12]) && b[12] != '9' {
		return false
	}
	return day(number(b[6:8])%50, number(b[8:10]))
}

// plate is the style since 2001: area, age, three letters; I, Q and Z are not in the area, I and Q not in the letters.
func plate(b []byte) bool {
	return strings.IndexByte("IQZ", b[0]) < 0 && strings.IndexByte("IQZ", b[1]) < 0 &&
		strings.IndexByte("IQ", b[4]) < 0 && strings.IndexByte("IQ", b[5]) < 0 && strings.IndexByte("IQ", b[6]) < 0
}

// postcodeAreas are the letters that a postcode begins with.
const postcodeAreas = " AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY " +
	"G GIR GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX " +
	"PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE "

func postcode(b []byte) bool {
	n := 1
	if !isDigit(b[1]) {
		n = 2
	}
	const never = "CIKMOV" // in the last two letters
	return strings.Contains(postcodeAreas, " "+string(b[:n])+" ") &&
		strings.IndexByte(never, b[len(b)-1]) < 0 && strings.IndexByte(never, b[len(b)-2]) < 0
}

func utr(b []byte) bool {
	return "21987654321"[weigh(b[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11] == b[0]
}

// pps is modulo 23; a second letter counts nine times.
func pps(b []byte) bool {
	sum := weigh(b, 8, 7, 6, 5, 4, 3, 2)
	if len(b) == 9 && b[8] != 'W' {
		sum += 9 * int(b[8]-'A'+1)
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == b[7]
}
