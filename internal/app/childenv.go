package app

import (
	"maps"
	"net"
	"slices"
	"strings"
)

// childEnv is the environment that makes any Google SDK in a child process find the private metadata server, and nothing
// else. See the table of variables in docs/delivery.md for which SDK reads which.
type childEnv struct {
	MetadataAddr string // host:port, without scheme: every SDK wants it so
	Project      string
	Location     string
	// VertexURL redirects Vertex clients to the sandbox; empty for the real clouds.
	VertexURL string
	// EmptyConfigDir hides a well-known credentials file, which every SDK prefers to a metadata server.
	EmptyConfigDir string
	// Secrets are values by the variables that hold them.
	Secrets map[string]string
}

// hidden are variables that would win over the metadata server.
var hidden = [...]string{
	"GOOGLE_APPLICATION_CREDENTIALS", "google_application_credentials", "NO_GCE_CHECK", "GCE_METADATA_MTLS_MODE",
	"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
}

// owned says whether a variable is one by which the child finds the metadata server: no secret takes its place.
func owned(variable string) bool {
	for _, prefix := range []string{"GCE_METADATA_", "METADATA_SERVER_", "GOOGLE_", "CLOUDSDK_"} {
		if strings.HasPrefix(variable, prefix) {
			return true
		}
	}
	return slices.Contains(hidden[:], variable)
}

// apply returns base with the child's variables set and the hidden ones gone.
func (c childEnv) apply(base []string) []string {
	set := map[string]string{
		// Go, Node, Java and .NET read HOST; gcloud reads ROOT only; Python pings IP.
		"GCE_METADATA_HOST": c.MetadataAddr,
		"GCE_METADATA_ROOT": c.MetadataAddr,
		"GCE_METADATA_IP":   c.MetadataAddr,
		// Node would otherwise look for a Google BIOS or wait for a ping.
		"METADATA_SERVER_DETECTION": "assume-present",
	}
	if c.Project != "" {
		set["GOOGLE_CLOUD_PROJECT"] = c.Project
		set["CLOUDSDK_CORE_PROJECT"] = c.Project
	}
	if c.Location != "" {
		set["GOOGLE_CLOUD_LOCATION"] = c.Location
	}
	if c.VertexURL != "" {
		set["GOOGLE_VERTEX_BASE_URL"] = c.VertexURL
		set["GOOGLE_GENAI_USE_VERTEXAI"] = "true"
	}
	if c.EmptyConfigDir != "" {
		set["CLOUDSDK_CONFIG"] = c.EmptyConfigDir
	}
	maps.Copy(set, c.Secrets)
	host, _, _ := net.SplitHostPort(c.MetadataAddr)
	out := make([]string, 0, len(base)+len(set))
	for _, kv := range base {
		key, value, _ := strings.Cut(kv, "=")
		if slices.Contains(hidden[:], key) {
			continue
		}
		if _, ours := set[key]; ours {
			continue
		}
		// A proxy must not see metadata requests.
		if key == "NO_PROXY" || key == "no_proxy" {
			kv = key + "=" + withHost(value, host)
		}
		out = append(out, kv)
	}
	for _, key := range slices.Sorted(maps.Keys(set)) {
		out = append(out, key+"="+set[key])
	}
	if hasAny(base, "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy") && !hasAny(base, "NO_PROXY", "no_proxy") {
		out = append(out, "NO_PROXY="+host, "no_proxy="+host)
	}
	return out
}

func withHost(list, host string) string {
	if list == "" {
		return host
	}
	if slices.Contains(strings.Split(list, ","), host) || list == "*" {
		return list
	}
	return list + "," + host
}

func hasAny(environ []string, keys ...string) bool {
	return slices.ContainsFunc(environ, func(kv string) bool {
		key, value, _ := strings.Cut(kv, "=")
		return value != "" && slices.Contains(keys, key)
	})
}
