package estate_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/estate"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{
		estate.Mark("prod"):                             "prod",
		"For the chat team.\n" + estate.Mark("prod"):    "prod",
		estate.Mark("prod") + "\nAsk platform@example.": "prod",
		"":                             "",
		"made by hand":                 "",
		"not made by landbridge setup": "",
	} {
		if got := estate.MarkedBy(description); got != want {
			t.Errorf("%q is marked by %q, want %q", description, got, want)
		}
	}
	if n := len(estate.Mark(strings.Repeat("a", 32))); n > 256 {
		t.Errorf("a mark has %d characters", n)
	}
}

func TestCredentialNames(t *testing.T) {
	t.Parallel()
	if got := estate.CredentialMarkedBy(estate.CredentialName("prod-west", "aks-team-chat")); got != "prod-west" {
		t.Errorf("%q", got)
	}
	for _, foreign := range []string{"", "github", "landbridge", "landbridge_", "landbridge_prod", "other_landbridge_prod_x"} {
		if got := estate.CredentialMarkedBy(foreign); got != "" {
			t.Errorf("%q is marked by %q", foreign, got)
		}
	}
}

func TestAccountDomain(t *testing.T) {
	t.Parallel()
	for project, want := range map[string]string{
		"my-project":             "my-project.iam.gserviceaccount.com",
		"example.com:my-project": "my-project.example.com.iam.gserviceaccount.com",
	} {
		if got := estate.AccountDomain(project); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for email, want := range map[string]string{
		"chat@my-project.iam.gserviceaccount.com":             "my-project",
		"chat@my-project.example.com.iam.gserviceaccount.com": "example.com:my-project",
		"123-compute@developer.gserviceaccount.com":           "",
		"chat": "",
	} {
		if got := estate.AccountProject(email); got != want {
			t.Errorf("the project of %s is %q, want %q", email, got, want)
		}
	}
	if got := (&estate.Account{Project: "example.com:p", ID: "chat"}).Email(); got != "chat@p.example.com.iam.gserviceaccount.com" {
		t.Errorf("%q", got)
	}
}

func TestIsGUID(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"0a0b0c0d-1111-4222-8333-444455556666": true, "0A0B0C0D-1111-4222-8333-44445555666F": true,
		"": false, "0a0b0c0d111142228333444455556666": false, "0a0b0c0d-1111-4222-8333-44445555666g": false,
		"0a0b0c0d-1111-4222-8333_444455556666": false, "{0a0b0c0d-1111-4222-8333-444455556666}": false,
	} {
		if got := estate.IsGUID(s); got != want {
			t.Errorf("%q: %t", s, got)
		}
	}
}

func TestFullNames(t *testing.T) {
	t.Parallel()
	const pool = "projects/123456789/locations/global/workloadIdentityPools/azure"
	p := &estate.Pool{Project: "123456789", ID: "azure"}
	if got := p.Name(); got != pool {
		t.Errorf("the pool is %q", got)
	}
	if got := p.Principals(); got != "principal://iam.googleapis.com/"+pool+"/subject/" {
		t.Errorf("its principals begin with %q", got)
	}
	if got := (&estate.Provider{Project: "123456789", Pool: "azure", ID: "aks-prod"}).Name(); got != pool+"/providers/aks-prod" {
		t.Errorf("the provider is %q", got)
	}
}

func TestPublicKeysAreOneForm(t *testing.T) {
	t.Parallel()
	a, err := estate.PublicKeys([]byte(`{"keys":[{"kid":"b","kty":"RSA","e":"AQAB","n":"xx","x5c":["MII"],"x5t":"t"},{"kty":"EC","crv":"P-256","kid":"a","x":"1","y":"2","use":"sig"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"keys":[{"kty":"EC","kid":"a","use":"sig","crv":"P-256","x":"1","y":"2"},{"kty":"RSA","kid":"b","n":"xx","e":"AQAB"}]}`
	if a != want {
		t.Errorf("%s\nwant\n%s", a, want)
	}
	if again, err := estate.PublicKeys([]byte(a)); again != a || err != nil {
		t.Errorf("a second time: %s %v", again, err)
	}
	for doc, want := range map[string]string{`{"keys":[]}`: "the JWKS document has no keys", `<html>`: "not a JWKS document"} {
		if _, err := estate.PublicKeys([]byte(doc)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestSides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spec estate.Spec
		want estate.Side
	}{
		{&estate.Cluster{}, estate.Azure},
		{&estate.Identity{}, estate.Azure},
		{&estate.FederatedCredential{}, estate.Azure},
		{&estate.RoleAssignment{}, estate.Azure},
		{&estate.Project{}, estate.Google},
		{&estate.Service{}, estate.Google},
		{&estate.Pool{}, estate.Google},
		{&estate.Provider{}, estate.Google},
		{&estate.Account{}, estate.Google},
		{&estate.Role{}, estate.Google},
		{&estate.Grants{}, estate.Google},
		{&estate.Issuer{}, estate.Kubernetes},
		{&estate.Namespace{}, estate.Kubernetes},
		{&estate.KubernetesAccount{}, estate.Kubernetes},
		{&estate.KubernetesSettings{}, estate.Kubernetes},
	} {
		if got := c.spec.Kind().Side(); got != c.want {
			t.Errorf("%s lives on %s, want %s", c.spec.Kind(), got, c.want)
		}
	}
}
