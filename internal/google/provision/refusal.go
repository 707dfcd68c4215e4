package provision

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// The hops of set-up on Google's side.
const (
	hopIAM      bridge.Hop = "iam"
	hopProjects bridge.Hop = "resourcemanager"
	hopServices bridge.Hop = "serviceusage"
)

// task is what a call was for: what its refusal says and hints at.
type task struct {
	hop        bridge.Hop
	what       string // "create the pool azure"
	permission string // that it takes, where the refusal does not name one
	project    string // id or number
}

// said is google.rpc.Status as it stands in an error's body.
type said struct {
	Message string `json:"message"`
	Status  string `json:"status"`
	Details []struct {
		Reason     string            `json:"reason"`
		Metadata   map[string]string `json:"metadata"`
		Violations []struct {
			Type        string `json:"type"`
			Subject     string `json:"subject"`
			Description string `json:"description"`
		} `json:"violations"`
	} `json:"details"`
}

// refused turns a client's error into ours, with the step that mends it.
func (k *Keeper) refused(t task, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e // of the operator's token, or of the endpoint
	}
	api, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return unreachable(t, err)
	}
	var body struct {
		Error said `json:"error"`
	}
	_ = json.Unmarshal([]byte(api.Body), &body) // what is not JSON leaves it empty
	e := k.judge(t, api.Code, body.Error)
	e.RetryAfter = max(e.RetryAfter, wire.RetryAfter(api.Header))
	return e
}

// judge makes one error of a status and of what Google said.
func (k *Keeper) judge(t task, status int, s said) *bridge.Error {
	e := &bridge.Error{Kind: bridge.Denied, Hop: t.hop, Status: status, Code: s.Status, Retry: wire.RetryStatus(status)}
	if e.Retry {
		e.Kind = bridge.Unreachable
	}
	if s.Status == "" {
		e.Kind, e.Code = bridge.Unreachable, "answer_not_google"
		e.Text = fmt.Sprintf("could not %s: something that is not google answered %d", t.what, status)
		e.Hint = "check HTTPS_PROXY, the firewall and setup.google.endpoints"
		return e
	}
	message := s.Message
	for _, d := range s.Details {
		for _, v := range d.Violations {
			if v.Description != "" {
				message += " " + v.Description
			}
		}
	}
	e.Text = fmt.Sprintf("google refused to %s: %s: %s", t.what, google.Presentable(s.Status), google.Presentable(message))
	k.advise(t, e, s)
	return e
}

func unreachable(t task, err error) error {
	e := &bridge.Error{Kind: bridge.Unreachable, Hop: t.hop, Code: "unreachable", Retry: true, Text: "could not " + t.what + ": google was not reached", Hint: "check DNS, the route, the firewall and HTTPS_PROXY"}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // without the URL
	}
	e.Cause = err
	timeout, isNet := errors.AsType[net.Error](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.Is(err, context.Canceled):
		e.Code, e.Retry, e.Text, e.Hint = "canceled", false, "gave up waiting to "+t.what, ""
	case errors.Is(err, context.DeadlineExceeded), isNet && timeout.Timeout():
		e.Code, e.Text = "timeout", "could not "+t.what+": google did not answer in time"
	case untrusted:
		e.Code, e.Retry, e.Text, e.Hint = "certificate_untrusted", false, "could not "+t.what+": the certificate is not trusted", "name the issuing CA in SSL_CERT_FILE"
	}
	return e
}

// missing says whether an error means that the thing is not there.
func missing(err error) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && e.Code == http.StatusNotFound
}

// statusOf is google.rpc.Status.status of a client's error: ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED …
func statusOf(err error) string {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return ""
	}
	var body struct {
		Error said `json:"error"`
	}
	_ = json.Unmarshal([]byte(e.Body), &body)
	return body.Error.Status
}

// hidden says that Google does not tell whether the thing exists: the caller may not know.
func hidden(err error) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && e.Code == http.StatusForbidden && statusOf(err) == "PERMISSION_DENIED" && !strings.Contains(e.Body, "SERVICE_DISABLED") && !strings.Contains(e.Body, "USER_PROJECT_DENIED") && !strings.Contains(e.Body, "SCOPE_INSUFFICIENT")
}
