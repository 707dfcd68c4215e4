package sandbox

import (
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The person who sets things up on the Azure shore: Owner of the demo subscription.
const (
	operatorName   = "operator@landbridge.example"
	operatorObject = "aaaa0005-0000-4000-8000-000000000b1e"
	// azureCLI is the application that a person's token names, the same in every tenant.
	azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

	operatorLife = time.Hour
)

func seedAzureOperator(w *world.World) {
	w.AddIdentity(world.Identity{
		Name: operatorName, TenantID: tenantID, ObjectID: operatorObject, User: true, Roles: []string{"Owner on /subscriptions/" + subscriptionID},
	})
}

// azureOperator mints the operator's access token for Resource Manager, as "az account get-access-token" prints one.
func (a *admin) azureOperator(*http.Request) (any, error) {
	who, err := a.world.Principal(operatorObject)
	if err != nil {
		return nil, err
	}
	tenant, err := a.world.Tenant(who.TenantID)
	if err != nil {
		return nil, err
	}
	now := a.world.Now().Truncate(time.Second)
	token, err := tenant.Keys.Sign(map[string]any{
		"aud": "https://management.azure.com/", "iss": "https://sts.windows.net/" + tenant.ID + "/", "tid": tenant.ID, "ver": "1.0",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(operatorLife).Unix(),
		"appid": azureCLI, "appidacr": "0", "idtyp": "user", "scp": "user_impersonation", "oid": who.ObjectID, "sub": world.GUID(),
		"upn": who.Name, "unique_name": who.Name, "name": "Operator",
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"access_token": token, "expires_in": int(operatorLife.Seconds())}, nil
}
