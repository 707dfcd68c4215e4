package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const adminPrefix = "/sandbox/v1"

// admin changes the world from outside: what tests and the command line use. It answers callers on this machine that
// name a loopback host, and no browser page: an Origin header is refused.
type admin struct {
	*state
	mux *http.ServeMux
}

func isAdmin(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, adminPrefix+"/")
}

func newAdmin(st *state) *admin {
	a := &admin{state: st, mux: http.NewServeMux()}
	for pattern, serve := range map[string]func(*http.Request) (any, error){
		"GET /profile":                         a.getProfile,
		"POST /faults":                         a.setFault,
		"DELETE /faults/{api}":                 a.clearFault,
		"GET /provoke":                         a.listProvocations,
		"POST /provoke":                        a.provokeNow,
		"DELETE /provoke":                      a.healNow,
		"DELETE /provoke/{code}":               a.healNow,
		"PUT /storage/accounts/{account}":      a.putStorageAccount,
		"POST /storage/blobs":                  a.blobEvent,
		"POST /storage/rot":                    a.rotBlob,
		"POST /storage/faults":                 a.blobFault,
		"DELETE /storage/faults":               a.healBlobs,
		"POST /keys/rotate":                    a.rotateKeys,
		"POST /vaults/{vault}/{secret}/age":    a.ageSecret,
		"POST /tokens":                         a.mint,
		"POST /tokens/azure-operator":          a.azureOperator,
		"POST /tokens/google-operator":         a.mintOperator,
		"POST /bindings":                       a.bind,
		"DELETE /bindings":                     a.unbind,
		"POST /roles":                          a.addRole,
		"PATCH /pools/{pool}":                  a.patchPool,
		"GET /pools/{pool}/providers/{id}":     a.getProvider,
		"PUT /pools/{pool}/providers/{id}":     a.putProvider,
		"PATCH /pools/{pool}/providers/{id}":   a.patchProvider,
		"PATCH /projects/{project}":            a.patchProject,
		"PATCH /serviceAccounts/{account}":     a.patchAccount,
		"POST /serviceAccounts/{account}/keys": a.addKey,
		"PUT /pace":                            a.setPace,
		"PUT /buckets/{bucket}":                a.putBucket,
		"POST /buckets/{bucket}/damage":        a.damageObject,
		"POST /buckets/{bucket}/objects":       a.putObject,
		"DELETE /buckets/{bucket}/objects":     a.removeObject,
		"PUT /clusters/accounts/{ns}/{name}":   a.addAccount,
		"DELETE /pools/{pool}/providers/{id}":  a.deleteProvider,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		a.mux.HandleFunc(method+" "+adminPrefix+path, func(rw http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(rw, r.Body, 16<<20)
			out, err := serve(r)
			answerAdmin(rw, out, err)
		})
	}
	a.mux.HandleFunc("GET "+adminPrefix+"/ca.pem", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = io.WriteString(rw, st.profile.CAPEM)
	})
	return a
}

func (a *admin) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !local(r) {
		answerAdmin(rw, nil, &adminError{http.StatusForbidden, "the admin API answers programs on this machine only"})
		return
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		answerAdmin(rw, nil, &adminError{http.StatusNotFound, fmt.Sprintf("no admin route %s %s; docs/sandbox.md lists them", r.Method, r.URL.Path)})
		return
	}
	a.mux.ServeHTTP(rw, r)
}

// local says whether the caller is a program on this machine: a loopback peer, a loopback Host (a page elsewhere could
// bind its name to 127.0.0.1), and no Origin.
func local(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || r.Header.Get("Origin") != "" || r.Header.Get("X-Forwarded-For") != "" {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// adminError is a refusal of the admin API with its status.
type adminError struct {
	status int
	text   string
}

func (e *adminError) Error() string { return e.text }

func badAdmin(format string, args ...any) error {
	return &adminError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

func answerAdmin(rw http.ResponseWriter, out any, err error) {
	status := http.StatusOK
	if err != nil {
		status = http.StatusBadRequest
		if e, ok := errors.AsType[*adminError](err); ok {
			status = e.status
		}
		if _, ok := errors.AsType[*world.NotFound](err); ok {
			status = http.StatusNotFound
		}
		out = map[string]string{"error": err.Error()}
	}
	if out == nil {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(out)
}

// body reads a JSON body strictly: an unknown field is an error, not something forgotten.
func body[T any](r *http.Request) (T, error) {
	var out T
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&out); err != nil {
		return out, badAdmin("the body does not fit: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return out, nil
}

func (a *admin) getProfile(*http.Request) (any, error) { return a.profile, nil }

func (a *admin) clearFault(r *http.Request) (any, error) {
	a.world.SetFault(r.PathValue("api"), world.Fault{})
	return nil, nil
}

// rotateKeys changes the signing key of one issuer, or of every cluster. keep is how many old keys stay published.
func (a *admin) rotateKeys(r *http.Request) (any, error) {
	req, err := body[struct {
		Issuer string `json:"issuer"`
		Keep   *int   `json:"keep"`
	}](r)
	if err != nil {
		return nil, err
	}
	keep := 1
	if req.Keep != nil {
		keep = max(*req.Keep, 0)
	}
	targets := rings(a.world)
	if req.Issuer != "" {
		ring, ok := a.world.IssuerKeys(req.Issuer)
		if !ok {
			return nil, &world.NotFound{Kind: "issuer", Name: req.Issuer}
		}
		targets = []*world.KeyRing{ring}
	}
	for _, ring := range targets {
		ring.Rotate(keep)
	}
	return nil, nil
}
