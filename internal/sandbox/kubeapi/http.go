package kubeapi

import (
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// authorized compares without telling by its time how much was right; no secret is nobody's secret.
func (a *API) authorized(r *http.Request) bool {
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	want := a.options.Admin
	return strings.EqualFold(scheme, "Bearer") && !want.Empty() && subtle.ConstantTimeCompare([]byte(got), []byte(want.Reveal())) == 1
}

// hostOf is the name that the caller asked for, without the port.
func hostOf(r *http.Request) string {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

func write(rw http.ResponseWriter, status int, v any) { writeBody(rw, status, encode(v)) }

func writeBody(rw http.ResponseWriter, status int, body []byte) {
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-cache, private")
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil { // what came in as JSON goes out as JSON
		panic(err)
	}
	return body
}
