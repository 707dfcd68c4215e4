package kms

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

func (a attempt) what() string {
	out := a.verb + " key " + a.key + " of key ring " + a.ring
	if a.version != "" {
		out += ", version " + a.version
	}
	return out
}

// said is google.rpc.Status (https://cloud.google.com/apis/design/errors).
type said struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Details []struct {
		Reason string `json:"reason"`
	} `json:"details"`
}

func (s said) reason() string {
	for _, d := range s.Details {
		if d.Reason != "" {
			return d.Reason
		}
	}
	return ""
}

// refusal turns an answer that is not a success into our error.
func (a attempt) refusal(resp *wire.Response, who bridge.Principal) *bridge.Error {
	out := &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopKeys, Status: resp.Status, Retry: wire.RetryStatus(resp.Status), RetryAfter: resp.RetryAfter()}
	if out.Retry {
		out.Kind, out.Hint = bridge.Unreachable, "it is Google's load or fault, or a quota: try again later"
	}
	var body struct {
		Error said `json:"error"`
	}
	if json.Unmarshal(resp.Body, &body) != nil || body.Error.Status == "" {
		out.Kind, out.Code = bridge.Unreachable, "answer_not_google"
		out.Text = fmt.Sprintf("cannot %s: something that is not Google answered %d", a.what(), resp.Status)
		out.Hint = "check HTTPS_PROXY, the firewall and the endpoint of Cloud KMS in the configuration"
		return out
	}
	s := body.Error
	out.Code = google.Presentable(s.Status)
	out.Text = "cannot " + a.what() + ": " + out.Code + ": " + google.Presentable(s.Message)
	a.advise(out, s, who)
	return out
}

// advise says what to do about a refusal.
func (a attempt) advise(out *bridge.Error, s said, who bridge.Principal) {
	versions := "--key " + a.key + " --keyring " + a.ring + " --location " + a.location + " --project " + a.project
	switch {
	case out.Status == http.StatusUnauthorized:
		out.Kind, out.Hint = bridge.Denied, "the token was refused: landbridge doctor"
	case s.reason() == "SERVICE_DISABLED":
		out.Kind, out.Hint = bridge.Denied, "gcloud services enable "+api+" --project "+a.project
	case s.reason() == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		out.Kind, out.Hint = bridge.Denied, "ask for a token with the scope "+Scope
	case s.Status == "PERMISSION_DENIED":
		out.Kind, out.Hint = bridge.Denied, a.grant(who)
	case s.Status == "NOT_FOUND":
		out.Hint = "gcloud kms keys versions list " + versions
	case s.Status == "FAILED_PRECONDITION" && strings.Contains(s.Message, "DESTROY"):
		out.Hint = "what is scheduled to be destroyed can be restored: gcloud kms keys versions restore VERSION " + versions
	case s.Status == "FAILED_PRECONDITION" && strings.Contains(s.Message, "DISABLED"):
		out.Hint = "name another version, or enable this one: gcloud kms keys versions enable VERSION " + versions
	case s.Status == "INVALID_ARGUMENT" && strings.Contains(s.Message, "checksum"):
		out.Kind, out.Retry, out.Hint = bridge.Unreachable, true, "the bytes changed on their way: try again"
	case s.Status == "INVALID_ARGUMENT" && a.verb == "decrypt with":
		out.Hint = "the data key was wrapped with another key or for another purpose: use the one with which it was made"
	}
	if strings.Contains(out.Hint, "VERSION") && a.version != "" {
		out.Hint = strings.Replace(out.Hint, "VERSION", a.version, 1)
	}
}

// grant is the command by which somebody who may gives the role that is missing.
func (a attempt) grant(who bridge.Principal) string {
	role := "roles/cloudkms.signerVerifier"
	if a.verb == "encrypt with" || a.verb == "decrypt with" {
		role = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
	}
	return fmt.Sprintf("gcloud kms keys add-iam-policy-binding %s --keyring %s --location %s --project %s --member %s --role %s",
		a.key, a.ring, a.location, a.project, member(who), role)
}

// member is how a policy names whom a lease stands for.
func member(who bridge.Principal) string {
	switch {
	case who == "":
		return "MEMBER"
	case strings.Contains(string(who), "://"):
		return string(who)
	case strings.HasSuffix(string(who), ".gserviceaccount.com"):
		return "serviceAccount:" + string(who)
	}
	return "user:" + string(who)
}

// bad says that a good status came with an answer that cannot be used.
func (a attempt) bad(what string) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopKeys, Code: "bad_answer", Text: "cannot " + a.what() + ": the answer is " + what,
		Hint: "check the endpoint of Cloud KMS in the configuration",
	}
}

// damaged says that what was sent is not what arrived.
func (a attempt) damaged() *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopKeys, Code: "checksum_mismatch", Retry: true,
		Text: "cannot " + a.what() + ": the answer's checksums do not hold", Hint: "the bytes changed on their way: try again; if it lasts, something between here and Google changes them",
	}
}
