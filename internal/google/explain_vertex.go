package google

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// explain adds the next step to a refusal of Vertex AI's.
func (v *Vertex) explain(r refusal, lease bridge.Lease, c vertexCall) error {
	if hint := vertexHint(r, lease, c); hint != "" {
		r.Hint = hint
	} else if hint := sharedHint(r, v.o.QuotaProject, c.project); hint != "" {
		r.Hint = hint
	}
	return r.Error
}

func vertexHint(r refusal, lease bridge.Lease, c vertexCall) string {
	says := func(part string) bool { return strings.Contains(r.message, part) }
	direct := strings.HasPrefix(string(lease.Principal), "principal://")
	switch {
	case r.Code == "UNAUTHENTICATED" && direct:
		return "this API does not take federated tokens: impersonate a service account; or the token is dead"
	case r.Code == "UNAUTHENTICATED":
		return "the token is dead, or an assertion was sent in its place: Google's access tokens start with ya29"
	case says("Permission 'aiplatform."), r.reason == "IAM_PERMISSION_DENIED":
		return fmt.Sprintf("check that %s is the right project, then: gcloud projects add-iam-policy-binding %s --role=roles/aiplatform.user --member=%s; a new binding takes up to 7 minutes",
			c.project, quote(c.project), quote(member(lease.Principal)))
	case r.Code == "NOT_FOUND" && says("Publisher Model"):
		return fmt.Sprintf("the model is retired, misspelt, or not in %s: try location global or us-central1", c.location)
	case r.Code == "NOT_FOUND":
		return fmt.Sprintf("gcloud ai endpoints list --project=%s --region=%s", quote(c.project), quote(c.location))
	case r.Code == "RESOURCE_EXHAUSTED":
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
