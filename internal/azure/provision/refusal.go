package provision

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// attempt says what was tried, for the refusal: a verb and a thing, and who may do it.
type attempt struct {
	what  string // "read the identities of resource group rg"
	role  string // that would be allowed to
	scope string // where
}

// refusal turns what the SDK says into our error.
func (k *Keeper) refusal(ctx context.Context, a attempt, err error) error {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return k.unanswered(ctx, a, err)
	}
	code, text := answer.ErrorCode, ""
	if answer.RawResponse != nil {
		if body, err := runtime.Payload(answer.RawResponse); err == nil {
			if said, sentence, ok := azure.Said(body); ok {
				code, text = said, sentence
			}
		}
	}
	out := &bridge.Error{Hop: bridge.HopARM, Status: answer.StatusCode, Code: code, Text: "cannot " + a.what + ": " + text}
	if text == "" {
		out.Text = fmt.Sprintf("cannot %s: Resource Manager answered %d", a.what, answer.StatusCode)
	}
	if answer.RawResponse != nil {
		out.RetryAfter = wire.RetryAfter(answer.RawResponse.Header)
	}
	k.judge(out, a)
	return out
}

// judge says whose fault a refusal is, whether another attempt may help, and what to do.
func (k *Keeper) judge(out *bridge.Error, a attempt) {
	out.Kind = bridge.Usage
	switch status := out.Status; {
	case status == http.StatusUnauthorized:
		out.Kind, out.Hint = bridge.Denied, "sign in again, to the tenant of the subscription: "+k.signIn()
	case out.Code == "AuthorizationFailed":
		out.Kind, out.Hint = bridge.Denied, k.askFor(out, a)
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
		out.Kind, out.Retry = bridge.Unreachable, true
		out.Hint = "Resource Manager is overloaded or throttles this subscription: try again in a minute"
	}
}

// unanswered is a call that got no answer, or whose answer nobody understands.
func (k *Keeper) unanswered(ctx context.Context, a attempt, err error) error {
	if own, ok := errors.AsType[*bridge.Error](err); ok {
		out := *own
		out.Text = "cannot " + a.what + ": " + own.Text
		return &out
	}
	out := &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "bad_answer", Text: "cannot " + a.what, Cause: err}
	if ctx.Err() != nil {
		out.Code, out.Text, out.Cause = "canceled", "gave up waiting: cannot "+a.what, ctx.Err()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			out.Code = "deadline_exceeded"
		}
	} else {
		out.Hint = "check that setup.azure.endpoints names Resource Manager and not a proxy"
	}
	return out
}

var objectID = bridge.FormOf(`with object id '([0-9a-fA-F-]{36})'`)

// askFor names the role that is missing, and the command by which somebody who may gives it.
func (k *Keeper) askFor(out *bridge.Error, a attempt) string {
	who := "YOUR-OBJECT-ID"
	if found := objectID().FindStringSubmatch(out.Text); found != nil {
		who = found[1]
	}
	return fmt.Sprintf("ask for the role %s: az role assignment create --assignee-object-id %s --role %q --scope %s; it takes some minutes, and a new sign-in", a.role, who, a.role, a.scope)
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
