package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Attempt says what was tried, for the refusal.
type Attempt struct {
	Hop   bridge.Hop
	What  string // a verb and a thing: "list the vaults of subscription S"
	Role  string // that would be allowed to
	Scope string // where
}

// Refusal turns what the SDK says into our error, with Azure's code and correlation id, and says whether another attempt may help.
func Refusal(ctx context.Context, a Attempt, err error) *bridge.Error {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return unanswered(ctx, a, err)
	}
	out := &bridge.Error{Hop: a.Hop, Status: answer.StatusCode, Code: answer.ErrorCode}
	text := fmt.Sprintf("the service answered %d", answer.StatusCode)
	if answer.RawResponse != nil {
		if body, err := runtime.Payload(answer.RawResponse); err == nil {
			if code, sentence, ok := azure.Said(body); ok {
				out.Code = or(code, out.Code)
				text = or(sentence, text)
			}
		}
		out.RetryAfter = RetryAfter(answer.RawResponse.Header)
		if id := correlation(answer.RawResponse.Header); id != "" {
			text += " (correlation id " + id + ")"
		}
	}
	if out.Code == "" {
		out.Code = fmt.Sprintf("http_%d", out.Status)
	}
	out.Text = "cannot " + a.What + ": " + text
	judge(out, a)
	return out
}

// judge says whose fault a refusal is, whether another attempt may help, and what to do.
func judge(out *bridge.Error, a Attempt) {
	out.Kind = bridge.Usage
	switch status := out.Status; {
	case status == http.StatusUnauthorized:
		out.Kind, out.Hint = bridge.Denied, "the token is not for this tenant or this service: landbridge doctor"
	case out.Code == "AuthorizationFailed" || status == http.StatusForbidden && a.Role != "":
		out.Kind, out.Hint = bridge.Denied, askFor(out.Text, a)
	case status == http.StatusForbidden:
		out.Kind, out.Hint = bridge.Denied, "a policy, a lock or a condition forbids it: ask whoever looks after the subscription"
	case out.Code == "MissingSubscriptionRegistration":
		out.Hint = "register the resource provider once: az provider register --namespace NAMESPACE --wait"
	case status == http.StatusTooManyRequests:
		out.Kind, out.Retry = bridge.Unreachable, true
		out.Hint = "Azure counts calls by subscription: try again later, or ask for fewer subscriptions at once"
	case wire.RetryStatus(status):
		out.Kind, out.Retry = bridge.Unreachable, true
		out.Hint = "it is Azure's load or fault: try again in a minute"
	}
}

// unanswered is a call that got no answer, or whose answer nobody understands.
func unanswered(ctx context.Context, a Attempt, err error) *bridge.Error {
	if own, ok := errors.AsType[*bridge.Error](err); ok {
		out := *own
		out.Text = "cannot " + a.What + ": " + own.Text
		return &out
	}
	out := &bridge.Error{Kind: bridge.Unreachable, Hop: a.Hop, Code: "bad_answer", Text: "cannot " + a.What, Cause: err}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		out.Code, out.Cause = "deadline_exceeded", ctx.Err()
	case ctx.Err() != nil:
		out.Code, out.Cause = "canceled", ctx.Err()
	default:
		out.Hint = "check that the address is the service's own and not a proxy's"
	}
	return out
}

var objectID = bridge.FormOf(`with object id '([0-9a-fA-F-]{36})'`)

// askFor names the role that is missing, and the command by which somebody who may gives it.
func askFor(text string, a Attempt) string {
	if a.Role == "" {
		return "ask whoever looks after " + or(a.Scope, "the resource") + " for the action that is named"
	}
	who := "YOUR-OBJECT-ID"
	if found := objectID().FindStringSubmatch(text); found != nil {
		who = found[1]
	}
	return fmt.Sprintf("ask for the role %s: az role assignment create --assignee-object-id %s --role %q --scope %s; it takes some minutes", a.Role, who, a.Role, a.Scope)
}

// RetryAfter is how long Azure asks us to wait: Retry-After, as a number of seconds that some of its services put between quotes, or
// Resource Graph's own x-ms-user-quota-resets-after. It is 0 when neither says so.
func RetryAfter(h http.Header) time.Duration {
	if n, err := strconv.Atoi(strings.Trim(h.Get("Retry-After"), `" `)); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if left := h.Get("x-ms-user-quota-remaining"); left == "0" {
		if t, err := time.Parse(time.TimeOnly, h.Get("x-ms-user-quota-resets-after")); err == nil {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second
		}
	}
	return 0
}

var plainID = bridge.FormOf(`^[0-9A-Za-z-]{8,64}$`)

// correlation is the id under which Azure's own logs have the call.
func correlation(h http.Header) string {
	for _, name := range []string{"x-ms-correlation-request-id", "x-ms-request-id"} {
		if id := h.Get(name); plainID().MatchString(id) {
			return id
		}
	}
	return ""
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
