package google

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// Asked is a call of Vertex AI, or of a service beside it, that was refused.
type Asked struct {
	Service           string // in words: "model armor"; Vertex AI when empty
	Host              string
	Project, Location string
	Role              string // that allows the call: roles/aiplatform.user when empty
	QuotaProject      string
	Principal         bridge.Principal
}

// Refusal reads an answer that is not a success, and adds the next step with the real names filled in.
func (c Asked) Refusal(resp *wire.Response) *bridge.Error {
	r := answer{hop: bridge.HopVertex, service: c.Service, from: c.Host, resp: resp}.refusal()
	if hint := c.hint(r); hint != "" {
		r.Hint = hint
	} else if hint := sharedHint(r, c.QuotaProject, c.Project); hint != "" {
		r.Hint = hint
	}
	return r.Error
}

func (c Asked) hint(r refusal) string {
	says := func(part string) bool { return strings.Contains(r.message, part) }
	direct := strings.HasPrefix(string(c.Principal), "principal://")
	switch {
	case r.Code == "UNAUTHENTICATED" && direct:
		return "this API does not take federated tokens: impersonate a service account; or the token is dead"
	case r.Code == "UNAUTHENTICATED":
		return "the token is dead, or an assertion was sent in its place: Google's access tokens start with ya29"
	case says("Permission 'aiplatform."), r.reason == "IAM_PERMISSION_DENIED":
		return fmt.Sprintf("check that %s is the right project, then: gcloud projects add-iam-policy-binding %s --role=%s --member=%s; a new binding takes up to 7 minutes",
			c.Project, quote(c.Project), cmp.Or(c.Role, "roles/aiplatform.user"), quote(member(c.Principal)))
	case r.Code == "NOT_FOUND" && says("Publisher Model"):
		return fmt.Sprintf("the model is retired, misspelt, or not in %s: try location global or us-central1", c.Location)
	case r.Code == "NOT_FOUND" && c.Service == "":
		return fmt.Sprintf("gcloud ai endpoints list --project=%s --region=%s", quote(c.Project), quote(c.Location))
	case r.Code == "RESOURCE_EXHAUSTED" && c.Service == "":
		return "the shared quota of the model is spent: wait, use another location (global has the most), or buy provisioned throughput"
	}
	return ""
}

// member is a principal as IAM policies write it.
func member(p bridge.Principal) string {
	if strings.Contains(string(p), "://") {
		return string(p)
	}
	return "serviceAccount:" + string(p)
}
