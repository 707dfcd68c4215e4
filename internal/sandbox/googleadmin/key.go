package googleadmin

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// noExpiry is what Google shows for a key that lives until somebody deletes it.
const noExpiry = "9999-12-31T23:59:59Z"

// listKeys lists an account's keys: the one that Google manages for itself, and those whose private half somebody has.
func (a *admin) listKeys(c *call) (any, *problem) {
	account, err := a.world.ServiceAccount(c.id)
	if err != nil {
		return nil, unknownAccount()
	}
	types := c.URL.Query()["keyTypes"]
	for _, t := range types {
		if !slices.Contains([]string{"USER_MANAGED", "SYSTEM_MANAGED", "KEY_TYPE_UNSPECIFIED"}, t) {
			return nil, googleapi.Invalid("Invalid value at 'key_types' (type.googleapis.com/google.iam.admin.v1.ListServiceAccountKeysRequest.KeyType), \"" + t + "\"")
		}
	}
	wants := func(t string) bool { return len(types) == 0 || slices.Contains(types, t) }
	var out []map[string]any
	if wants("USER_MANAGED") {
		for _, k := range account.Keys {
			out = append(out, keyJSON(account, k))
		}
	}
	if wants("SYSTEM_MANAGED") {
		sum := sha256.Sum256([]byte(account.UniqueID))
		now := a.world.Now().UTC().Truncate(24 * time.Hour)
		out = append(out, map[string]any{
			"name": keyName(account, hex.EncodeToString(sum[:20])), "keyAlgorithm": "KEY_ALG_RSA_2048", "keyOrigin": "GOOGLE_PROVIDED", "keyType": "SYSTEM_MANAGED",
			"validAfterTime": now.Format(time.RFC3339), "validBeforeTime": now.Add(16 * 24 * time.Hour).Format(time.RFC3339),
		})
	}
	return listed("keys", out, ""), nil
}

func keyName(s world.ServiceAccount, id string) string {
	return "projects/" + s.ProjectID + "/serviceAccounts/" + s.Email + "/keys/" + id
}

func keyJSON(s world.ServiceAccount, k world.AccountKey) map[string]any {
	out := map[string]any{
		"name": keyName(s, k.ID), "keyAlgorithm": "KEY_ALG_RSA_2048", "keyOrigin": "GOOGLE_PROVIDED", "keyType": "USER_MANAGED",
		"validAfterTime": k.Created.UTC().Format(time.RFC3339), "validBeforeTime": noExpiry,
	}
	if !k.Expires.IsZero() {
		out["validBeforeTime"] = k.Expires.UTC().Format(time.RFC3339)
	}
	if k.Uploaded {
		out["keyOrigin"] = "USER_PROVIDED"
	}
	if k.Disabled {
		out["disabled"] = true
	}
	return out
}
