package find

import (
	"encoding/base64"
	"strings"
	"sync"
)

// maker is how the tokens of one maker begin, and how long they are at least and at most, the beginning included.
type maker struct {
	prefix    string
	low, high int
	kind      kind
}

// makers are sorted out by their first byte. Sources: the makers' own pages, and GitHub's list of the patterns that its
// secret scanning knows.
var makers = sync.OnceValue(func() *[256][]maker {
	var t [256][]maker
	for _, m := range []maker{
		{"AKIA", 20, 20, awsCredentials},
		{"ASIA", 20, 20, awsCredentials},
		{"ABIA", 20, 20, awsCredentials},
		{"ACCA", 20, 20, awsCredentials},
		{"AIza", 39, 39, gcpAPIKey},
		{"ya29.", 30, 2048, gcpCredentials},
		{"GOCSPX-", 28, 40, gcpCredentials},
		{"1//0", 40, 200, gcpCredentials},
		{"ghp_", 40, 255, authToken},
		{"gho_", 40, 255, authToken},
		{"ghu_", 40, 255, authToken},
		{"ghs_", 40, 255, authToken},
		{"ghr_", 40, 255, authToken},
		{"github_pat_", 60, 255, authToken},
		{"glpat-", 26, 255, authToken},
		{"gldt-", 25, 255, authToken},
		{"glrt-", 25, 255, authToken},
		{"glptt-", 26, 255, authToken},
		{"glcbt-", 26, 255, authToken},
		{"glsoat-", 27, 255, authToken},
		{"glft-", 25, 255, authToken},
		{"glagent-", 28, 255, authToken},
		{"xoxb-", 24, 255, authToken},
		{"xoxp-", 24, 255, authToken},
		{"xoxa-", 24, 255, authToken},
		{"xoxr-", 24, 255, authToken},
		{"xoxs-", 24, 255, authToken},
		{"xoxe-", 24, 255, authToken},
		{"xoxe.", 24, 255, authToken},
		{"xapp-", 24, 255, authToken},
		{"sk_live_", 24, 255, authToken},
		{"sk_test_", 24, 255, authToken},
		{"rk_live_", 24, 255, authToken},
		{"rk_test_", 24, 255, authToken},
		{"whsec_", 30, 255, authToken},
		{"sk-ant-", 40, 255, authToken},
		{"sk-proj-", 40, 255, authToken},
		{"sk-svcacct-", 40, 255, authToken},
		{"sk-or-", 40, 255, authToken},
		{"sk-", 35, 255, authToken},
		{"npm_", 40, 40, authToken},
		{"pypi-", 60, 512, authToken},
		{"rubygems_", 57, 57, authToken},
		{"dckr_pat_", 30, 64, authToken},
		{"hf_", 34, 40, authToken},
		{"gsk_", 40, 64, authToken},
		{"r8_", 36, 42, authToken},
		{"xai-", 60, 100, authToken},
		{"pplx-", 45, 64, authToken},
		{"SG.", 60, 80, authToken},
		{"dop_v1_", 71, 71, authToken},
		{"doo_v1_", 71, 71, authToken},
		{"shpat_", 38, 38, authToken},
		{"shpss_", 38, 38, authToken},
		{"shpca_", 38, 38, authToken},
		{"shppa_", 38, 38, authToken},
		{"sq0atp-", 29, 64, authToken},
		{"sq0csp-", 40, 64, authToken},
		{"EAAA", 60, 64, authToken},
		{"hvs.", 28, 255, authToken},
		{"hvb.", 28, 255, authToken},
		{"glsa_", 40, 64, authToken},
		{"glc_", 40, 255, authToken},
		{"lin_api_", 44, 64, authToken},
		{"ntn_", 44, 64, authToken},
		{"figd_", 40, 64, authToken},
		{"sntrys_", 60, 512, authToken},
		{"sntryu_", 60, 128, authToken},
		{"PMAK-", 60, 70, authToken},
		{"dapi", 36, 38, authToken},
		{"pat-na1-", 40, 64, authToken},
		{"lsv2_pt_", 45, 64, authToken},
		{"AGE-SECRET-KEY-1", 70, 80, authToken},
		{"NRAK-", 30, 40, authToken},
		{"ops_ey", 200, 2048, authToken},
		{"tfp_", 40, 64, authToken},
		{"atlasv1.", 60, 100, authToken},
		{"nvapi-", 60, 80, authToken},
		{"key-", 36, 36, authToken},
	} {
		t[m.prefix[0]] = append(t[m.prefix[0]], m)
	}
	return &t
})

// token finds a token of a known maker, or a JSON Web Token, at i, where a word begins. It returns where it ends, or i.
func (s *scanner) token(i, end int) int {
	if i < s.blob {
		return i // in the midst of a run that was looked at
	}
	if s.text[i] == 'e' && strings.HasPrefix(s.text[i:], "eyJ") {
		return s.jwt(i)
	}
	for _, m := range s.makers[s.text[i]] {
		if !strings.HasPrefix(s.text[i:], m.prefix) || i > 0 && (s.text[i-1] == '_' || s.text[i-1] == '-') {
			continue
		}
		stop := i + len(m.prefix)
		for stop < len(s.text) && tokenByte(s.text[stop]) {
			stop++
		}
		s.blob = stop
		for s.text[stop-1] == '.' {
			stop--
		}
		if n := stop - i; n >= m.low && n <= m.high && random(s.text[i+len(m.prefix):stop]) {
			s.take(m.kind, i, stop, .97)
			return stop
		}
		break
	}
	return i
}

func tokenByte(c byte) bool { return isAlnum(c) || c == '-' || c == '_' || c == '.' }

// random says whether a value looks drawn by lot: digits and letters, few of them again and again.
func random(v string) bool {
	var seen [256]bool
	digits, letters, distinct := 0, 0, 0
	for i := range len(v) {
		c := v[i]
		switch classes[c] {
		case digit:
			digits++
		case letter:
			letters++
		}
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	return digits > 0 && letters > 0 && distinct >= min(10, len(v)*2/3)
}

// jwt finds a token of three parts at i, whose header decodes to JSON with alg (RFC 7519; five parts: RFC 7516).
func (s *scanner) jwt(i int) int {
	stop := i
	for stop < len(s.text) && (tokenByte(s.text[stop]) || s.text[stop] == '=') {
		stop++
	}
	s.blob = stop
	for s.text[stop-1] == '.' {
		stop--
	}
	header, rest, ok := strings.Cut(s.text[i:min(stop, i+4096)], ".")
	if !ok || len(rest) < 2 {
		return i
	}
	if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(header, "=")); err != nil || !strings.Contains(string(raw), `"alg"`) {
		return i
	}
	s.take(jsonWebToken, i, stop, .97)
	return stop
}

// entraSecret finds the client secret of an Entra application whose tilde is at i: three characters, a digit, Q~, 31 to 34 more.
func (s *scanner) entraSecret(i int) {
	start, end := i-5, i+1
	if i < s.taken || start < 0 || s.text[i-1] != 'Q' || !isDigit(s.text[i-2]) {
		return
	}
	for end < len(s.text) && end-i < 40 && (tokenByte(s.text[end]) || s.text[end] == '~') {
		end++
	}
	for s.text[end-1] == '.' {
		end--
	}
	for j := start; j < i-2; j++ {
		if !tokenByte(s.text[j]) && s.text[j] != '~' {
			return
		}
	}
	if n := end - i - 1; n >= 31 && n <= 34 && random(s.text[i+1:end]) {
		s.take(azureToken, start, end, .95)
	}
}

// bearer finds the credentials behind the word Bearer or Basic that ends at i.
func (s *scanner) bearer(i int, basic bool) {
	start := i
	for start < len(s.text) && s.text[start] == ' ' && start-i < 3 {
		start++
	}
	end := start
	for end < len(s.text) && end-start < 8192 && (tokenByte(s.text[end]) || strings.IndexByte("+/=~", s.text[end]) >= 0) {
		end++
	}
	word := s.text[start:end]
	if start == i || len(word) < 8 {
		return
	}
	if !basic {
		if len(word) >= 16 && random(word) {
			s.report(authToken, start, end, .85)
		}
		return
	}
	raw, err := base64.StdEncoding.DecodeString(word)
	if err == nil && strings.IndexByte(string(raw), ':') > 0 {
		s.report(basicAuth, start, end, .95)
	}
}
