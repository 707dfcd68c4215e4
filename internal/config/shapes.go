package config

import (
	"net/netip"
	"net/url"
	"strings"
)

// providerName is a workload identity pool provider's full name, taken apart.
type providerName struct{ number, pool, provider string }

const providerForm = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"

// providerHosts are dropped from a provider's name: gcloud and credential files write them.
var providerHosts = [...]string{"//iam.googleapis.com/", "https://iam.googleapis.com/"}

// plainProvider drops the host.
func plainProvider(s string) string {
	for _, host := range providerHosts {
		if rest, ok := strings.CutPrefix(s, host); ok {
			return rest
		}
	}
	return s
}

// parseProvider takes the name apart; ok says that it is of the form, its number a number and its ids well made.
func parseProvider(s string) (n providerName, ok bool) {
	part := strings.Split(plainProvider(s), "/")
	if len(part) != 8 || part[0] != "projects" || part[2] != "locations" || part[3] != "global" ||
		part[4] != "workloadIdentityPools" || part[6] != "providers" {
		return n, false
	}
	n = providerName{number: part[1], pool: part[5], provider: part[7]}
	return n, digits(n.number) && poolID(n.pool) && poolID(n.provider)
}

// poolID says whether s is a pool's or a provider's id: 4 to 32 of a-z, 0-9 and -.
func poolID(s string) bool {
	return len(s) >= 4 && len(s) <= 32 && only(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
}

// serviceAccount says whether s is a service account's e-mail.
func serviceAccount(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.HasSuffix(domain, ".gserviceaccount.com") && only(domain, hostLetters) &&
		only(name, "abcdefghijklmnopqrstuvwxyz0123456789-.")
}

// projectID says whether s is a project id, domain-scoped ones (example.com:name) included.
func projectID(s string) bool {
	if _, id, scoped := strings.Cut(s, ":"); scoped {
		s = id
	}
	return len(s) >= 4 && len(s) <= 30 && s[0] >= 'a' && s[0] <= 'z' && only(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
}

// region says whether s is a region, a multi-region or global; zone says that it is a zone of one.
func region(s string) (ok, zone bool) {
	if s == "" || !only(s, "abcdefghijklmnopqrstuvwxyz0123456789-") {
		return false, false
	}
	last := s[strings.LastIndex(s, "-")+1:]
	zone = strings.Count(s, "-") == 2 && len(last) == 1 && last[0] >= 'a'
	return !zone, zone
}

// guid says whether s is 8-4-4-4-12 hexadecimal digits.
func guid(s string) bool {
	part := strings.Split(s, "-")
	if len(part) != 5 {
		return false
	}
	for i, n := range [...]int{8, 4, 4, 4, 12} {
		if len(part[i]) != n || !only(part[i], "0123456789abcdefABCDEF") {
			return false
		}
	}
	return true
}

// host says whether s is a domain name with at least one dot.
func host(s string) bool {
	return strings.Contains(s, ".") && only(s, hostLetters) && !strings.HasPrefix(s, ".") && !strings.HasSuffix(s, ".")
}

const hostLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

// address says what is wrong with a URL that requests will go to. Plain http is for loopback, and with linkLocal for
// 169.254.0.0/16 and fe80::/10 too, where clouds keep their metadata services.
func address(s string, linkLocal bool) (wrong, fix string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Hostname() == "" || strings.ContainsAny(s, " \t\n") {
		return quote(s) + " is not an address", "write https://HOST"
	}
	switch {
	case u.User != nil:
		return "an address with a user or a password is refused", "write https://HOST"
	case u.RawQuery != "" || u.Fragment != "":
		return "an address with a query is refused", "write https://HOST/PATH"
	case u.Scheme == "https", u.Scheme == "http" && plainHTTP(u.Hostname(), linkLocal):
		return "", ""
	case u.Scheme == "http":
		return "plain http to " + quote(u.Hostname()) + " is refused: tokens travel here", "write https://; http is for loopback only"
	}
	return "scheme " + quote(u.Scheme) + " is refused", "write https://HOST"
}

func plainHTTP(name string, linkLocal bool) bool {
	if name == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(name)
	return err == nil && (a.IsLoopback() || linkLocal && a.IsLinkLocalUnicast())
}

// digits says whether s is a number without sign.
func digits(s string) bool { return s != "" && only(s, "0123456789") }

// only says whether s is made of these characters.
func only(s, letters string) bool {
	return strings.Trim(s, letters) == "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(letters, r) })
}
