package azureapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	armList   = "/subscriptions?api-version=2022-12-01"
	armOne    = "/subscriptions/" + subscriptionID + "?api-version=2022-12-01"
	armGroups = "/subscriptions/" + subscriptionID + "/resourceGroups?api-version=2022-12-01"
)

func TestARM(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	h := bearer(s.token("https://management.azure.com/.default"))
	const one = `{"id":"/subscriptions/` + subscriptionID + `","authorizationSource":"RoleBased","subscriptionId":"` + subscriptionID +
		`","tenantId":"` + tenantID + `","displayName":"demo","state":"Enabled"}`
	equal(t, "list", `{"count":{"type":"Total","value":1},"value":[`+one+`]}`, s.get(armList, h).body)
	equal(t, "one", one, s.get(armOne, h).body)
	const group = `{"id":"/subscriptions/` + subscriptionID + `/resourceGroups/rg-app","name":"rg-app","type":"Microsoft.Resources/resourceGroups","location":"westeurope","properties":{"provisioningState":"Succeeded"}}`
	equal(t, "groups it may see", `{"value":[`+group+`]}`, s.get(armGroups, h).body)
	equal(t, "one group", group, s.get("/subscriptions/"+subscriptionID+"/resourcegroups/rg-app?api-version=2022-12-01", h).body)
	equal(t, "by production name", 200, s.get(armList, head("Host", "management.azure.com", "Authorization", h.Get("Authorization"))).status)
}

func TestARMRefusals(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	s.world.AddIdentity(world.Identity{Name: "stranger", TenantID: tenantID, ClientID: secondClientID, ObjectID: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"})
	stranger := s.sign(tenantID, map[string]any{"oid": "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "appid": secondClientID})
	forged, err := world.NewKeyRing().Sign(map[string]any{
		"iss": "https://sts.windows.net/" + tenantID + "/", "tid": tenantID, "oid": objectID, "aud": "https://management.azure.com/", "exp": noon.Add(time.Hour).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	good := s.sign(tenantID, nil)
	denied := func(action, scope string) string {
		return "The client '" + secondClientID + "' with object id 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' does not have authorization to perform action '" + action +
			"' over scope '" + scope + "' or the scope is invalid. If access was recently granted, please refresh your credentials."
	}
	tests := []struct {
		name, path, token string
		status            int
		code, message     string
	}{
		{"no token", armOne, "", 401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."},
		{"no JWT", armOne, "junk", 401, "InvalidAuthenticationToken", "The access token is invalid."},
		{"forged", armOne, forged, 401, "AuthenticationFailed", "Authentication failed."},
		{
			"expired", armOne, s.sign(tenantID, map[string]any{"exp": noon.Add(-6 * time.Minute).Unix()}), 401, "ExpiredAuthenticationToken",
			"The access token expiry UTC time '11/23/2026 11:54:00 AM' is earlier than current UTC time '11/23/2026 12:00:00 PM'.",
		},
		{"not yet valid", armOne, s.sign(tenantID, map[string]any{"nbf": noon.Add(6 * time.Minute).Unix()}), 401, "InvalidAuthenticationToken", "The access token is invalid."},
		{"unknown issuer", armOne, s.sign(tenantID, map[string]any{"iss": "https://evil.example/"}), 401, "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer 'https://evil.example/'."},
		{
			"wrong audience", armOne, s.token("https://storage.azure.com/.default"), 401, "InvalidAuthenticationTokenAudience",
			"The access token has been obtained for wrong audience or resource 'https://storage.azure.com'. It should exactly match with one of the allowed audiences " +
				"'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.",
		},
		{
			"another tenant", armOne, s.sign(otherTenant, nil), 401, "InvalidAuthenticationTokenTenant",
			"The access token is from the wrong issuer 'https://sts.windows.net/" + otherTenant + "/'. It must match the tenant 'https://sts.windows.net/" + tenantID + "/' associated with this subscription. " +
				"Please use the authority (URL) 'https://login.windows.net/" + tenantID + "' to get the token. " +
				"Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). " +
				"If you just transferred your subscription and see this error message, please try back later.",
		},
		{"no api-version", "/subscriptions", good, 400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests."},
		{"no role, subscription", armOne, stranger, 403, "AuthorizationFailed", denied("Microsoft.Resources/subscriptions/read", "/subscriptions/"+subscriptionID)},
		{"no role, groups", armGroups, stranger, 403, "AuthorizationFailed", denied("Microsoft.Resources/subscriptions/resourceGroups/read", "/subscriptions/"+subscriptionID)},
		{
			"no role, group", "/subscriptions/" + subscriptionID + "/resourceGroups/rg-data?api-version=1", stranger, 403, "AuthorizationFailed",
			denied("Microsoft.Resources/subscriptions/resourceGroups/read", "/subscriptions/"+subscriptionID+"/resourceGroups/rg-data"),
		},
		{"unknown subscription", "/subscriptions/abc?api-version=1", good, 404, "SubscriptionNotFound", "The subscription 'abc' could not be found."},
		{"another resource", "/subscriptions/" + subscriptionID + "/providers?api-version=1", good, 501, "NotImplemented", "The sandbox does not pretend GET /subscriptions/" + subscriptionID + "/providers. The real API may know it."},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := bearer(tc.token)
			if tc.token == "" {
				h = nil
			}
			got := s.get(tc.path, h)
			equal(t, "status", tc.status, got.status)
			e := decode[map[string]map[string]string](t, got.body)["error"]
			equal(t, "code", tc.code, e["code"])
			equal(t, "message", tc.message, e["message"])
			challenge := got.header.Get("WWW-Authenticate")
			if tc.status == 401 && !strings.HasPrefix(challenge, `Bearer authorization_uri="https://login.windows.net/`+tenantID+`", error="invalid_token", error_description="`) {
				t.Errorf("challenge: %q", challenge)
			}
		})
	}
	equal(t, "nothing to see", `{"count":{"type":"Total","value":0},"value":[]}`, s.get(armList, bearer(stranger)).body)
}

func TestARMForgetsADeletedIdentity(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	token := s.sign(tenantID, map[string]any{"oid": world.GUID()})
	equal(t, "status", 403, s.get(armOne, bearer(token)).status)
}
