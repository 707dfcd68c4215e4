package googleapi_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const goodBody = `{"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"}`

func accessToken(email string) string {
	return "/v1/projects/-/serviceAccounts/" + email + ":generateAccessToken"
}

func TestImpersonationRefusals(t *testing.T) {
	t.Parallel()
	const invalid = "Request contains an invalid argument."
	const disabled = "IAM Service Account Credentials API has not been used in project 1234567890 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/iamcredentials.googleapis.com/overview?project=1234567890 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry."
	for _, tc := range []struct {
		name, path, body string
		world            func(*world.World)
		want             refusal
	}{
		{"missing binding", accessToken(target), goodBody, nil, refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."}},
		{"missing binding, ID token", "/v1/projects/-/serviceAccounts/" + target + ":generateIdToken", `{"audience":"x"}`, nil, refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getOpenIdToken' denied on resource (or it may not exist)."}},
		{"no such account", accessToken("typo@demo.iam.gserviceaccount.com"), goodBody, nil, refusal{404, "NOT_FOUND", "", "Not found; Gaia id not found for email typo@demo.iam.gserviceaccount.com"}},
		{"API off", accessToken(account), goodBody, func(w *world.World) {
			_ = w.UpdateProject("demo", func(p *world.Project) { p.Services["iamcredentials.googleapis.com"] = false })
		}, refusal{403, "PERMISSION_DENIED", "SERVICE_DISABLED", disabled}},
		{"no life", accessToken(account), `{"scope":["` + cloudPlatform + `"],"lifetime":"0s"}`, nil, refusal{400, "INVALID_ARGUMENT", "", "Lifetime of access token must be larger then zero."}},
		{"3601 seconds", accessToken(account), `{"scope":["` + cloudPlatform + `"],"lifetime":"3601s"}`, nil, refusal{400, "INVALID_ARGUMENT", "", "Access tokens can not have lifetimes of more than 1 hour. Use the Org Policy Constraint constraints/iam.allowServiceAccountCredentialLifetimeExtension to allow up to 12 hours."}},
		{"minutes", accessToken(account), `{"scope":["` + cloudPlatform + `"],"lifetime":"5m"}`, nil, refusal{400, "INVALID_ARGUMENT", "", "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), Field 'lifetime', Illegal duration format; duration must end with 's'"}},
		{"no scope", accessToken(account), `{}`, nil, refusal{400, "INVALID_ARGUMENT", "", invalid}},
		{"bogus scope", accessToken(account), `{"scope":["bogus"]}`, nil, refusal{400, "INVALID_ARGUMENT", "", invalid}},
		{"unknown field", accessToken(account), `{"scopes":["x"]}`, nil, refusal{400, "INVALID_ARGUMENT", "", `Invalid JSON payload received. Unknown name "scopes": Cannot find field.`}},
		{"a project instead of -", "/v1/projects/demo/serviceAccounts/" + account + ":generateAccessToken", goodBody, nil, refusal{400, "INVALID_ARGUMENT", "", invalid}},
		{"disabled account", accessToken(account), goodBody, func(w *world.World) {
			_ = w.UpdateServiceAccount(account, func(a *world.ServiceAccount) { a.Disabled = true })
		}, refusal{400, "FAILED_PRECONDITION", "", "Precondition check failed."}},
		{"delegate without the role", accessToken(target), `{"scope":["` + cloudPlatform + `"],"delegates":["projects/-/serviceAccounts/` + account + `"]}`, nil, refusal{403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.implicitDelegation' denied on resource (or it may not exist)."}},
		{"signBlob is not pretended", "/v1/projects/-/serviceAccounts/" + account + ":signBlob", `{}`, nil, refusal{501, "UNIMPLEMENTED", "", "the sandbox does not know POST /v1/projects/-/serviceAccounts/" + account + ":signBlob; docs/sandbox.md lists what it knows"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGoogle(t)
			if tc.world != nil {
				tc.world(g.world)
			}
			if diff := cmp.Diff(tc.want, g.refusal(g.do(http.MethodPost, tc.path, tc.body, g.federated()))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestImpersonation(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	_ = g.world.UpdateServiceAccount(account, func(a *world.ServiceAccount) { a.LongLifetime = true })
	for _, tc := range []struct {
		name, path, body string
		want             world.Grant
	}{
		{"plain", accessToken(account), `{"scope":["` + cloudPlatform + `"]}`, world.Grant{Principal: account, Scopes: []string{cloudPlatform}, Expiry: noon.Add(time.Hour), Delegation: []string{principal}}},
		{"by unique id", accessToken("1001"), `{"scope":["` + cloudPlatform + `"],"lifetime":"600s"}`, world.Grant{Principal: account, Scopes: []string{cloudPlatform}, Expiry: noon.Add(10 * time.Minute), Delegation: []string{principal}}},
		{"twelve hours", accessToken(account), `{"scope":["` + cloudPlatform + `"],"lifetime":"43200s"}`, world.Grant{Principal: account, Scopes: []string{cloudPlatform}, Expiry: noon.Add(12 * time.Hour), Delegation: []string{principal}}},
		{"an empty scope", accessToken(account), `{"scope":[""]}`, world.Grant{Principal: account, Scopes: []string{cloudPlatform}, Expiry: noon.Add(time.Hour), Delegation: []string{principal}}},
		{"a chain", accessToken(target), `{"scope":["` + cloudPlatform + `"],"delegates":["projects/-/serviceAccounts/` + middle + `"]}`, world.Grant{Principal: target, Scopes: []string{cloudPlatform}, Expiry: noon.Add(time.Hour), Delegation: []string{middle, principal}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := &google{t, g.world, g.api}
			var got struct{ AccessToken, ExpireTime string }
			g.into(g.do(http.MethodPost, tc.path, tc.body, g.federated()), &got)
			if want := tc.want.Expiry.Format(time.RFC3339); got.ExpireTime != want {
				t.Errorf("expireTime %s, want %s", got.ExpireTime, want)
			}
			grant, ok := g.world.Grant(bridge.NewSecret(got.AccessToken))
			if !ok {
				t.Fatal("the token is not known")
			}
			grant.Members, grant.Project = nil, ""
			if diff := cmp.Diff(tc.want, grant); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestIDToken(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got struct{ Token string }
	g.into(g.do(http.MethodPost, "/v1/projects/-/serviceAccounts/"+account+":generateIdToken", `{"audience":"api://AzureADTokenExchange","includeEmail":true}`, g.federated()), &got)
	claims := claimsOf(t, got.Token)
	want := map[string]any{
		"iss": "https://accounts.google.com", "sub": "1001", "azp": "1001", "aud": "api://AzureADTokenExchange",
		"email": account, "email_verified": true, "iat": float64(noon.Unix()), "exp": float64(noon.Add(time.Hour).Unix()),
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAllowedLocations(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	var got struct {
		Locations        []string
		EncodedLocations string
	}
	for _, resource := range []string{"projects/-/serviceAccounts/" + account, pool} {
		g.into(g.do(http.MethodGet, "/v1/"+resource+"/allowedLocations", "", g.federated()), &got)
		if got.EncodedLocations != "0x0" {
			t.Errorf("%+v", got)
		}
	}
	missing := g.refusal(g.do(http.MethodGet, "/v1/projects/-/serviceAccounts/x@y.iam.gserviceaccount.com/allowedLocations", "", g.federated()))
	if missing.Message != "Not found; Gaia id not found for email x@y.iam.gserviceaccount.com" {
		t.Errorf("%+v", missing)
	}
}

// claimsOf reads a JWT without checking it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}
