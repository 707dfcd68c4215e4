package armapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// credentialName is 3 to 120 letters, digits, - and _, a letter or digit first.
var credentialName = bridge.FormOf(`^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$`)

// maxCredentials is how many one identity may have.
const maxCredentials = 20

// putCredential makes a credential or replaces one. Entra looks at what is new only after a while.
func (a *API) putCredential(c *call) {
	i, ok := a.parent(c, "write")
	if !ok {
		return
	}
	done, ok := a.alone(c, i)
	if !ok {
		return
	}
	defer done()
	var in struct {
		Properties trust.FederatedCredential `json:"properties"`
	}
	if !c.readBody(&in) {
		return
	}
	fresh := in.Properties
	fresh.Name = c.part["credential"]
	status, spreads := http.StatusCreated, a.world.Pace().Federation
	var refused *problem
	var next world.Identity
	err := a.world.UpdateIdentity(i.ClientID, func(i *world.Identity) error {
		at := indexOf(*i, fresh.Name)
		if refused = refuseCredential(*i, at, fresh); refused != nil {
			return nil
		}
		if at < 0 {
			i.Credentials = append(i.Credentials, fresh)
		} else {
			status, fresh.Name = http.StatusOK, i.Credentials[at].Name
			if sameCredential(i.Credentials[at], fresh) {
				next = *i
				return nil
			}
			i.Credentials[at] = fresh
		}
		if spreads > 0 {
			if i.Since == nil {
				i.Since = map[string]time.Time{}
			}
			i.Since[fresh.Name] = a.world.Now().Add(spreads)
		}
		next = *i
		return nil
	})
	switch {
	case err != nil:
		c.resourceNotFound(identityKind, c.part["name"])
	case refused != nil:
		c.problem(http.StatusBadRequest, refused.Code, refused.Message)
	default:
		c.write(status, credentialBody(next, fresh))
	}
}

func sameCredential(a, b trust.FederatedCredential) bool {
	return a.Issuer == b.Issuer && a.Subject == b.Subject && slices.Equal(a.Audiences, b.Audiences) && a.ClaimsMatchingExpression == nil && b.ClaimsMatchingExpression == nil
}

// refuseCredential is what Microsoft.ManagedIdentity says of a credential that it does not take; at is where the one of the
// same name stands, or -1.
func refuseCredential(i world.Identity, at int, f trust.FederatedCredential) *problem {
	const invalid = "BadRequest"
	switch {
	case !credentialName().MatchString(f.Name):
		return &problem{invalid, "The federated identity credential name '" + f.Name + "' is not valid. It must be 3 to 120 characters long, start with a letter or digit, and contain only letters, digits, '-' and '_'."}
	case len(f.Audiences) != 1:
		return &problem{invalid, "Federated identity credentials must have exactly one audience."}
	case at < 0 && len(i.Credentials) >= maxCredentials:
		return &problem{invalid, "Too many Federated Identity Credentials: a managed identity can have at most 20 federated identity credentials."}
	}
	for n, other := range i.Credentials {
		if n != at && f.ClaimsMatchingExpression == nil && other.Issuer == f.Issuer && other.Subject == f.Subject {
			return &problem{invalid, "Issuer and subject combination already exists for this Managed Identity."}
		}
	}
	for _, found := range trust.CheckFederated([]trust.FederatedCredential{f}) {
		_, field, _ := strings.Cut(found.Field, ".")
		return &problem{invalid, strings.ToUpper(field[:1]) + field[1:] + ": " + found.Text}
	}
	return nil
}
