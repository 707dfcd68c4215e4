package inspect

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// judge says which destinations carry data out.
type judge struct{ allowed []string }

func newJudge(allowed []string) judge {
	var j judge
	for _, host := range allowed {
		j.allowed = append(j.allowed, strings.Trim(strings.ToLower(host), "."))
	}
	return j
}

// Sizes above which a part of a destination is more than an address.
const (
	maxValue  = 32  // bytes of one value of a query, or of a host's label
	maxQuery  = 128 // bytes of a whole query or fragment
	maxPart   = 64  // bytes of one part of a path
	maxLabels = 6   // of a host
)

// refuses says whether a destination carries data out, runs code, or hides its host. fetched means that a browser asks
// for it unasked, as it does for images: then any query is refused.
func (j judge) refuses(destination string, fetched bool) bool {
	text := clean(destination)
	scheme, rest, ok := strings.Cut(text, ":")
	scheme = strings.ToLower(scheme)
	switch {
	case strings.HasPrefix(text, "//"):
		text = "https:" + text
	case strings.HasPrefix(strings.ToLower(text), "www."):
		text = "https://" + text
	case !ok || strings.ContainsAny(scheme, "/?#."):
		return false // relative: the page's own host
	case slices.Contains([]string{"javascript", "vbscript", "data", "blob", "file", "filesystem"}, scheme):
		return true
	case scheme == "mailto" || scheme == "tel" || scheme == "sms":
		_, query, _ := strings.Cut(rest, "?")
		return carries(query, maxQuery)
	case !slices.Contains([]string{"http", "https", "ftp", "ws", "wss"}, scheme):
		return fetched
	}
	u, err := url.Parse(text)
	if err != nil {
		return true
	}
	return j.refusesURL(u, fetched)
}

func (j judge) refusesURL(u *url.URL, fetched bool) bool {
	host := strings.Trim(strings.ToLower(u.Hostname()), ".")
	if u.User != nil || disguised(host) {
		return true
	}
	if j.allows(host) {
		return false
	}
	if _, err := netip.ParseAddr(host); err == nil && (fetched || u.RawQuery != "") {
		return true
	}
	if fetched && u.RawQuery != "" {
		return true
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if len(part) > maxPart || speaks(part) {
			return true
		}
	}
	return crowded(host) || carries(u.RawQuery, maxQuery) || carries(u.Fragment, maxQuery)
}

func (j judge) allows(host string) bool {
	return slices.ContainsFunc(j.allowed, func(a string) bool { return host == a || strings.HasSuffix(host, "."+a) })
}

// clean undoes what a browser would: entities, escapes of Markdown, blanks and controls within, backslashes as slashes.
func clean(destination string) string {
	text := norm.NFC.String(html.UnescapeString(destination))
	text = strings.Map(func(r rune) rune {
		switch {
		case r <= ' ' || r == 0x7F || unicode.Is(unicode.Cf, r):
			return -1
		case r == '\\':
			return '/'
		}
		return r
	}, text)
	return strings.TrimLeft(text, "<")
}

// disguised says whether a host is written to be taken for another.
func disguised(host string) bool {
	if strings.Contains(host, "xn--") {
		return true
	}
	for i := range len(host) {
		if host[i] >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// crowded says whether a host's labels carry data: DNS takes it out before any request is made.
func crowded(host string) bool {
	labels := strings.Split(host, ".")
	return len(labels) > maxLabels || slices.ContainsFunc(labels, func(l string) bool { return len(l) > maxValue })
}

// carries says whether a query or fragment has data in it, rather than a place to go to.
func carries(query string, most int) bool {
	if len(query) > most {
		return true
	}
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		value := pair
		if _, v, ok := strings.Cut(pair, "="); ok {
			value = v
		}
		plain, err := url.QueryUnescape(value)
		if err != nil {
			return true
		}
		if len(plain) > maxValue || strings.Count(plain, " ") > 2 || strings.ContainsAny(plain, "@{}") || speaks(plain) {
			return true
		}
	}
	return false
}

// speaks says whether a word is text in base64 or hexadecimal.
func speaks(word string) bool {
	if len(word) < 12 {
		return false
	}
	word = strings.TrimRight(word, "=")
	for _, decode := range []func(string) ([]byte, error){base64.RawStdEncoding.DecodeString, base64.RawURLEncoding.DecodeString, hex.DecodeString} {
		if b, err := decode(word); err == nil && readable(b) {
			return true
		}
	}
	return false
}

// readable says whether bytes are a text.
func readable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}
