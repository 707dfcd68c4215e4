package gateway

import (
	"net"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

const googleDomain = ".googleapis.com"

// agree holds the Host header against the path: whoever sends his calls to us under one of Google's own names (by DNS or
// a proxy) names a region twice, and the two must be the same. A path without a location takes the host's.
func agree(host string, t *prompt.Target) error {
	location, google := hostLocation(host)
	switch {
	case !google:
		return nil
	case location == "":
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "host_refused", Text: "the host is a Google service other than vertex ai",
			Hint: "send calls to the gateway's own address",
		}
	case t.Location == "" && t.Project == "":
		t.Location = location
		return nil
	case t.Location != location:
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "region_mismatch",
			Text: "the host is for location " + location + " and the path for " + t.Location,
			Hint: "let both name the same location, or send calls to the gateway's own address",
		}
	}
	return nil
}

// hostLocation says which location a Vertex AI host serves, "" for another service, and whether the host is Google's.
func hostLocation(host string) (location string, google bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	service, google := strings.CutSuffix(host, googleDomain)
	if !google {
		return "", false
	}
	if service == "aiplatform" || service == "aiplatform.mtls" {
		return "global", true
	}
	if region, ok := strings.CutSuffix(strings.TrimSuffix(service, ".mtls"), "-aiplatform"); ok && name(region, "-") {
		return region, true
	}
	if region, ok := strings.CutSuffix(service, ".rep"); ok {
		if region, ok = strings.CutPrefix(region, "aiplatform."); ok && name(region, "-") {
			return region, true
		}
	}
	return "", true
}

// plain refuses what makes two readers see two requests: a request for a proxy, an overridden verb, an encoded body, and
// several of a header of which there can be one.
func plain(r *http.Request) error {
	switch {
	case r.URL.Host != "" || r.Method == http.MethodConnect:
		return oddRequest("proxy_refused", "the gateway is no forward proxy: the request line names another host", "use the gateway's address as base URL")
	case r.Header["X-Http-Method-Override"] != nil || r.Header["X-Http-Method"] != nil || r.Header["X-Method-Override"] != nil:
		return oddRequest("method_override", "a header overrides the request's method", "send the request with its own method")
	case len(r.Header["Content-Encoding"]) > 0 && r.Header.Get("Content-Encoding") != "identity":
		return oddRequest("body_encoded", "the request body is compressed", "send it as it is")
	case len(r.TransferEncoding) > 1:
		return oddRequest("transfer_encoding", "the request has more than one transfer encoding", "")
	case r.Header["Upgrade"] != nil:
		return oddRequest("upgrade_refused", "the gateway changes to no other protocol", "")
	}
	for _, key := range []string{"Authorization", "X-Goog-Api-Key", "X-Api-Key", "Api-Key", "Content-Type", "Content-Length"} {
		if len(r.Header[key]) > 1 {
			return oddRequest("header_repeated", "the request has more than one header "+key, "")
		}
	}
	return nil
}

func oddRequest(code, text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: code, Text: text, Hint: hint}
}
