package audit

import "strings"

// tokenMarks are how a JWT and a Google access token begin.
var tokenMarks = [...]string{"eyJ", "ya29."}

// leastToken is the shortest run that is taken for a token: long enough to spare a name that only starts like one.
const leastToken = 16

// redact blacks out what looks like a token. Rooms never put one into a record; this is the second lock on that door, so
// it changes the text and never fails.
func redact(s string) string {
	for _, mark := range tokenMarks {
		for from := 0; from < len(s); {
			i := strings.Index(s[from:], mark)
			if i < 0 {
				break
			}
			i += from
			end := i
			for end < len(s) && tokenByte(s[end]) {
				end++
			}
			from = end
			if end-i >= leastToken {
				s = s[:i] + "[redacted]" + s[end:]
				from = i + len("[redacted]")
			}
		}
	}
	return s
}

func tokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == '-' || c == '_' || c == '~' || c == '+' || c == '/' || c == '='
}
