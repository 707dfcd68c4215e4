package keyvaultapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Problem is a refusal in Key Vault's words.
type Problem struct {
	Status        int
	Code, Message string
	Inner         string // innererror.code; may be empty
}

func problem(status int, code, message string) *Problem {
	return &Problem{Status: status, Code: code, Message: message}
}

func badParameter(message string) *Problem {
	return problem(http.StatusBadRequest, "BadParameter", message)
}

func (p *Problem) write(rw http.ResponseWriter) {
	said := map[string]any{"code": p.Code, "message": p.Message}
	if p.Inner != "" {
		said["innererror"] = map[string]any{"code": p.Inner}
	}
	write(rw, p.Status, map[string]any{"error": said})
}

func answer(rw http.ResponseWriter, out any) {
	if out == nil {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	write(rw, http.StatusOK, out)
}

func write(rw http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own maps always encode
		panic(err)
	}
	h := rw.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	rw.WriteHeader(status)
	_, _ = rw.Write(body)
}

// notPretended says in Azure's shape that the real API may know this call and the sandbox does not.
func notPretended(r *http.Request) *Problem {
	return problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend "+r.Method+" "+r.URL.Path+". The real API may know it.")
}

// forbidden is the refusal of a vault that goes by roles.
func (c *call) forbidden(action string) *Problem {
	p := problem(http.StatusForbidden, "Forbidden", strings.Join([]string{
		"Caller is not authorized to perform action on resource.",
		"If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
		"Caller: appid=" + c.who.ClientID + ";oid=" + c.who.ObjectID + ";iss=" + c.who.Issuer,
		"Action: 'Microsoft.KeyVault/vaults/" + action + "'",
		"Resource: '" + strings.ToLower(c.scope()) + "'",
		"Assignment: (not found)",
		"DenyAssignmentId: null",
		"DecisionReason: null",
		"Vault: " + c.Vault.Name + ";location=" + c.Vault.Location,
	}, "\r\n"))
	p.Inner = "ForbiddenByRbac"
	return p
}

// read takes the JSON of a request.
func (c *call) read(into any) *Problem {
	body, err := io.ReadAll(c.Body)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return problem(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is too large.")
	}
	if err != nil || json.Unmarshal(body, into) != nil {
		return badParameter("The request body is not the JSON that is due.")
	}
	return nil
}
