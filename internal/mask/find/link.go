package find

import "strings"

// link finds the URL whose "://" is at i, and the password in it.
func (s *scanner) linkAt(i int) {
	if i < s.link {
		return // in the midst of one
	}
	start := i
	for start > 0 && i-start < 24 && (isAlnum(s.text[start-1]) || s.text[start-1] == '+' || s.text[start-1] == '-') {
		start--
	}
	for start < i && (classes[s.text[start]] != letter || escaped(s.text, start)) {
		start++
	}
	host := i + len("://")
	end := host
	for end < len(s.text) && urlByte(s.text[end]) {
		end++
	}
	s.link = end
	bracket := strings.IndexByte(s.text[host:end], '(') >= 0
	for end > host && strings.IndexByte(".,;:!?)]}'*_", s.text[end-1]) >= 0 && (s.text[end-1] != ')' || !bracket) {
		end--
	}
	if start == i || end == host {
		return
	}
	s.report(url, start, end, .6)
	authority := s.text[host:end]
	if cut := strings.IndexAny(authority, "/?#"); cut >= 0 {
		authority = authority[:cut]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return
	}
	s.userinfo = host + at
	if _, word, ok := strings.Cut(authority[:at], ":"); ok && word != "" && !templated(word) {
		s.report(password, host+at-len(word), host+at, .9)
	}
}

func urlByte(c byte) bool {
	return c > ' ' && c != '"' && c != '<' && c != '>' && c != '`' && c != '\\' && c != '|' && c != '^' && c != 0x7F
}

// domain finds the name whose first dot is at i.
func (s *scanner) domain(i int) {
	if i < s.domains || i < s.link || !s.wanted.has(domainName) || i+1 >= len(s.text) || classes[s.text[i+1]] == quiet {
		return
	}
	start := i
	for start > 0 && i-start < 63 && (isAlnum(s.text[start-1]) || s.text[start-1] == '-') {
		start--
	}
	if escaped(s.text, start) {
		start++
	}
	end := domainEnd(s.text, start)
	s.domains = end
	if start == i || end <= i+1 || !opens(s.text, start) || end < len(s.text) && strings.IndexByte("(@_[=", s.text[end]) >= 0 {
		return
	}
	name := strings.ToLower(s.text[start:end])
	last := name[strings.LastIndexByte(name, '.')+1:]
	score := float32(.6)
	switch {
	case strings.Contains(topLevels, " "+last+" "):
	case strings.HasPrefix(name, "www.") && topLevel(last):
	default:
		return
	}
	s.report(domainName, start, end, score)
}

// topLevels are the domains that names are looked for under. Those that code and files end in as well are not among them.
const topLevels = " com org net edu gov mil int eu de fr es it nl be at ch uk us ca au nz jp cn kr br mx ar cl co za ng ke eg tr ru ua pl cz sk hu ro bg gr pt ie " +
	"se no dk fi ee lv lt lu hr si rs ba ae sa il sg hk tw th vn id ph my pk bd lk ir iq cy mt biz info mobi asia online shop store site website space " +
	"xyz club live news blog cloud tech agency company email digital solutions global group life world today design studio media network systems " +
	"services support center academy bank ltd gmbh london berlin paris nyc tokyo io ai app dev me tv fm "
