package keyvault

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
)

// Roles that allow what is asked here (https://learn.microsoft.com/azure/key-vault/general/rbac-guide).
const (
	roleSign    = "Key Vault Crypto User"
	roleRead    = "Key Vault Secrets User"
	roleOfficer = "Key Vault Secrets Officer"
)

// attempt is one call, for its refusal.
type attempt struct {
	Reference
	verb string // "sign with", "read"
	role string
}

func (a attempt) what() string {
	one := "key "
	if a.Kind == KindSecret {
		one = "secret "
	}
	out := a.verb + " " + one + a.Name + " of vault " + a.Vault()
	if a.Version != "" {
		out += ", version " + a.Version
	}
	return out
}

// refusal turns the SDK's error into ours. Nothing of a body gets into it but Key Vault's code and sentence.
func (a attempt) refusal(ctx context.Context, err error) *bridge.Error {
	said := hear(err)
	out := rest.Refusal(ctx, rest.Attempt{Hop: bridge.HopKeys, What: a.what(), Role: a.role, Scope: said.scope()}, err)
	if out.Code == "bad_answer" {
		out.Cause = nil // a text that could not be read may be part of a value
	}
	if out.Status == 0 {
		return out
	}
	if said.inner != "" {
		out.Code = said.inner
	}
	if who := said.caller(); who != "" {
		out.Hint = strings.Replace(out.Hint, "YOUR-OBJECT-ID", who, 1)
	}
	a.advise(out)
	return out
}

// advise says what to do about what Key Vault alone refuses.
func (a attempt) advise(out *bridge.Error) {
	thing := "secret"
	if a.Kind == KindKey {
		thing = "key"
	}
	switch out.Code {
	case "ForbiddenByPolicy", "AccessDenied":
		out.Kind = bridge.Denied
		out.Hint = "the vault goes by access policies and not by roles: let it go by roles, or az keyvault set-policy --name " + a.Vault() + " --object-id YOUR-OBJECT-ID --" + thing + "-permissions get"
	case "ForbiddenByFirewall", "ForbiddenByConnection":
		out.Kind, out.Hint = bridge.Denied, "the vault's firewall keeps this network out: az keyvault network-rule list --name "+a.Vault()
	case "SecretDisabled", "KeyDisabled":
		out.Kind, out.Hint = bridge.Usage, "enable the version, or make a new one: az keyvault "+thing+" set-attributes --vault-name "+a.Vault()+" --name "+a.Name+" --enabled true"
	case "KeyExpired", "KeyNotYetValid":
		out.Kind, out.Hint = bridge.Usage, "make a new version: az keyvault key rotate --vault-name "+a.Vault()+" --name "+a.Name
	case "ObjectIsDeletedButRecoverable":
		out.Hint = a.recovery()
	case "ObjectIsBeingRecovered", "ObjectIsBeingDeleted", "ObjectIsBeingPurged":
		out.Kind, out.Retry, out.Hint = bridge.Unreachable, true, "it is on its way: try again in a minute"
	case "SecretNotFound", "KeyNotFound":
		out.Hint = "check the reference; if it was deleted: " + a.recovery()
	}
}

func (a attempt) recovery() string {
	thing := strings.TrimSuffix(string(a.Kind), "s")
	return "az keyvault " + thing + " recover --vault-name " + a.Vault() + " --name " + a.Name
}

// missing says that Key Vault has no such thing.
func missing(err error) bool {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && answer.StatusCode == http.StatusNotFound
}

// heard is what of a refusal is Key Vault's own: {"error": {"code", "message", "innererror": {"code"}}}.
type heard struct{ inner, message string }

func hear(err error) heard {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok || answer.RawResponse == nil {
		return heard{}
	}
	body, err := runtime.Payload(answer.RawResponse)
	if err != nil {
		return heard{}
	}
	var form struct {
		Error struct {
			Message string `json:"message"`
			Inner   struct {
				Code string `json:"code"`
			} `json:"innererror"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &form) != nil {
		return heard{}
	}
	out := heard{message: form.Error.Message}
	if codeForm().MatchString(form.Error.Inner.Code) {
		out.inner = form.Error.Inner.Code
	}
	return out
}

var (
	codeForm     = bridge.FormOf(`^[A-Za-z]{1,64}$`)
	callerForm   = bridge.FormOf(`;oid=([0-9a-fA-F-]{36});`)
	resourceForm = bridge.FormOf(`(?i)Resource: '(/subscriptions/[0-9a-z/._()-]+/vaults/[0-9a-z-]+)`)
)

// caller is whom Key Vault takes us for; "" when it does not say.
func (h heard) caller() string {
	if m := callerForm().FindStringSubmatch(h.message); m != nil {
		return m[1]
	}
	return ""
}

// scope is the vault's resource id, where a role would have to be given.
func (h heard) scope() string {
	if m := resourceForm().FindStringSubmatch(h.message); m != nil {
		return m[1]
	}
	return "VAULT-RESOURCE-ID"
}
