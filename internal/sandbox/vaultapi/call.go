package vaultapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// call is one request on its way, with its caller and the parts of its path.
type call struct {
	*http.Request
	rw    http.ResponseWriter
	world *world.World
	who   armapi.Caller
	part  map[string]string
}

// object is a JSON object.
type object = map[string]any

func (c *call) write(status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own structs and maps always encode
		panic(err)
	}
	h := c.rw.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("x-ms-request-id", world.GUID())
	h.Set("x-ms-correlation-request-id", world.GUID())
	c.rw.WriteHeader(status)
	_, _ = c.rw.Write(body)
}

// problem refuses in the shape that most resource providers share.
func (c *call) problem(status int, code, message string) {
	c.write(status, object{"error": object{"code": code, "message": message}})
}

// fine checks what Resource Manager does before it hands a request on.
func (c *call) fine() bool {
	if c.URL.Query().Get("api-version") == "" {
		c.problem(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
		return false
	}
	id := c.part["sub"]
	if id == "" {
		return true
	}
	s, err := c.world.Subscription(id)
	if err != nil || s.TenantID != c.who.Tenant {
		c.problem(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
		return false
	}
	return true
}

// may says whether the caller has an action on a scope, and refuses it when not.
func (c *call) may(action, scope string) bool {
	if c.world.Allowed(c.who.ObjectID, action, scope) {
		return true
	}
	c.problem(http.StatusForbidden, "AuthorizationFailed", "The client '"+c.who.Name+"' with object id '"+c.who.ObjectID+
		"' does not have authorization to perform action '"+action+"' over scope '"+scope+"' or the scope is invalid. If access was recently granted, please refresh your credentials.")
	return false
}

func (c *call) readBody(into any) bool {
	content, err := io.ReadAll(c.Body)
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			c.problem(http.StatusRequestEntityTooLarge, "RequestContentTooLarge", "The request content is larger than what is allowed.")
		}
		return false // the caller has gone
	}
	if err := json.Unmarshal(content, into); err != nil {
		c.problem(http.StatusBadRequest, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
		return false
	}
	return true
}

// base is the address under which the caller reached us: what links in answers begin with.
func (c *call) base() string {
	if c.TLS == nil {
		return "http://" + c.Host
	}
	return "https://" + c.Host
}

// list answers with one page, and a link to the next: null on the last, as Azure Backup writes it.
func (c *call) list(items []object, size int) {
	query, start := c.URL.Query(), 0
	if text := query.Get("$skipToken"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			c.problem(http.StatusBadRequest, "InvalidSkipToken", "The skip token '"+text+"' is not valid.")
			return
		}
		start = min(n, len(items))
	}
	end := min(start+size, len(items))
	out := object{"value": append([]object{}, items[start:end]...), "nextLink": nil}
	if end < len(items) {
		query.Set("$skipToken", strconv.Itoa(end))
		out["nextLink"] = c.base() + c.URL.EscapedPath() + "?" + query.Encode()
	}
	c.write(http.StatusOK, out)
}

// stamp writes a time with seven digits of a second, as Azure does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
