package plain

// class is a kind of bytes; a byte may be of several.
type class uint16

const (
	inWord class = 1 << iota // letters and digits
	isLetter
	isLeet // stands for a letter
	isDigit
	inBase64
	inHex
	inMorse
	inBinary
	isEnd  // of a passage
	isCode // stands in no word but in code, addresses and markup
	isPercent
	isAmpersand
	mayHide // without these, hidden finds nothing
)

// classes are those of each byte.
var classes = func() (t [256]class) {
	for of, bytes := range map[class]string{
		inWord:      letters + digits,
		inBase64:    letters + digits + "+/-_=",
		inHex:       digits + "abcdefABCDEF \\xX,:",
		inMorse:     ".-/ \n",
		inBinary:    "01 ",
		isLetter:    letters,
		isDigit:     digits,
		isLeet:      "4@310!5$7",
		isCode:      "/_=.:-#%&|(){}[]<>\\",
		isEnd:       "\n\"'`:<>|",
		isPercent:   "%",
		isAmpersand: "&",
		mayHide:     "<[{%",
	} {
		for _, c := range []byte(bytes) {
			t[c] |= of
		}
	}
	return t
}()

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

func (of class) has(c byte) bool { return classes[c]&of != 0 }

func alphanumeric(c byte) bool { return inWord.has(c) }

func letter(c byte) bool { return isLetter.has(c) }
