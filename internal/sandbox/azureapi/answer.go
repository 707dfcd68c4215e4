package azureapi

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// writeJSON answers in the compact JSON of Azure's front ends.
func writeJSON(rw http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own structs and maps always encode
		panic(err)
	}
	h := rw.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store, no-cache")
	}
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}

// azureProblem is the error shape that most of Azure's APIs share.
type azureProblem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func writeProblem(rw http.ResponseWriter, status int, code, message string) {
	h := rw.Header()
	h.Set("x-ms-failure-cause", "gateway")
	h.Set("x-ms-request-id", world.GUID())
	writeJSON(rw, status, map[string]azureProblem{"error": {Code: code, Message: message}})
}

// notPretended says in Azure's shape that the real API may know this call and the sandbox does not.
func notPretended(rw http.ResponseWriter, r *http.Request) {
	writeProblem(rw, http.StatusNotImplemented, "NotImplemented",
		"The sandbox does not pretend "+r.Method+" "+r.URL.Path+". The real API may know it.")
}

// hostOf is the name that the caller asked for, without the port.
func hostOf(r *http.Request) string {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// baseURL is the address under which the caller reached us: what discovery documents point back to.
func baseURL(r *http.Request) string {
	if r.TLS == nil {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// secretIs compares without telling by its time how much was right; no secret is nobody's secret.
func secretIs(got string, want bridge.Secret) bool {
	return !want.Empty() && subtle.ConstantTimeCompare([]byte(got), []byte(want.Reveal())) == 1
}
