package plain

// hints are what one pass over a text tells of the encodings that may be in it: most texts have none, and are not
// looked at again.
type hints struct {
	longest  [4]int // run of base64, hex, morse, binary
	percents int
	entities int
	singles  int // letters that stand alone, one after the other
	between  int // digits and signs between letters
	markup   bool
}

// The classes of bytes.
const (
	inBase64 uint8 = 1 << iota
	inHex
	inMorse
	inBinary
	isLetter
	isDigit
	isLeet // stands for a letter
	isMarkup
)

// classes is a table of the classes of each byte.
var classes = func() (t [256]uint8) {
	for c := range 256 {
		b := byte(c)
		t[c] |= when(alphanumeric(b) || b == '+' || b == '/' || b == '-' || b == '_' || b == '=', inBase64)
		t[c] |= when(hexDigit(b) || b == ' ' || b == '\\' || b == 'x' || b == 'X' || b == ',' || b == ':', inHex)
		t[c] |= when(b == '.' || b == '-' || b == '/' || b == ' ' || b == '\n', inMorse)
		t[c] |= when(b == '0' || b == '1' || b == ' ', inBinary)
		t[c] |= when(letter(b), isLetter)
		t[c] |= when('0' <= b && b <= '9', isDigit)
		t[c] |= when(b == '4' || b == '@' || b == '3' || b == '1' || b == '0' || b == '5' || b == '$' || b == '7' || b == '!', isLeet)
		t[c] |= when(b == '<' || b == '[' || b == '{' || b == '%', isMarkup)
	}
	return t
}()

func when(yes bool, bit uint8) uint8 {
	if yes {
		return bit
	}
	return 0
}

func look(text string) (h hints) {
	const word = isLetter | isDigit
	var run [4]int
	var before, last uint8 // classes of the two bytes before
	alone := 0
	for i := range len(text) {
		c := classes[text[i]]
		for k := range run {
			if c&(1<<k) != 0 {
				run[k]++
			} else if run[k] > 0 {
				h.longest[k] = max(h.longest[k], run[k])
				run[k] = 0
			}
		}
		switch {
		case last&word == 0:
		case c&word != 0:
			alone = 0
		case before&word == 0:
			alone++
			h.singles = max(h.singles, alone)
		}
		if last&isLeet != 0 && before&isLetter != 0 && c&isLetter != 0 {
			h.between++
		}
		if c&isMarkup != 0 {
			h.markup = true
			h.percents += int(when(text[i] == '%', 1))
		}
		if text[i] == '#' && i > 0 && text[i-1] == '&' {
			h.entities++
		}
		before, last = last, c
	}
	if last&word != 0 && before&word == 0 {
		h.singles = max(h.singles, alone+1)
	}
	for k := range run {
		h.longest[k] = max(h.longest[k], run[k])
	}
	return h
}
