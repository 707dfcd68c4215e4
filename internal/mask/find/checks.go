package find

// Check digits that more than one country uses. Each takes the whole value as digits and upper-case letters.

// luhn is ISO/IEC 7812-1 annex B.
func luhn(b []byte) bool {
	sum := 0
	for i, c := range b {
		d := int(c - '0')
		if (len(b)-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// mod97 is the value modulo 97, a letter read as two digits: ISO 7064 mod 97,10.
func mod97(b []byte) int {
	m := 0
	for _, c := range b {
		if isDigit(c) {
			m = (m*10 + int(c-'0')) % 97
		} else {
			m = (m*100 + int(c-'A') + 10) % 97
		}
	}
	return m
}

// mod11x10 is ISO 7064 mod 11,10.
func mod11x10(b []byte) bool {
	p := 10
	for _, c := range b[:len(b)-1] {
		if p = (p + int(c-'0')) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (11-p)%10 == int(b[len(b)-1]-'0')
}

// weigh is the sum of digits, each with its weight.
func weigh(b []byte, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(b[i]-'0')
	}
	return sum
}

// verhoeff is Verhoeff's check over the dihedral group of order 10.
func verhoeff(b []byte) bool {
	c := 0
	for i := range b {
		d := int(b[len(b)-1-i] - '0')
		for range i % 8 {
			d = int("1576283094"[d] - '0')
		}
		c = dihedral(c, d)
	}
	return c == 0
}

// dihedral multiplies in the dihedral group of order 10.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b)%5 + 5
	case b < 5:
		return (a-b)%5 + 5
	default:
		return (a - b + 5) % 5
	}
}

// number is the value of digits.
func number(b []byte) int {
	n := 0
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}

// oneDigit says whether all characters are the same.
func oneDigit(b []byte) bool {
	for _, c := range b {
		if c != b[0] {
			return false
		}
	}
	return true
}

// day says whether a month has such a day; February has 29.
func day(month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	switch month {
	case 2:
		return day <= 29
	case 4, 6, 9, 11:
		return day <= 30
	}
	return day <= 31
}

// yymmdd says whether a value begins with a date.
func yymmdd(b []byte) bool { return day(number(b[2:4]), number(b[4:6])) }

// ddmmyy says whether a value begins with a date, the day first.
func ddmmyy(b []byte) bool { return day(number(b[2:4]), number(b[:2])) }
