package find

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest parts of an address, in bytes (RFC 5321 4.5.3.1).
const (
	longestLocal  = 64
	longestDomain = 255
)

// email finds the address whose @ is at i.
func (s *scanner) email(i int) {
	if i < s.taken || i > 0 && i == s.userinfo || !s.wanted.has(emailAddress) {
		return
	}
	_, size := plain(s.text, i) // also of a full-width @
	start := localStart(s.text, i)
	end := domainEnd(s.text, i+size)
	if start == i || end == i+size || !strings.Contains(s.text[i+size:end], ".") {
		return
	}
	if s.text[start:i] == "git" && end < len(s.text) && s.text[end] == ':' {
		return // the remote of a repository
	}
	if last := s.text[strings.LastIndexByte(s.text[:end], '.')+1 : end]; !topLevel(last) || fileEnding(last) {
		return
	}
	s.report(emailAddress, start, end, .95)
}

// localStart is where the local part begins that ends at i.
func localStart(text string, i int) int {
	start := i
	for start > 0 && i-start < longestLocal {
		c := text[start-1]
		if c >= 0x80 {
			r, size := utf8.DecodeLastRuneInString(text[:start])
			if r == utf8.RuneError || r > 0x52F || !unicode.IsLetter(r) {
				break // other scripts have no spaces: the word in front would be taken for a part
			}
			start -= size
			continue
		}
		if !isAlnum(c) && strings.IndexByte(".!#%+-_'~", c) < 0 {
			break
		}
		start--
	}
	if start < i && escaped(text, start) {
		start++
	}
	for start < i && text[start] < 0x80 && !isAlnum(text[start]) && text[start] != '_' {
		start++
	}
	if i > start && text[i-1] == '.' {
		return i
	}
	return start
}

// domainEnd is where the domain name ends that begins at i: labels of letters, digits and hyphens.
func domainEnd(text string, i int) int {
	end, label := i, i
	for end < len(text) && end-i < longestDomain {
		c := text[end]
		if c >= 0x80 {
			r, size := utf8.DecodeRuneInString(text[end:])
			if r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsMark(r) || r > 0x52F && end > label && isAlnum(text[end-1]) {
				break
			}
			end += size
			continue
		}
		if c == '.' {
			if end == label {
				break
			}
			label = end + 1
		} else if !isAlnum(c) && c != '-' {
			break
		}
		end++
	}
	for end > i && (text[end-1] == '.' || text[end-1] == '-') {
		end--
	}
	return end
}

// topLevel says whether a label may be a top-level domain: letters, two at least, or Punycode.
func topLevel(label string) bool {
	if strings.HasPrefix(label, "xn--") {
		return true
	}
	for i := range len(label) {
		if classes[label[i]] != letter && label[i] < 0x80 {
			return false
		}
	}
	return len(label) >= 2
}

// fileEnding says whether what looks like a top-level domain is the ending of a file: logo@2x.png.
func fileEnding(label string) bool {
	switch strings.ToLower(label) {
	case "png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "ts", "json", "html", "htm", "txt", "xml", "yaml", "yml", "pdf", "exe", "dll", "jar":
		return true
	}
	return false
}

// spelledEmail finds name [at] example [dot] com, whose first bracket is at i.
func (s *scanner) spelledEmail(i int) bool {
	after := spelled(s.text, i, "at")
	if after == i || i < s.taken {
		return false
	}
	name := i
	if name > 0 && s.text[name-1] == ' ' {
		name--
	}
	start := localStart(s.text, name)
	if start == name {
		return false
	}
	at := after
	if at < len(s.text) && s.text[at] == ' ' {
		at++
	}
	end := domainEnd(s.text, at)
	for end > at {
		dot := end
		if dot < len(s.text) && s.text[dot] == ' ' {
			dot++
		}
		next := spelled(s.text, dot, "dot")
		if next == dot {
			break
		}
		if next < len(s.text) && s.text[next] == ' ' {
			next++
		}
		label := domainEnd(s.text, next)
		if label == next || label-at > longestDomain {
			break
		}
		end = label
	}
	whole := s.text[at:end]
	if last := whole[strings.LastIndexAny(whole, ".]) ")+1:]; end == at || len(last) == len(whole) || !topLevel(last) {
		return false
	}
	return s.take(emailAddress, start, end, .6)
}

// spelled returns where [word], (word) or {word} ends that begins at i, and i when there is none.
func spelled(text string, i int, word string) int {
	if i >= len(text) {
		return i
	}
	closing := text[i] + 2 // so it is in ASCII for all but the round ones
	if text[i] == '(' {
		closing = ')'
	} else if text[i] != '[' && text[i] != '{' {
		return i
	}
	j := i + 1
	if j < len(text) && text[j] == ' ' {
		j++
	}
	if len(text)-j < len(word) || !strings.EqualFold(text[j:j+len(word)], word) {
		return i
	}
	j += len(word)
	if j < len(text) && text[j] == ' ' {
		j++
	}
	if j >= len(text) || text[j] != closing {
		return i
	}
	return j + 1
}
