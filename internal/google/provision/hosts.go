package provision

import (
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// loopback says whether a host is this machine: a sandbox.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// trusted says whether a host may be handed what proves the operator: Google's own, which Private Service Connect's are too.
// A file that somebody else wrote could name any other.
func trusted(host string) bool {
	host = strings.ToLower(host)
	return host == "accounts.google.com" || strings.HasSuffix(host, ".googleapis.com")
}

// credentialURLs are the addresses in a credential file to which Google's libraries send what the file holds.
type credentialURLs struct {
	Type             string          `json:"type"`
	TokenURI         string          `json:"token_uri"`
	TokenURL         string          `json:"token_url"`
	TokenInfoURL     string          `json:"token_info_url"`
	ImpersonationURL string          `json:"service_account_impersonation_url"`
	Source           json.RawMessage `json:"source_credentials"`
}

var errKeyInside = errors.New("a service-account key")

// judgeFile looks at a credential file and at those inside it. Its error is errKeyInside, or says where the file would have
// the operator's proof sent.
func judgeFile(content []byte, depth int) error {
	var f credentialURLs
	if err := json.Unmarshal(content, &f); err != nil || depth > 4 {
		return errors.New("which is not one of Google's")
	}
	if f.Type == "service_account" || f.Type == "gdch_service_account" {
		return errKeyInside
	}
	for _, raw := range []string{f.TokenURI, f.TokenURL, f.TokenInfoURL, f.ImpersonationURL} {
		if raw == "" {
			continue
		}
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || u.User != nil {
			return errors.New("with an address that is none")
		}
		if loopback(u.Hostname()) || u.Scheme == "https" && trusted(u.Hostname()) {
			continue
		}
		return errors.New("that would send what it holds to " + u.Scheme + "://" + u.Hostname() + ", which is not google's")
	}
	if len(f.Source) > 0 {
		return judgeFile(f.Source, depth+1)
	}
	return nil
}
