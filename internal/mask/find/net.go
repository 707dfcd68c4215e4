package find

import (
	"net/netip"
	"strings"
)

// ipv4 finds the address at i, and says whether there is one or a version that looks like one.
func (s *scanner) ipv4(i int) bool {
	end, dots := i, 0
	if first := s.chain.groups[0].end; first >= len(s.text) || s.text[first] != '.' {
		return false
	}
	for end < len(s.text) && end-i < 24 && (isDigit(s.text[end]) || s.text[end] == '.') {
		if s.text[end] == '.' {
			dots++
		}
		end++
	}
	if s.text[i:end] != "" && s.text[end-1] == '.' {
		end, dots = end-1, dots-1
	}
	if dots < 3 {
		return false
	}
	address, err := netip.ParseAddr(s.text[i:end])
	if err == nil && opens(s.text, i) && (end == len(s.text) || !isAlnum(s.text[end]) && s.text[end] != '_') && !versioned(s.text, i) && telling(address) {
		s.report(ipAddress, i, end, .8)
	}
	return dots == 3 && (err == nil || end-i < len("1.800.555.0199"))
}

// versioned says whether the word in front of i says that a version follows.
func versioned(text string, i int) bool {
	return foldedSuffix(strings.TrimRight(text[:i], " :="), "version", "ver", "release", "build", "section", "chapter", "clause", " v")
}

// telling says whether an address may belong to someone: loopback, netmasks and the like do not.
func telling(a netip.Addr) bool {
	return !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && (!a.Is4() || a.As4()[0] != 255 && a.As4()[0] != 0)
}

// hexAddress finds the IPv6 or hardware address that the colon at i is the first of, and returns where it ends, or i.
func (s *scanner) hexAddress(i int) int {
	start := i
	for start > 0 && i-start < 5 && isHex(s.text[start-1:start]) {
		start--
	}
	if start > 0 && (isAlnum(s.text[start-1]) || s.text[start-1] == ':' || s.text[start-1] == '.') {
		return i
	}
	end, colons := i, 0
	for end < len(s.text) && end-start < 46 && (s.text[end] == ':' || s.text[end] == '.' && colons > 1 || isHex(s.text[end:end+1])) {
		if s.text[end] == ':' {
			colons++
		}
		end++
	}
	if colons < 2 {
		return i
	}
	for end > start && (s.text[end-1] == '.' || s.text[end-1] == ':' && s.text[end-2] != ':') {
		end--
	}
	if end < len(s.text) && (isAlnum(s.text[end]) || s.text[end] == '_') {
		return i
	}
	word := s.text[start:end]
	if len(word) == 17 && colons == 5 && macForm(word) {
		s.take(macAddress, start, end, .9)
		return end
	}
	if colons < 6 && !strings.Contains(word, "::") {
		return i // a time of day
	}
	address, err := netip.ParseAddr(word)
	if err != nil || !address.Is6() || !telling(address) || len(word) < 6 || !strings.ContainsAny(word, "0123456789") {
		return i
	}
	s.take(ipAddress, start, end, .85)
	return end
}

func macForm(w string) bool {
	for i := 2; i < len(w); i += 3 {
		if w[i] != ':' {
			return false
		}
	}
	return true
}
