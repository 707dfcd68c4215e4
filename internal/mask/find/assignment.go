package find

import "strings"

// colon handles the colon at i.
func (s *scanner) colon(i int) int {
	if strings.HasPrefix(s.text[i:], "://") {
		s.linkAt(i)
		return i + len("://")
	}
	if end := s.hexAddress(i); end > i {
		return end
	}
	s.assignment(i)
	return i + 1
}

// Names that end so hold a secret. Letters only: api_key, apiKey and api-key are one.
const (
	passwordNames = "password passwd pwd passphrase passwort kennwort motdepasse contraseña senha userpass dbpass adminpass"
	secretNames   = "secret token apikey secretkey accesskey privatekey encryptionkey signingkey authkey clientsecret accesstoken " +
		"sharedkey masterkey credential credentials subscriptionkey"
	azureNames = "accountkey sharedaccesskey sharedaccesssignature azurestoragekey"
	awsNames   = "secretaccesskey awssecret awssecretkey"
)

// assignment finds the secret that is given to a name by the equals sign or colon at i.
func (s *scanner) assignment(i int) {
	if i < s.taken || i == 0 {
		return
	}
	name := nameBefore(s.text, i)
	if len(name) < 3 {
		return
	}
	start, end, quoted := valueAfter(s.text, i)
	v := s.text[start:end]
	if len(v) < 4 || len(v) > 4096 || templated(v) {
		return
	}
	switch {
	case endsIn(name, awsNames):
		if len(v) == 40 && random(v) {
			s.report(awsCredentials, start, end, .95)
		}
	case endsIn(name, azureNames):
		if len(v) >= 40 && random(v) {
			s.report(azureToken, start, end, .95)
		}
	case name == "sig":
		if len(v) >= 43 && random(v) {
			s.report(azureToken, start, end, .9)
		}
	case endsIn(name, passwordNames):
		if secretWord(v, quoted) {
			s.report(password, start, end, .85)
		}
	case endsIn(name, secretNames):
		if len(v) >= 16 && random(v) && strings.IndexByte(v, ' ') < 0 {
			s.report(secret, start, end, .8)
		}
	}
}

// nameBefore is the name in front of i, its letters in lower case.
func nameBefore(text string, i int) string {
	for range 2 { // a space, a quote, or a colon of :=
		if i > 0 && strings.IndexByte(" \"':]", text[i-1]) >= 0 {
			i--
		}
	}
	if i == 0 || classes[text[i-1]] == quiet {
		return ""
	}
	var buf [40]byte
	at := len(buf)
	for i > 0 && at > 0 {
		c := text[i-1]
		if wordByte(c) {
			at--
			buf[at] = lower(c)
		} else if c != '_' && c != '-' && c != '.' {
			break
		}
		i--
	}
	return string(buf[at:])
}

// endsIn says whether a name ends in one of some names.
func endsIn(name, names string) bool {
	for n := range strings.SplitSeq(names, " ") {
		if strings.HasSuffix(name, n) {
			return true
		}
	}
	return false
}

// valueAfter is where the value stands that the sign at i gives, without its quotes.
func valueAfter(text string, i int) (start, end int, quoted bool) {
	start = i + 1
	for start < len(text) && start-i < 6 && strings.IndexByte(" =>\t", text[start]) >= 0 {
		start++
	}
	if start < len(text) && strings.IndexByte("\"'`", text[start]) >= 0 {
		quote := text[start]
		start++
		for end = start; end < len(text) && end-start < 4096 && text[end] != quote; end++ {
			if text[end] == '\n' {
				return start, start, true
			}
		}
		return start, end, true
	}
	for end = start; end < len(text) && end-start < 4096 && strings.IndexByte(" \t\r\n,;\"'`)<>&}]", text[end]) < 0; end++ {
	}
	for end > start && (text[end-1] == '.' || text[end-1] == '?') {
		end--
	}
	return start, end, false
}

// templated says whether a value stands for another one: ${PASSWORD}, <password>, %s, ***.
func templated(v string) bool {
	return strings.ContainsAny(v, "${}<>") || strings.Contains(v, "***") || strings.Contains(v, "...") || strings.HasPrefix(v, "%") ||
		strings.Contains(strings.ToLower(v), "your") || oneDigit([]byte(v))
}

// secretWord says whether a value may be a password: not a word of prose or code.
func secretWord(v string, quoted bool) bool {
	if len(v) < 6 || len(v) > 128 || strings.IndexByte(v, ' ') >= 0 {
		return false
	}
	digits, letters, signs := 0, 0, 0
	for i := range len(v) {
		switch c := v[i]; {
		case isDigit(c):
			digits++
		case wordByte(c):
			letters++
		case strings.IndexByte("()[]\\/", c) >= 0:
			return false
		case c != '_' && c != '-' && c != '.':
			signs++
		}
	}
	return letters > 0 && (digits > 0 || signs > 0) || quoted && digits >= 6
}

// spokenPassword finds the password of a sentence: "the password is hunter2", behind the word that ends at i.
func (s *scanner) spokenPassword(i int) {
	for _, verb := range [...]string{" is ", " ist ", " est ", " es ", " è ", " to ", " was ", " "} {
		rest, ok := strings.CutPrefix(s.text[i:min(len(s.text), i+len(verb))], verb)
		if !ok || rest != "" {
			continue
		}
		start, end, quoted := valueAfter(s.text, i+len(verb)-1)
		for end > start && strings.IndexByte("!?:", s.text[end-1]) >= 0 && !quoted {
			end--
		}
		if v := s.text[start:end]; !templated(v) && secretWord(v, quoted) && (verb != " " || random(v)) && strings.IndexByte(v, '=') < 0 {
			s.report(password, start, end, .7)
		}
		return
	}
}
