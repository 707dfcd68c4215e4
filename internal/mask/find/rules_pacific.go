package find

import "strings"

// The ids of East Asia and Australia.
var pacificRules = []rule{
	{auABN, "d11", "2 3 3 3|2-3-3-3", .75, .95, abn},
	{auABN, "d11", "11", .5, .95, abn},
	{auACN, "d9", "9|3 3 3|3-3-3", .4, .95, acn},
	{auTFN, "d9", "9|3 3 3|3-3-3", .4, .95, tfn},
	{auMedicare, "d10", "4 5 1|4-5-1", .65, .95, medicare},
	{auMedicare, "d11", "4 5 1 1|4 5 1/1|4 5 1-1|10/1|10-1", .5, .95, medicare},
	{auMedicare, "d10", "10", .4, .95, medicare},
	{sgNRIC, "L1d7L1", "9", .9, .99, nric},
	{sgUEN, "d8L1", "9", .5, .95, businessUEN},
	{sgUEN, "d9L1", "10", .5, .95, localUEN},
	{sgUEN, "L1d2L2d4L1", "10", .5, .95, otherUEN},
	{krRRN, "d13", "6-7|6 7", .75, .95, rrn},
	{krRRN, "d13", "13", .4, .95, rrn},
	{thTNIN, "d13", "1-4-5-2-1|1 4 5 2 1", .9, .99, thai},
	{thTNIN, "d13", "13", .4, .95, thai},
	{jpMyNumber, "d12", "12|4 4 4|4-4-4", .4, .95, myNumber},
	{cnResidentID, "d17A1", "18|6 8 4", .95, .99, residentID},
	{hkID, "L1d6A1", "8", 0, .95, hongKong},
	{hkID, "L2d6A1", "9", 0, .95, hongKong},
	{twID, "L1d9", "10", .45, .95, taiwan},
	{phTIN, "d12", "3-3-3-3|12", 0, .85, nil},
	{phTIN, "d9", "3-3-3", 0, .85, nil},
}

func abn(b []byte) bool {
	return b[0] != '0' && (weigh(b, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

func acn(b []byte) bool {
	return (10-weigh(b, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == int(b[8]-'0') && number(b) > 0
}

func tfn(b []byte) bool { return weigh(b, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 && number(b) > 0 }

func medicare(b []byte) bool {
	return b[0] >= '2' && b[0] <= '6' && weigh(b, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(b[8]-'0')
}

// nric: the letters in front say the century and whether it is an NRIC (S, T) or a FIN (F, G, M).
func nric(b []byte) bool {
	sum := weigh(b[1:], 2, 7, 6, 5, 4, 3, 2)
	switch b[0] {
	case 'S':
		return "JZIHGFEDCBA"[sum%11] == b[8]
	case 'T':
		return "JZIHGFEDCBA"[(sum+4)%11] == b[8]
	case 'F':
		return "XWUTRQPNMLK"[sum%11] == b[8]
	case 'G':
		return "XWUTRQPNMLK"[(sum+4)%11] == b[8]
	case 'M':
		return "KLJNPQRTUWX"[10-(sum+3)%11] == b[8]
	}
	return false
}

func businessUEN(b []byte) bool {
	return "XMKECAWLJDB"[weigh(b, 10, 4, 9, 3, 8, 2, 7, 1)%11] == b[8]
}

func localUEN(b []byte) bool {
	y := number(b[:4])
	return y >= 1800 && y < 2100 && "ZKCMDNERGWH"[weigh(b, 10, 8, 6, 4, 9, 7, 5, 3, 1)%11] == b[9]
}

func otherUEN(b []byte) bool {
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	weights := [...]int{4, 3, 5, 3, 10, 2, 2, 5, 7}
	sum := 0
	for i, w := range weights {
		v := strings.IndexByte(alphabet, b[i])
		if v < 0 {
			return false
		}
		sum += v * w
	}
	return b[0] >= 'R' && b[0] <= 'T' && alphabet[(sum-5+11)%11] == b[9]
}

// rrn holds the date and the digit of century and sex.
func rrn(b []byte) bool { return yymmdd(b) && b[6] >= '1' && b[6] <= '8' }

func thai(b []byte) bool {
	return b[0] >= '1' && b[0] <= '8' && (11-weigh(b, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(b[12]-'0')
}

func myNumber(b []byte) bool {
	r := weigh(b, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	if r <= 1 {
		return b[11] == '0'
	}
	return 11-r == int(b[11]-'0')
}

func residentID(b []byte) bool {
	return b[0] >= '1' && b[0] <= '9' && century(b[6:]) && yymmdd(b[8:]) &&
		"10X98765432"[weigh(b, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11] == b[17]
}

// hongKongCard finds A123456(3), as the card has it.
func (s *scanner) hongKongCard() {
	c := &s.chain
	n, end := c.groups[0].until, c.groups[0].end
	const oneLetter, twoLetters = 0b1111110, 0b11111100
	if n == 7 && c.digits&0x7f != oneLetter || n == 8 && c.digits&0xff != twoLetters || n != 7 && n != 8 ||
		end+3 > len(s.text) || s.text[end] != '(' || s.text[end+2] != ')' {
		return
	}
	var whole [9]byte
	copy(whole[:], c.buf[:n])
	if whole[n] = upper(s.text[end+1]); hongKong(whole[:n+1]) {
		s.report(hkID, c.groups[0].start, end+3, .85)
	}
}

// hongKong: a single letter counts as if a space stood in front of it, which is 36.
func hongKong(b []byte) bool {
	n := len(b) - 1
	sum := 0
	if n == 7 {
		sum = 36 * 9
	}
	for i, c := range b[:n] {
		v := int(c - '0')
		if !isDigit(c) {
			v = int(c-'A') + 10
		}
		sum += v * (n + 1 - i)
	}
	switch r := (11 - sum%11) % 11; r {
	case 10:
		return b[n] == 'A'
	default:
		return b[n] == '0'+byte(r)
	}
}

// taiwan: the letter is a place, as two digits from 10 on in this order.
func taiwan(b []byte) bool {
	place := strings.IndexByte("ABCDEFGHJKLMNPQRSTUVXYWZIO", b[0]) + 10
	return strings.IndexByte("1289", b[1]) >= 0 && (place/10+place%10*9+weigh(b[1:], 8, 7, 6, 5, 4, 3, 2, 1, 1))%10 == 0
}
