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

// ending is how the names of one kind of secret end, letters only: api_key, apiKey and api-key are one.
type ending struct {
	letters string
	kind    kind
	least   int // length of a value
}

// secretEndings are in the order in which they are tried.
func secretEndings() []ending {
	var out []ending
	for _, e := range []ending{
		{"secretaccesskey awssecret awssecretkey", awsCredentials, 40},
		{"accountkey sharedaccesskey sharedaccesssignature azurestoragekey", azureToken, 40},
		{"password passwd pwd passphrase passwort kennwort motdepasse contraseña senha userpass dbpass adminpass", password, 6},
		{"secret token apikey secretkey accesskey privatekey encryptionkey signingkey authkey clientsecret accesstoken " +
			"sharedkey masterkey credential credentials subscriptionkey", secret, 16},
	} {
		for w := range strings.FieldsSeq(e.letters) {
			out = append(out, ending{w, e.kind, e.least})
		}
	}
	return append(out, ending{"sig", azureToken, 43})
}

// assignment finds the secret that is given to a name by the equals sign or colon at i.
func (s *scanner) assignment(i int) {
	if i < s.taken {
		return
	}
	var buf [longestName]byte
	name := s.nameBefore(i, &buf)
	if name == nil {
		return
	}
	for _, e := range s.lexicon.secrets {
		if len(name) < len(e.letters) || string(name[len(name)-len(e.letters):]) != e.letters || e.letters == "sig" && len(name) > 3 {
			continue
		}
		start, end, quoted := valueAfter(s.text, i)
		v := s.text[start:end]
		if len(v) < e.least || templated(v) {
			return
		}
		if e.kind == password && secretWord(v, quoted) {
			s.report(password, start, end, .85)
		} else if e.kind != password && random(v) && strings.IndexByte(v, ' ') < 0 {
			s.report(e.kind, start, end, .85)
		}
		return
	}
}

// longestName is how many letters of a name are looked at.
const longestName = 40

// nameBefore writes the letters of the name in front of i to buf, in lower case; nil when it is no secret's.
func (s *scanner) nameBefore(i int, buf *[longestName]byte) []byte {
	text := s.text
	for range 2 { // a space, a quote, or a colon of :=
		if i > 0 && strings.IndexByte(" \"':]", text[i-1]) >= 0 {
			i--
		}
	}
	if i < 3 || !s.lexicon.ends.at(text, i-3) {
		return nil
	}
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
	return buf[at:]
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
