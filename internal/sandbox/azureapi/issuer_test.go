package azureapi_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/sandbox/azureapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestWithoutSecretsNobodyGetsIn(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	s.server.Config.Handler = azureapi.New(s.world, azureapi.Options{})
	equal(t, "App Service", 401, s.get("/msi/token?api-version=2019-08-01&resource=x", head("X-IDENTITY-HEADER", "")).status)
	equal(t, "Service Fabric", 400, s.get("/servicefabric/metadata/identity/oauth2/token?api-version=2019-07-01-preview&resource=x", nil).status)
	equal(t, "Arc", 500, s.get("/arc/metadata/identity/oauth2/token?api-version=2020-06-01&resource=x", head("Metadata", "true")).status)
}

func TestIssuer(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	path := strings.TrimPrefix(issuer, "https://westeurope.oic.prod-aks.azure.com")
	want := `{"issuer":"` + issuer + `","jwks_uri":"` + issuer + `openid/v1/jwks","response_types_supported":["id_token"],` +
		`"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`
	equal(t, "discovery", want, s.get(path+".well-known/openid-configuration", nil).body)
	equal(t, "jwks", string(mustCluster(s).Keys.JWKS()), s.get(path+"openid/v1/jwks", nil).body)
	equal(t, "unknown issuer", 404, s.get("/x/y/openid/v1/jwks", head("Host", "westeurope.oic.prod-aks.azure.com")).status)

	rotated := world.NewKeyRing()
	rotated.Rotate(1)
	c := mustCluster(s)
	c.Keys = rotated
	s.world.AddCluster(c)
	jwks := decode[struct{ Keys []map[string]string }](t, s.get(path+"openid/v1/jwks", nil).body)
	if len(jwks.Keys) != 2 || jwks.Keys[0]["kty"] != "RSA" || jwks.Keys[0]["use"] != "sig" || jwks.Keys[0]["alg"] != "RS256" {
		t.Errorf("keys after a rotation: %v", jwks)
	}
}
