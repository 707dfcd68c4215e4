package storage

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/wire"
)

// said is what Cloud Storage says when it refuses (https://cloud.google.com/storage/docs/json_api/v1/status-codes).
type said struct {
	Message string
	Errors  []struct{ Reason string }
}

func (s said) reason() string {
	if len(s.Errors) == 0 {
		return ""
	}
	return s.Errors[0].Reason
}

// maxRefusal bounds what is read of a refusal, maxSaid what is shown of it.
const (
	maxRefusal = 64 << 10
	maxSaid    = 300
)

func readRefusal(resp *http.Response) (out said) {
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil {
		return out
	}
	var body struct{ Error said }
	if json.Unmarshal(text, &body) == nil {
		return body.Error
	}
	var asXML struct{ Message string }
	if xml.Unmarshal(text, &asXML) == nil {
		out.Message = asXML.Message
	}
	return out
}

// refusal turns an answer that is not a success into our error.
func (s *Store) refusal(resp *http.Response, r request) *bridge.Error {
	said := readRefusal(resp)
	out := &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopBucket, Status: resp.StatusCode, Code: said.reason(),
		Retry: wire.RetryStatus(resp.StatusCode), RetryAfter: wire.RetryAfter(resp.Header), Text: s.words(resp, said),
	}
	if out.Code == "" {
		out.Code = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	switch resp.StatusCode {
	case http.StatusBadRequest:
		s.wrong(out, said)
	case http.StatusUnauthorized:
		out.Kind, out.Code, out.Retry = bridge.Denied, dataset.CodeUnauthorized, true
		out.Hint = "the token was refused: another try takes a new one; if it lasts, run landbridge doctor"
	case http.StatusForbidden:
		s.forbidden(out, said)
	case http.StatusNotFound, http.StatusGone:
		s.missing(out, said, r)
	case http.StatusPreconditionFailed, http.StatusNotModified:
		s.unmet(out, r)
	case http.StatusRequestedRangeNotSatisfiable:
		out.Kind, out.Code = bridge.Drifted, dataset.CodeChanged
		out.Text = "the object is shorter than it was"
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect:
		out.Code, out.Hint = "bucket_elsewhere", "the bucket is in another location than the endpoint serves: use https://storage.googleapis.com"
	}
	return out
}

// words is what happened, in the far side's words where there are any.
func (s *Store) words(resp *http.Response, said said) string {
	text := strings.TrimSpace(said.Message)
	if text == "" {
		return fmt.Sprintf("Cloud Storage answered %d for bucket %s", resp.StatusCode, s.options.Bucket)
	}
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "…"
	}
	return fmt.Sprintf("Cloud Storage refused (%d) for bucket %s: %s", resp.StatusCode, s.options.Bucket, text)
}

func (s *Store) wrong(out *bridge.Error, said said) {
	out.Kind = bridge.Fault
	switch {
	case strings.Contains(said.Message, "doesn't match calculated"):
		out.Kind, out.Code, out.Retry = bridge.Damaged, dataset.CodeMismatch, true
		out.Hint = "the bytes changed on their way, or the source gave others than it had said: they were not kept"
	case said.reason() == "uploadBrokenConnection":
		out.Kind, out.Retry = bridge.Unreachable, true
	case said.reason() == "userProjectMissing":
		out.Kind, out.Hint = bridge.Usage, "the bucket lets its readers pay: name a quota project"
	}
}

var permissionForm = bridge.FormOf(`storage\.[A-Za-z]+\.[A-Za-z]+`)

const roleReader = "roles/storage.objectViewer"

// roleFor is the narrowest role of Google's that holds a permission.
func roleFor(permission string) string {
	switch permission {
	case "storage.objects.get", "storage.objects.list":
		return roleReader
	case "storage.objects.create":
		return "roles/storage.objectCreator"
	case "storage.buckets.get":
		return "roles/storage.bucketViewer"
	case "storage.objects.delete", "storage.objects.update", "storage.objects.restore":
		return "roles/storage.objectUser"
	}
	return "roles/storage.admin"
}

func (s *Store) forbidden(out *bridge.Error, said said) {
	out.Kind = bridge.Denied
	switch reason := said.reason(); {
	case strings.HasSuffix(strings.ToLower(reason), "ratelimitexceeded"), reason == "quotaExceeded":
		out.Kind, out.Retry = bridge.Unreachable, true
	case reason == "retentionPolicyNotMet", reason == "objectUnderActiveHold":
		out.Hint = "the bucket keeps what it has: write to another bucket, or wait until the retention period is over"
	case reason == "insufficientPermissions":
		out.Code, out.Hint = dataset.CodeUnauthorized, "the token's scopes do not reach: ask for "+ScopeReadWrite+" or "+ScopeCloud
	default:
		out.Code = dataset.CodeUnauthorized
		if permission := permissionForm().FindString(said.Message); permission != "" {
			role := roleFor(permission)
			out.Hint = fmt.Sprintf("grant %s on gs://%s: it holds %s", role, s.options.Bucket, permission)
			if role == roleReader {
				out.Hint += "; who copies to it needs roles/storage.objectUser"
			}
		}
	}
}

func (s *Store) missing(out *bridge.Error, said said, r request) {
	out.Kind = bridge.Usage
	if r.about == "" || strings.Contains(said.Message, "bucket does not exist") {
		out.Code, out.Text = "bucket_not_found", "there is no bucket "+s.options.Bucket
		out.Hint = "check the name; bucket names are the same for everybody"
		return
	}
	out.Kind, out.Code, out.Text = bridge.Drifted, dataset.CodeNotFound, "there is no such object in gs://"+s.options.Bucket
}

func (s *Store) unmet(out *bridge.Error, r request) {
	out.Kind, out.Code = bridge.Drifted, dataset.CodeChanged
	out.Text = "somebody else has changed the object in gs://" + s.options.Bucket
	if r.exists {
		out.Code, out.Text = dataset.CodeExists, "there is an object with this name already in gs://"+s.options.Bucket
	}
	out.Hint = "plan again: the next run sees what is there now"
}
