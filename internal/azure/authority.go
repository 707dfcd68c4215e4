package azure

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// DefaultAuthority is Entra's address in the public cloud.
const DefaultAuthority = "https://login.microsoftonline.com/"

// authorityHosts are Entra's own names, those of the sovereign clouds included. An assertion that went to any other
// host could be used there to sign in as the workload.
func authorityHosts() []string {
	return []string{
		"login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net",
		"login.microsoftonline.us", "login-us.microsoftonline.com", "login.usgovcloudapi.net",
		"login.partner.microsoftonline.cn", "login.chinacloudapi.cn",
		"login.sovcloud-identity.fr", "login.sovcloud-identity.de", "login.sovcloud-identity.sg",
	}
}

// checkAuthority returns the address without a trailing slash.
func checkAuthority(raw string) (string, error) {
	if raw == "" {
		raw = DefaultAuthority
	}
	return trusted(bridge.HopEntra, "authority host", raw, func(host string) bool { return slices.Contains(authorityHosts(), host) })
}

// trusted checks an address that a secret will be sent to: https on one of the cloud's own hosts, or anything on
// loopback, where the sandbox is.
func trusted(hop bridge.Hop, what, raw string, known func(host string) bool) (string, error) {
	refuse := func(code, text, hint string) (string, error) {
		return "", &bridge.Error{Kind: bridge.Usage, Hop: hop, Code: code, Text: text, Hint: hint}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return refuse("address_malformed", what+" is not an address of the form https://HOST/", "use https://HOST/, without user, query or fragment")
	}
	host := strings.ToLower(u.Hostname())
	if loopback(host) {
		if u.Scheme != "http" && u.Scheme != "https" {
			return refuse("address_malformed", what+" is neither http nor https", "use https://HOST/")
		}
		return strings.TrimSuffix(u.String(), "/"), nil
	}
	switch {
	case !known(host):
		return refuse("host_refused", fmt.Sprintf("%s %s is not one of Microsoft's, and would be handed a token", what, host),
			"use the cloud's own address, or a loopback one for the sandbox")
	case u.Scheme != "https":
		return refuse("host_refused", fmt.Sprintf("%s %s must be reached over https", what, host), "write https://"+host+"/")
	case u.Port() != "" && u.Port() != "443":
		return refuse("host_refused", fmt.Sprintf("%s %s has a port, which Microsoft's have not", what, host), "write https://"+host+"/")
	case strings.Trim(u.Path, "/") != "":
		return refuse("address_malformed", fmt.Sprintf("%s %s has a path", what, host), "write https://"+host+"/")
	}
	return "https://" + host, nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// hostOf names an address in traces and errors.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
