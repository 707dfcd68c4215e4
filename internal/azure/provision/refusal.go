package provision

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// attempt says what was tried, for the refusal: a verb and a thing, and who may do it.
type attempt struct {
	what  string // "read the identities of resource group rg"
	role  string // that would be allowed to
	scope string // where
}

// refusal turns what the SDK says into our error, in the words of set-up.
func (k *Keeper) refusal(ctx context.Context, a attempt, err error) error {
	out := rest.Refusal(ctx, rest.Attempt{Hop: bridge.HopARM, What: a.what, Role: a.role, Scope: a.scope}, err)
	if status(err) != 0 { // else nobody answered, or it was no call of theirs
		k.judge(out)
	}
	return out
}

// judge says what is otherwise for an operator, who writes too.
func (k *Keeper) judge(out *bridge.Error) {
	switch status := out.Status; {
	case status == http.StatusUnauthorized:
		out.Hint = "sign in again, to the tenant of the subscription: " + k.signIn()
	case out.Code == "AuthorizationFailed":
		out.Hint += ", and a new sign-in"
	case status == http.StatusForbidden:
		out.Kind, out.Hint = bridge.Denied, "an Azure policy or a condition forbids it: ask whoever looks after the subscription"
	case out.Code == "ScopeLocked":
		out.Kind, out.Hint = bridge.Denied, "a lock protects it: az lock list --resource-group NAME"
	case out.Code == "ResourceGroupNotFound":
		out.Hint = "make it, or correct the resource group in landbridge.yaml: az group list --output table"
	case out.Code == "SubscriptionNotFound":
		out.Hint = "correct the subscription in landbridge.yaml, or sign in to its tenant: az account list --output table"
	case out.Code == "MissingSubscriptionRegistration":
		out.Hint = "register the resource provider once: az provider register --namespace Microsoft.ManagedIdentity --wait"
	case out.Code == "PrincipalNotFound":
		out.Kind, out.Retry = bridge.Unreachable, true
		out.Hint = "a new identity is known everywhere after a minute: try again"
		out.RetryAfter = max(out.RetryAfter, 10*time.Second)
	case status == http.StatusConflict || status == http.StatusPreconditionFailed:
		out.Kind, out.Retry = bridge.Unreachable, true
		out.Hint = "something else changes it at the moment: try again in a minute"
	case wire.RetryStatus(status):
		out.Hint = "Resource Manager is overloaded or throttles this subscription: try again in a minute"
	}
}

func (k *Keeper) signIn() string {
	if k.o.TenantID == "" {
		return "az login"
	}
	return "az login --tenant " + k.o.TenantID
}

// status is the HTTP status of the SDK's error; 0 when there was no answer.
func status(err error) int {
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return answer.StatusCode
	}
	return 0
}

// code is the code of the SDK's error.
func code(err error) string {
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		return answer.ErrorCode
	}
	return ""
}
