package google_test

import (
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

const (
	describe = "gcloud iam workload-identity-pools providers describe aks-prod --workload-identity-pool=azure --location=global --project=123456789"
	update   = "gcloud iam workload-identity-pools providers update-oidc aks-prod --workload-identity-pool=azure --location=global --project=123456789"
)

// Every refusal of Google's that is known to happen: text, code, hint, and whether to try again.
func TestSTSRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ code, description, hint string }{
		{
			"invalid_grant", "The audience in ID Token [api://other] does not match the expected audience.",
			"the assertion's audience is [api://other]: have it made for https:" + provider + ", or allow it: " + update + " --allowed-audiences=api://other",
		},
		{
			"invalid_grant", "The issuer in ID Token https://issuer.test does not match the expected one in config: https://other.test",
			"trust this issuer: " + update + " --issuer-uri=https://issuer.test/; an Entra token of the other version has the other issuer: set requestedAccessTokenVersion on the app registration",
		},
		{
			"invalid_grant", "The issuer in ID Token null does not match the expected one in config: https://other.test",
			"the assertion has no iss claim: check that the source gives an OIDC token and not an access token of another kind",
		},
		{
			"invalid_grant", "Error connecting to the given credential's issuer.",
			"google cannot read the issuer's keys, or does not find the assertion's kid among them: curl https://issuer.test/.well-known/openid-configuration; a private issuer needs its keys uploaded, again after each rotation: " + update + " --jwk-json-path=FILE",
		},
		{
			"invalid_grant", "Unable to verify the ID Token signature.",
			"the issuer has signed with another key under the same kid: upload the keys of today: " + update + " --jwk-json-path=FILE",
		},
		{
			"invalid_target", `The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn't exist.`,
			"check name, state and disabled: " + describe + "; a deleted one comes back with undelete",
		},
		{
			"invalid_request", `Invalid value for "audience". This value should be the full resource name of the Identity Provider.`,
			"name the provider in full: " + name,
		},
		{"invalid_request", "Scope(s) must be provided", "ask for the scope https://www.googleapis.com/auth/cloud-platform"},
		{
			"invalid_request", "The size of mapped attribute google.subject exceeds the 127 bytes limit.",
			"the subject has 30 bytes: shorten it in the mapping: " + update + ` --attribute-mapping='google.subject=assertion.sub.extract('\''system:serviceaccount:{s}'\'')'`,
		},
		{
			"unauthorized_client", "The given credential is rejected by the attribute condition.",
			"the provider's condition is false for subject " + subject + ", or needs a claim that the assertion lacks: landbridge trust explain --provider provider.json --token -, with provider.json from " + describe + " --format=json",
		},
		{
			"unauthorized_client", "Could not obtain a value for google.subject from the given credential.",
			"the mapping uses a claim that the assertion lacks: " + update + " --attribute-mapping=google.subject=assertion.sub",
		},
	} {
		t.Run(tc.description, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, map[string]reply{stsPath: stsError(tc.code, tc.description)})
			_, err := exchange(t, newExchange(t, f), bridge.LeaseRequest{})
			e := refused(t, err, "google sts refused the assertion: "+tc.code+": "+tc.description)
			if e.Kind != bridge.Denied || e.Code != tc.code || e.Hop != bridge.HopSTS || e.Retry || e.Stale || e.Status != 400 {
				t.Errorf("%+v", e)
			}
			if e.Hint != tc.hint {
				t.Errorf("hint\n got %s\nwant %s", e.Hint, tc.hint)
			}
		})
	}
}

func TestStaleToSignIn(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: stsError("invalid_grant", "ID Token issued at 1760000000 is stale to sign-in.")})
	_, err := exchange(t, newExchange(t, f), bridge.LeaseRequest{})
	e := refused(t, err, "google sts refused the assertion: invalid_grant: ID Token issued at 1760000000 is stale to sign-in.")
	if !e.Stale || e.Retry || !strings.Contains(e.Hint, "expirationSeconds: 7200") {
		t.Errorf("%+v", e)
	}
}

func TestSTSTrouble(t *testing.T) {
	t.Parallel()
	html := map[string]string{"Content-Type": "text/html; charset=UTF-8"}
	for _, tc := range []struct {
		name, text string
		reply      reply
		kind       bridge.Kind
		retry      bool
		after      time.Duration
	}{
		{
			"429", "google sts answered 429: quota_exceeded: The request was throttled due to rate limit: sts.googleapis.com/requests. Please retry after a few seconds.",
			reply{status: 429, body: `{"error":"quota_exceeded","error_description":"The request was throttled due to rate limit: sts.googleapis.com/requests. Please retry after a few seconds."}`, header: map[string]string{"Retry-After": "3"}},
			bridge.Unreachable, true, 3 * time.Second,
		},
		{"500", "google sts answered 500: INTERNAL: Internal error encountered.", rpcError(500, "INTERNAL", "Internal error encountered.", ""), bridge.Unreachable, true, 0},
		{"503 html", "HOST answered 503 with an HTML page instead of JSON", reply{status: 503, body: "<!DOCTYPE html><p>Sorry", header: html}, bridge.Unreachable, true, 0},
		{"403 html", "HOST answered 403 with an HTML page instead of JSON", reply{status: 403, body: "<html>blocked by your company</html>", header: html}, bridge.Unreachable, false, 0},
		{"502 empty", "HOST answered 502 with an empty body", reply{status: 502}, bridge.Unreachable, true, 0},
		{"redirect", "HOST answered with a redirect (302), which is not followed", reply{status: 302, header: map[string]string{"Location": "https://evil.test/"}}, bridge.Unreachable, false, 0},
		{"odd json", "HOST answered 400 with something that is not an error of google's", reply{status: 400, body: `{"message":"no"}`}, bridge.Unreachable, false, 0},
		{"no description", "google sts refused the assertion: invalid_client", reply{status: 401, body: `{"error":"invalid_client"}`}, bridge.Denied, false, 0},
		{"501", "HOST answered 501 with an empty body", reply{status: 501}, bridge.Unreachable, false, 0},
		{"echoes a token", "google sts refused the assertion: invalid_grant: bad token [redacted] here", stsError("invalid_grant", "bad\ntoken "+jwt(map[string]any{"sub": subject})+" here"), bridge.Denied, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, map[string]reply{stsPath: tc.reply})
			_, err := exchange(t, newExchange(t, f), bridge.LeaseRequest{})
			e := refused(t, err, strings.Replace(tc.text, "HOST", f.Listener.Addr().String(), 1))
			if e.Kind != tc.kind || e.Retry != tc.retry || e.RetryAfter != tc.after {
				t.Errorf("kind %v, retry %v after %v", e.Kind, e.Retry, e.RetryAfter)
			}
		})
	}
}

func TestImpersonationRefusals(t *testing.T) {
	t.Parallel()
	info := func(reason, metadata string) string {
		return `[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `","metadata":{` + metadata + `}}]`
	}
	const binding = "gcloud iam service-accounts add-iam-policy-binding " + account + " --role=roles/iam.workloadIdentityUser --member=" + member + "; a new binding takes up to 7 minutes"
	for _, tc := range []struct {
		name, message, hint string
		reply               reply
		change              func(*google.ExchangeOptions)
	}{
		{
			name: "no binding", message: "PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", hint: binding,
			reply: rpcError(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", info("IAM_PERMISSION_DENIED", "")),
		},
		{
			name: "no binding in a chain", message: "PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
			hint:   strings.Replace(binding, account, "hop@prod.iam.gserviceaccount.com", 1) + "; each delegate needs roles/iam.serviceAccountTokenCreator on the next, the last one on " + account,
			reply:  rpcError(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).", info("IAM_PERMISSION_DENIED", "")),
			change: func(o *google.ExchangeOptions) { o.Delegates = []string{"hop@prod.iam.gserviceaccount.com"} },
		},
		{
			name: "no such account", message: "NOT_FOUND: Not found; Gaia id not found for email " + account,
			hint:  "the service account does not exist: gcloud iam service-accounts describe " + account + "; its form is NAME@PROJECT.iam.gserviceaccount.com",
			reply: rpcError(404, "NOT_FOUND", "Not found; Gaia id not found for email "+account, ""),
		},
		{
			name: "API off", message: "PERMISSION_DENIED: IAM Service Account Credentials API has not been used in project 42 before or it is disabled.",
			hint:  "gcloud services enable iamcredentials.googleapis.com --project=42",
			reply: rpcError(403, "PERMISSION_DENIED", "IAM Service Account Credentials API has not been used in project 42 before or it is disabled.", info("SERVICE_DISABLED", `"consumer":"projects/42","service":"iamcredentials.googleapis.com"`)),
		},
		{
			name: "too long", message: "INVALID_ARGUMENT: The access token can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to extend it.",
			hint:  "ask for 3600s or less, or have " + account + " listed in constraints/iam.allowServiceAccountCredentialLifetimeExtension",
			reply: rpcError(400, "INVALID_ARGUMENT", "The access token can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to extend it.", ""),
		},
		{
			name: "clock ahead", message: "INVALID_ARGUMENT: The access token lifetime cannot exceed 3600 seconds.",
			hint:  "this machine's clock is ahead: fix it (timedatectl), or ask for 3300s",
			reply: rpcError(400, "INVALID_ARGUMENT", "The access token lifetime cannot exceed 3600 seconds.", ""),
		},
		{
			name: "bogus scope", message: "INVALID_ARGUMENT: Request contains an invalid argument.",
			hint:  "check the scopes [https://www.googleapis.com/auth/cloud-platform] and the audience: https://www.googleapis.com/auth/cloud-platform is always right",
			reply: rpcError(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", ""),
		},
		{
			name: "quota project", message: "PERMISSION_DENIED: Caller does not have required permission to use project billing.",
			hint:   `the quota project is "billing": grant the caller roles/serviceusage.serviceUsageConsumer on it, or drop the quota project`,
			reply:  rpcError(403, "PERMISSION_DENIED", "Caller does not have required permission to use project billing.", info("USER_PROJECT_DENIED", "")),
			change: func(o *google.ExchangeOptions) { o.QuotaProject = "billing" },
		},
		{
			name: "perimeter", message: "PERMISSION_DENIED: Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc",
			hint:  "a VPC Service Controls perimeter refuses: let the administrator look the identifier up in the audit log, and add an ingress rule for the principal, for sts and iamcredentials as well",
			reply: rpcError(403, "PERMISSION_DENIED", "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: abc", info("SECURITY_POLICY_VIOLATED", "")),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, map[string]reply{stsPath: stsOK, accessPath: tc.reply})
			changes := []func(*google.ExchangeOptions){impersonating}
			if tc.change != nil {
				changes = append(changes, tc.change)
			}
			_, err := exchange(t, newExchange(t, f, changes...), bridge.LeaseRequest{})
			e := refused(t, err, "iam credentials refused the call: "+tc.message)
			if e.Hop != bridge.HopImpersonate || e.Kind != bridge.Denied || e.Retry {
				t.Errorf("%+v", e)
			}
			if e.Hint != tc.hint {
				t.Errorf("hint\n got %s\nwant %s", e.Hint, tc.hint)
			}
		})
	}
}

// What a token claims must not become a command when an operator pastes the hint.
func TestHintsAreQuoted(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: stsError("invalid_grant", "The issuer in ID Token x does not match the expected one in config: y")})
	a := assertion()
	a.Issuer = "https://x/'; rm -rf ~; echo '"
	_, err := newExchange(t, f).Exchange(t.Context(), a, bridge.LeaseRequest{})
	if hint := bridge.HintOf(err); !strings.Contains(hint, `--issuer-uri='https://x/'\''; rm -rf ~; echo '\'''`) {
		t.Error(hint)
	}
}

// A proxy that answers IAM's address with STS's shape is named for what it is: the hop is read off the shape.
func TestHopByShape(t *testing.T) {
	t.Parallel()
	f := newFar(t, map[string]reply{stsPath: stsOK, accessPath: stsError("invalid_grant", "ID Token issued at 1 is stale to sign-in.")})
	_, err := exchange(t, newExchange(t, f, impersonating), bridge.LeaseRequest{})
	if e := refused(t, err, "google sts refused the assertion: invalid_grant: ID Token issued at 1 is stale to sign-in."); e.Hop != bridge.HopSTS || !e.Stale {
		t.Errorf("%+v", e)
	}
}
