package provision

import (
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

// settling is how long after it was switched on an API may still answer that it is off.
const settling = 5 * time.Minute

// advise adds the next step to a refusal, and whether the same call may succeed later.
func (k *Keeper) advise(t task, e *bridge.Error, s said) {
	permission := t.permission
	for _, d := range s.Details {
		if d.Reason != "" {
			e.Code = google.Presentable(d.Reason)
		}
		if p := d.Metadata["permission"]; p != "" {
			permission = google.Presentable(p)
		}
		for _, v := range d.Violations {
			if strings.HasPrefix(v.Type, "constraints/") {
				e.Code = "ORG_POLICY_VIOLATED"
				e.Hint = "an administrator of the organisation must allow it; what is allowed: gcloud resource-manager org-policies describe " + google.Word(v.Type) + " --effective --project " + t.project
				return
			}
		}
		switch d.Reason {
		case "SERVICE_DISABLED":
			k.disabled(t, e, d.Metadata)
			return
		case "UREQ_PROJECT_BILLING_NOT_FOUND", "BILLING_DISABLED":
			e.Hint = "gcloud billing projects link " + t.project + " --billing-account ACCOUNT; the accounts: gcloud billing accounts list"
			return
		case "USER_PROJECT_DENIED":
			e.Hint = "gcloud projects add-iam-policy-binding " + google.Word(strings.TrimPrefix(d.Metadata["consumer"], "projects/")) + " --member user:YOU --role roles/serviceusage.serviceUsageConsumer; or name another quota project"
			return
		case "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
			e.Hint = "sign in with the scope cloud-platform: gcloud auth application-default login --scopes https://www.googleapis.com/auth/cloud-platform"
			return
		}
	}
	switch s.Status {
	case "PERMISSION_DENIED":
		if permission != "" {
			e.Hint = "whoever runs this needs " + permission + ": gcloud projects add-iam-policy-binding " + t.project + " --member user:YOU --role " + roleWith(permission)
		}
	case "UNAUTHENTICATED":
		e.Hint = "sign in again: gcloud auth application-default login, or gcloud auth login"
	default:
		adviseText(t, e, s.Message)
	}
}

func (k *Keeper) disabled(t task, e *bridge.Error, about map[string]string) {
	api, project := about["service"], strings.TrimPrefix(about["consumer"], "projects/")
	if project == "" {
		project = t.project
	}
	e.Hint = "gcloud services enable " + google.Word(api) + " --project " + google.Word(project)
	k.mu.Lock()
	at, ours := k.switched[api]
	k.mu.Unlock()
	if ours && k.clock().Sub(at) < settling {
		e.Kind, e.Retry, e.RetryAfter = bridge.Unreachable, true, 5*time.Second
		e.Hint = "it was switched on just now: wait a minute"
	}
}

// adviseText is about refusals that nothing but their words tells apart.
func adviseText(t task, e *bridge.Error, message string) {
	has := func(part string) bool { return strings.Contains(message, part) }
	switch {
	case has("Invalid OIDC issuer URI"):
		e.Hint = "the issuer must be an https URL, to the letter as the tokens' iss claim"
	case has("key types are supported"), has("corrupted key material"), has("is not in a valid json format"):
		e.Hint = "upload RSA keys or P-256 keys without x5c and x5t: kubectl get --raw /openid/v1/jwks"
	case has("must reference one of the provider's claims"):
		e.Hint = "name a claim in the condition, such as assertion.sub"
	case has("marked for deletion"):
		e.Hint = "the id of a deleted role is free again 37 days after its deletion: choose another name; gcloud iam roles list --show-deleted --project " + t.project
	case has("Maximum number of service accounts"):
		e.Kind, e.Retry = bridge.Denied, false
		e.Hint = "raise the quota (IAM API, service accounts), or let workloads share an account, or use direct access, which takes none"
	case has("does not exist") && e.Status == 400:
		// A policy names an account or pool that was made a moment ago and is not known everywhere yet.
		e.Kind, e.Retry, e.RetryAfter = bridge.Unreachable, true, 2*time.Second
		e.Hint = "if it was made just now, it will be known in a minute"
	case e.Code == "ALREADY_EXISTS":
		e.Hint = "a deleted one keeps its id for 30 days: gcloud iam workload-identity-pools list --location global --show-deleted --project " + t.project
	case e.Status == 429:
		e.Hint = "google takes 60 changes of pools a minute; it goes on by itself"
	}
}

// roleWith is the narrowest of Google's roles by which set-up gets a permission.
func roleWith(permission string) string {
	for _, r := range []struct{ prefix, role string }{
		{"iam.workloadIdentityPool", "roles/iam.workloadIdentityPoolAdmin"},
		{"iam.serviceAccountKeys.", "roles/iam.serviceAccountViewer"},
		{"iam.serviceAccounts.", "roles/iam.serviceAccountAdmin"},
		{"iam.roles.", "roles/iam.roleAdmin"},
		{"resourcemanager.projects.get", "roles/browser"},
		{"serviceusage.services.use", "roles/serviceusage.serviceUsageConsumer"},
		{"serviceusage.", "roles/serviceusage.serviceUsageAdmin"},
	} {
		if permission == r.prefix || strings.HasPrefix(permission, r.prefix) && r.prefix != "resourcemanager.projects.get" {
			return r.role
		}
	}
	return "roles/resourcemanager.projectIamAdmin"
}
