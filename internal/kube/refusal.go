package kube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// refusal turns what client-go says into our error. Its text has the server's own words, so that there is no cause.
func (c *Client) refusal(ctx context.Context, a action, err error, note *seen) error {
	status, ok := asStatus(err)
	if !ok {
		return c.unanswered(ctx, err)
	}
	out := &bridge.Error{
		Kind: bridge.Fault, Hop: bridge.HopHome, Code: string(status.Reason), Status: int(status.Code),
		Text: fmt.Sprintf("%s: %s", c.name(), status.Message), RetryAfter: note.retryAfter,
	}
	switch {
	case status.Code == http.StatusUnauthorized:
		c.unauthorized(out)
	case status.Code == http.StatusForbidden:
		out.Kind, out.Code, out.Hint = bridge.Denied, codeForbidden, a.rule()
	case status.Code == http.StatusNotFound && isNamespace(status) && a.namespace != "":
		c.namespaceNotFound(out, a.namespace)
	case status.Code == http.StatusNotFound:
		out.Kind, out.Code = bridge.Denied, codeNotFound
	case status.Code == http.StatusConflict && len(fieldConflicts(status)) > 0:
		c.conflicting(out, a, fieldConflicts(status))
	case status.Reason == metav1.StatusReasonAlreadyExists:
		out.Kind, out.Code, out.Retry, out.Hint = bridge.Unreachable, codeAlreadyExists, true, "somebody made it meanwhile: try again"
	case status.Code == http.StatusConflict:
		out.Kind, out.Code, out.Retry, out.Hint = bridge.Unreachable, codeConflict, true, "somebody changed it meanwhile: try again"
	case status.Code == http.StatusUnprocessableEntity || status.Code == http.StatusBadRequest:
		out.Kind, out.Code = bridge.Usage, "invalid"
	case wire.RetryStatus(int(status.Code)):
		out.Kind, out.Code, out.Retry, out.Hint = bridge.Unreachable, "unavailable", true, "try again in a minute"
	case status.Code >= http.StatusMultipleChoices && status.Code < http.StatusBadRequest, status.Code == http.StatusNotImplemented:
		out.Kind, out.Code, out.Hint = bridge.Unreachable, "not_kubernetes", "check that the kubeconfig names the API server itself"
	}
	return out
}

func asStatus(err error) (metav1.Status, bool) {
	if s, ok := errors.AsType[*apierrors.StatusError](err); ok {
		return s.ErrStatus, true
	}
	return metav1.Status{}, false
}

// The codes of refusals that the room itself acts upon.
const (
	codeNotFound      = "not_found"
	codeForbidden     = "forbidden"
	codeConflict      = "conflict"
	codeAlreadyExists = "already_exists"
	codeFieldConflict = "field_conflict"
	codeOwnConflict   = "own_field_conflict" // each field belongs to set-up's own manager; never leaves the room
)

func hasCode(err error, code string) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Code == code
}

// rule names what RBAC must allow.
func (a action) rule() string {
	if a.path != "" {
		return fmt.Sprintf("add the rule {nonResourceURLs: [%q], verbs: [%q]} to a ClusterRole of this user; the ClusterRole system:service-account-issuer-discovery has it", a.path, a.verb)
	}
	name := a.resource.Resource
	if a.sub != "" {
		name += "/" + a.sub
	}
	rule := fmt.Sprintf("add the rule {apiGroups: [%q], resources: [%q], verbs: [%q]} to a ", a.resource.Group, name, a.verb)
	if a.namespace != "" {
		return rule + "Role of this user in namespace " + a.namespace
	}
	return rule + "ClusterRole of this user"
}

func isNamespace(s metav1.Status) bool {
	return s.Details != nil && s.Details.Kind == namespaces.Resource
}

func (c *Client) namespaceNotFound(out *bridge.Error, name string) {
	out.Kind, out.Code = bridge.Usage, "namespace_not_found"
	out.Text = fmt.Sprintf("%s has no namespace %s", c.name(), name)
	out.Hint = c.kubectl("create namespace " + name)
}

// conflict is a field that another manager owns.
type conflict struct{ manager, field string }

// fieldConflicts reads a refused apply: each cause names a manager (`conflict with "NAME" using v1`) and its field.
func fieldConflicts(s metav1.Status) []conflict {
	if s.Details == nil {
		return nil
	}
	var out []conflict
	for _, cause := range s.Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		_, quoted, _ := strings.Cut(cause.Message, `"`)
		manager, _, _ := strings.Cut(quoted, `"`)
		out = append(out, conflict{manager, strings.TrimPrefix(cause.Field, ".")})
	}
	return out
}

func (c *Client) conflicting(out *bridge.Error, a action, conflicts []conflict) {
	who := make([]string, 0, len(conflicts))
	for _, one := range conflicts {
		who = append(who, fmt.Sprintf("%s belongs to the field manager %q", one.field, one.manager))
	}
	out.Kind, out.Code = bridge.Refused, codeFieldConflict
	if !slices.ContainsFunc(conflicts, func(one conflict) bool { return one.manager != manager }) {
		out.Code = codeOwnConflict
	}
	out.Text = fmt.Sprintf("%s: %s %s has another value: %s", c.name(), a.resource.Resource, address(a.namespace, a.name), strings.Join(who, "; "))
	out.Hint = "set it there as landbridge.yaml wants it, or take the field out there; set-up does not take it by force"
}

func address(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// unanswered is a call that no API server answered.
func (c *Client) unanswered(ctx context.Context, err error) error {
	if own, ok := errors.AsType[*bridge.Error](err); ok {
		return own
	}
	out := &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "unreachable", Retry: true,
		Text: "cannot reach " + c.name(), Hint: "check the address in its kubeconfig, the VPN, authorized IP ranges and HTTPS_PROXY",
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the URL, which the text has no use for
	}
	out.Cause = err
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		out.Code, out.Retry, out.Hint = "canceled", false, ""
	case strings.HasPrefix(err.Error(), "getting credentials: "): // client-go's exec plug-ins; their errors have no type
		c.plugin(out, err)
	case isTimeout(err) || ctx.Err() != nil:
		out.Code, out.Text = "timeout", c.name()+" did not answer in time"
	case isRefusedByTLS(err):
		out.Kind, out.Code, out.Retry = bridge.Denied, "client_certificate_refused", false
		out.Text, out.Hint = c.name()+" does not take the client certificate", c.renew()
	case isCertificate(err):
		out.Code, out.Retry = "certificate_untrusted", false
		out.Text, out.Hint = "the certificate of "+c.name()+" is not trusted", "the cluster's CA in the kubeconfig is another one: "+c.renew()
	}
	return out
}

// plugin is a kubeconfig's exec plug-in, such as kubelogin, that gave no credentials.
func (c *Client) plugin(out *bridge.Error, err error) {
	out.Kind, out.Code, out.Retry = bridge.Denied, "exec_plugin_failed", false
	out.Text, out.Hint = "the kubeconfig's exec plug-in gave no credentials for "+c.name(), "sign in again (az login) and try the same with kubectl"
	if strings.Contains(err.Error(), "not found") {
		out.Kind, out.Code, out.Hint = bridge.Usage, "exec_plugin_missing", "install it: az aks install-cli has kubelogin"
	}
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

func isCertificate(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// isRefusedByTLS is the server's alert about our certificate.
func isRefusedByTLS(err error) bool {
	alert, ok := errors.AsType[tls.AlertError](err)
	if !ok {
		return false
	}
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	return !unknown && strings.Contains(alert.Error(), "certificate")
}
