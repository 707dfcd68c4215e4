package metadata

import "strings"

// param reads one parameter of a raw query. It is not url.ParseQuery, because clients send audiences unescaped: a "+"
// stays a plus, and a "%" or ";" that means nothing stays as it is.
func param(query, key string) (value string, ok bool) {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, raw, _ := strings.Cut(pair, "=")
		if name == key {
			return unescape(raw), true
		}
	}
	return "", false
}

// truth reads a parameter as the real server does.
func truth(query, key string) bool {
	value, _ := param(query, key)
	switch strings.ToLower(value) {
	case "true", "on", "yes", "1":
		return true
	}
	return false
}

func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi >= 0 && lo >= 0 {
				b = append(b, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
