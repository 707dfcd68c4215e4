package webhook

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
)

// account is a ServiceAccount, as refusals name it.
type account struct{ namespace, name string }

func (a account) String() string { return a.namespace + "/" + a.name }

// refusal is why a pod is denied: what whoever created it sees in kubectl, or in the events of its ReplicaSet.
type refusal struct {
	code   string // stable, for the log
	status int
	text   string // what is wrong and the next step
}

// refuse says what is wrong with an annotation of the account, and the command that mends it. Mend is the value to write,
// with words in capitals where only a person knows.
func (a account) refuse(annotation, mend, why string) *refusal {
	return &refusal{
		code: "annotation_invalid", status: http.StatusForbidden,
		text: "annotation " + annotation + " of ServiceAccount " + a.String() + ": " + why + "; mend it: " +
			"kubectl annotate serviceaccount " + a.name + " --namespace " + a.namespace + " --overwrite " + annotation + "=" + mend,
	}
}

// lookupRefusal denies a pod whose account could not be read: without its annotations nobody knows whether the pod needs a
// bridge, and one that starts without runs for hours before it is found.
func lookupRefusal(who account, err error) *refusal {
	no := &refusal{
		code: "account_unreadable", status: http.StatusServiceUnavailable,
		text: "ServiceAccount " + who.String() + " cannot be read, so nobody knows whether this pod needs a bridge; it is tried again when the pod is",
	}
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		return no
	}
	if e.Code == CodeNoAccount {
		return &refusal{
			code: CodeNoAccount, status: http.StatusForbidden,
			text: "ServiceAccount " + who.String() + " does not exist; create it: kubectl create serviceaccount " + who.name + " --namespace " + who.namespace,
		}
	}
	no.text += ": " + e.Text
	if e.Hint != "" {
		no.text += "; " + e.Hint
	}
	return no
}

// podRefusal denies a pod for what it says itself.
func podRefusal(code, text string) *refusal {
	return &refusal{code: code, status: http.StatusForbidden, text: text}
}

func (r *refusal) reason() string {
	if r.status == http.StatusServiceUnavailable {
		return "ServiceUnavailable"
	}
	return "Forbidden"
}

func (r *refusal) answer() *status {
	return &status{Status: "Failure", Message: "landbridge: " + r.text, Reason: r.reason(), Code: r.status}
}

// quote repeats a foreign text: shortened, on one line.
func quote(s string) string { return strconv.Quote(clip(s)) }
