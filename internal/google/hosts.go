package google

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// DefaultUniverse is the public Google Cloud.
const DefaultUniverse = "googleapis.com"

// A service of Google's, by the first label of its host.
const (
	stsService    = "sts"
	iamService    = "iamcredentials"
	vertexService = "aiplatform"
)

var (
	regionForm   = bridge.FormOf(`^[a-z]+(-[a-z]+[0-9]+)?$`)
	labelForm    = bridge.FormOf(`^[a-z0-9-]+$`)
	universeForm = bridge.FormOf(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

// stsHost is the global endpoint, or the regional one that keeps the exchange in a region.
func stsHost(region, universe string) string {
	if region == "" || region == "global" {
		return stsService + "." + universe
	}
	return stsService + "." + region + ".rep." + universe
}

// VertexHost is the one host that serves a location: regional, global, or the multi-regions us and eu.
func VertexHost(location, universe string) string {
	switch location {
	case "global":
		return vertexService + "." + universe
	case "us", "eu":
		return vertexService + "." + location + ".rep." + universe
	}
	return location + "-" + vertexService + "." + universe
}

// googleHost says whether host is one of Google's own for a service: global, mTLS, regional, or Private Service Connect.
// It is asked about hosts that came from a file, so it knows no pattern that somebody else could register.
func googleHost(host, service, universe string) bool {
	rest, ok := strings.CutSuffix(strings.ToLower(host), "."+universe)
	if !ok {
		return false
	}
	if rest == service || rest == service+".mtls" {
		return true
	}
	if endpoint, ok := strings.CutSuffix(rest, ".p"); ok {
		name, ok := strings.CutPrefix(endpoint, service+"-")
		return ok && labelForm().MatchString(name)
	}
	if region, ok := strings.CutSuffix(rest, ".rep"); ok {
		region, ok = strings.CutPrefix(region, service+".")
		return ok && regionForm().MatchString(region)
	}
	region, ok := strings.CutSuffix(rest, "-"+service)
	return ok && regionForm().MatchString(region)
}

// checkGoogleURL judges a URL of a credential file.
func checkGoogleURL(raw, service, universe string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return errors.New("is not a URL")
	case u.Scheme != "https":
		return errors.New("is not https")
	case u.User != nil || u.Port() != "" && u.Port() != "443":
		return errors.New("has user information or a port")
	case !googleHost(u.Hostname(), service, universe):
		return fmt.Errorf("goes to %s, which is not google's", u.Hostname())
	}
	return nil
}

// Endpoint returns the base URL of a service: the operator's own (https, or http on loopback), else the host's.
func Endpoint(name, override, host string) (string, error) {
	if override == "" {
		return "https://" + host, nil
	}
	u, err := url.Parse(override)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", endpointRefused(name, "is not an http or https URL")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", endpointRefused(name, "has more than scheme, host and path")
	case u.Scheme == "http" && !wire.PlainHost(u.Hostname()):
		return "", endpointRefused(name, "sends tokens over plain http to "+u.Hostname())
	}
	return strings.TrimSuffix(override, "/"), nil
}

func endpointRefused(name, why string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Code: "endpoint_refused", Text: "the " + name + " endpoint " + why,
		Hint: "use https://HOST, or http on loopback",
	}
}

// Universe returns the universe domain to use, or refuses one that is not a domain.
func Universe(domain string) (string, error) {
	if domain == "" {
		return DefaultUniverse, nil
	}
	if !universeForm().MatchString(domain) {
		return "", &bridge.Error{
			Kind: bridge.Usage, Code: "universe_domain_invalid", Text: fmt.Sprintf("universe domain %q is not a domain name", domain),
			Hint: "leave it out for " + DefaultUniverse,
		}
	}
	return domain, nil
}
