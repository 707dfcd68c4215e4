package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

const (
	redacted     = "[redacted]"
	excerptWidth = 120
)

// excerpt shows the line of the file with a caret under the column, "" when there is nothing to show or the line may
// hold a secret.
func (c *Config) excerpt(o Origin) string {
	if o.File == "" || o.Line < 1 || o.Line > len(c.lines) {
		return ""
	}
	line := strings.TrimRight(c.lines[o.Line-1], "\r")
	if mentionsSecret(line) {
		return ""
	}
	runes := []rune(printable(line))
	if len(runes) > excerptWidth {
		runes = append(runes[:excerptWidth], '…')
	}
	number := strconv.Itoa(o.Line)
	out := fmt.Sprintf("%s | %s", number, string(runes))
	if o.Column <= len(runes)+1 {
		out += fmt.Sprintf("\n%*s | %*s", len(number), "", o.Column, "^")
	}
	return out
}

// mentionsKey says whether a whole file holds a private key, of which any line may be a part.
func mentionsKey(s string) bool {
	return strings.Contains(s, "PRIVATE KEY") || strings.Contains(s, "private_key")
}

// mentionsSecret says whether a line, or a value, may hold a key, a token or a password.
func mentionsSecret(s string) bool {
	if mentionsKey(s) || strings.Contains(s, "eyJ") || strings.Contains(s, "ya29.") || longRun(s) {
		return true
	}
	if _, rest, ok := strings.Cut(s, "://"); ok && strings.Contains(rest, "@") {
		return true // an address with a user and a password
	}
	folded := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
	for _, word := range []string{"clientsecret", "password", "accountkey", "sharedaccess", "sig=", "bearer "} {
		if strings.Contains(folded, word) {
			return true
		}
	}
	return false
}

// longRun says whether 40 characters of base64 follow each other, longer than any word of configuration is.
func longRun(s string) bool {
	run := 0
	for _, r := range s {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' || r == '=' || r == '~') {
			if run++; run >= 40 {
				return true
			}
			continue
		}
		run = 0
	}
	return false
}

// quote repeats a value in a problem: cut, printable, and redacted where it may be a secret.
func quote(s string) string {
	if mentionsSecret(s) {
		return redacted
	}
	if runes := []rune(s); len(runes) > excerptWidth {
		s = string(runes[:excerptWidth]) + "…"
	}
	return strconv.Quote(s)
}

// safeKey is a key that may stand in a path: its name, unless it is no name at all.
func safeKey(s string) string {
	if len(s) > 64 || printable(s) != s || looksLikeToken(s) || longRun(s) || strings.Contains(s, "PRIVATE KEY") {
		return redacted
	}
	return s
}

// printable replaces what could steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}
