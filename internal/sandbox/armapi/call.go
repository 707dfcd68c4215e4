package armapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// call is one request on its way, with its caller and the parts of its path.
type call struct {
	*http.Request
	rw    http.ResponseWriter
	world *world.World
	who   Caller
	part  map[string]string
	sub   world.Subscription // zero when the path names none
}

// object is a JSON object whose members are kept as they came.
type object = map[string]any

// write answers in the compact JSON of Azure's front ends.
func (c *call) write(status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own structs and maps always encode
		panic(err)
	}
	h := c.rw.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	h.Set("x-ms-request-id", world.GUID())
	c.rw.WriteHeader(status)
	_, _ = c.rw.Write(body)
}

type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// problem refuses in the shape that most resource providers share.
func (c *call) problem(status int, code, message string) {
	c.rw.Header().Set("x-ms-failure-cause", "gateway")
	c.write(status, map[string]problem{"error": {code, message}})
}

// notPretended says in Azure's shape that the real API may know this call and the sandbox does not.
func notPretended(rw http.ResponseWriter, r *http.Request) {
	(&call{rw: rw, Request: r}).problem(http.StatusNotImplemented, "NotImplemented",
		"The sandbox does not pretend "+r.Method+" "+r.URL.Path+". The real API may know it.")
}

// may says whether the caller has an action on a scope, and refuses it when not.
func (c *call) may(action, scope string) bool {
	if c.world.Allowed(c.who.ObjectID, action, scope) {
		return true
	}
	c.unauthorized(action, scope)
	return false
}

// mayBelow is may for lists, which show what the caller may see.
func (c *call) mayBelow(action, scope string) bool {
	if c.world.AllowedBelow(c.who.ObjectID, action, scope) {
		return true
	}
	c.unauthorized(action, scope)
	return false
}

func (c *call) unauthorized(action, scope string) {
	if scope == "" {
		scope = "/"
	}
	c.problem(http.StatusForbidden, "AuthorizationFailed",
		"The client '"+c.who.Name+"' with object id '"+c.who.ObjectID+"' does not have authorization to perform action '"+action+
			"' over scope '"+scope+"' or the scope is invalid. If access was recently granted, please refresh your credentials.")
}

// findSubscription puts the path's subscription into the call, or refuses.
func (c *call) findSubscription(id string) bool {
	s, err := c.world.Subscription(id)
	if err != nil {
		c.problem(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
		return false
	}
	if s.TenantID != c.who.Tenant {
		c.wrongTenant(s.TenantID)
		return false
	}
	c.sub = s
	return true
}

func (c *call) wrongTenant(tenant string) {
	const authority = "https://login.windows.net/"
	c.rw.Header().Set("WWW-Authenticate", `Bearer authorization_uri="`+authority+tenant+`", error="invalid_token", error_description="The access token is from the wrong issuer. It must match the tenant associated with this subscription."`)
	c.problem(http.StatusUnauthorized, "InvalidAuthenticationTokenTenant",
		"The access token is from the wrong issuer '"+c.who.Issuer+"'. It must match the tenant 'https://sts.windows.net/"+tenant+"/' associated with this subscription. "+
			"Please use the authority (URL) '"+authority+tenant+"' to get the token. "+
			"Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). "+
			"If you just transferred your subscription and see this error message, please try back later.")
}

// findGroup says whether the path's resource group is there, or refuses.
func (c *call) findGroup() bool {
	if _, _, ok := groupOf(c.sub, c.part["group"]); ok {
		return true
	}
	c.problem(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '"+c.part["group"]+"' could not be found.")
	return false
}

// groupOf finds a resource group in any case.
func groupOf(s world.Subscription, name string) (id, location string, ok bool) {
	for id, location := range s.Groups {
		if strings.EqualFold(id, name) {
			return id, location, true
		}
	}
	return "", "", false
}

// resourceNotFound is what Resource Manager says of a resource that is not there.
func (c *call) resourceNotFound(kind, name string) {
	c.problem(http.StatusNotFound, "ResourceNotFound", "The Resource '"+kind+"/"+name+"' under resource group '"+c.part["group"]+
		"' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix")
}

// readBody reads a JSON object, or refuses.
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
