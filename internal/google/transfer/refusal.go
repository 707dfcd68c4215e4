package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"google.golang.org/api/googleapi"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// said is google.rpc.Status (https://cloud.google.com/apis/design/errors).
type said struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Details []struct {
		Reason   string            `json:"reason"`
		Metadata map[string]string `json:"metadata"`
	} `json:"details"`
}

// statusOf is the HTTP status of a client's error; 0 when it is none of the service's.
func statusOf(err error) int {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code
	}
	return 0
}

// refusal turns the client's error into ours.
func refusal(ctx context.Context, what string, err error) error {
	if own, ok := errors.AsType[*bridge.Error](err); ok {
		return own
	}
	answer, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		out := wire.Failure(ctx, bridge.HopTransfer, api, err)
		return out
	}
	out := &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopTransfer, Status: answer.Code, Retry: wire.RetryStatus(answer.Code), RetryAfter: wire.RetryAfter(answer.Header)}
	if out.Retry {
		out.Kind, out.Hint = bridge.Unreachable, "it is Google's load or fault, or a quota: try again later"
	}
	var body struct {
		Error said `json:"error"`
	}
	if json.Unmarshal([]byte(answer.Body), &body) != nil || body.Error.Status == "" {
		out.Kind, out.Code = bridge.Unreachable, "answer_not_google"
		out.Text = fmt.Sprintf("cannot %s: something that is not Google answered %d", what, answer.Code)
		out.Hint = "check HTTPS_PROXY, the firewall and the endpoint of Storage Transfer Service in the configuration"
		return out
	}
	out.Code = google.Presentable(body.Error.Status)
	out.Text = "cannot " + what + ": " + out.Code + ": " + google.Presentable(body.Error.Message)
	advise(out, body.Error)
	return out
}

// unfit is what the service says of a bucket that its agent may not use, when a job is made.
var unfit = bridge.FormOf(`^Service account ([^ ]+@[a-z0-9.-]+) does not have required permissions .* for bucket ([a-z0-9._-]*[a-z0-9])`)

var permissionForm = bridge.FormOf(`storagetransfer\.[A-Za-z]+\.[A-Za-z]+`)

func advise(out *bridge.Error, s said) {
	for _, d := range s.Details {
		if d.Reason == "SERVICE_DISABLED" {
			out.Kind, out.Hint = bridge.Denied, "gcloud services enable "+api
			return
		}
	}
	if m := unfit().FindStringSubmatch(s.Message); m != nil {
		out.Kind, out.Hint = bridge.Denied, "let the agent write: "+Agent{Email: m[1]}.Grant(m[2])
		return
	}
	switch out.Status {
	case http.StatusUnauthorized:
		out.Kind, out.Hint = bridge.Denied, "the token was refused: landbridge doctor"
	case http.StatusForbidden:
		out.Kind = bridge.Denied
		permission := permissionForm().FindString(s.Message)
		if permission == "" {
			permission = "what it asks for"
		}
		out.Hint = "grant roles/storagetransfer.user on the project: it holds " + permission
	case http.StatusNotFound:
		out.Hint = "jobs and operations are forgotten some time after they end: begin another run"
	}
}
