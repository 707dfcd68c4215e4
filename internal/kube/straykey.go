package kube

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// stray says whether a value is, or holds, a long-lived key. Neighbours are the values beside it, for the ids that belong
// to a client secret.
func stray(name, value string, neighbours map[string]string) (StrayKey, bool) {
	for _, text := range []string{value, unwrapped(value)} {
		if key, ok := googleKey(text); ok {
			return key, true
		}
		if key, ok := azureJSON(text); ok {
			return key, true
		}
	}
	plain := strings.TrimSpace(value)
	if clientSecret().MatchString(plain) || plain != "" && !strings.ContainsAny(plain, " \n") && len(plain) >= 16 && namesClientSecret(name) {
		id := StrayKey{Kind: AzureSecret}
		for other, value := range neighbours {
			switch canonical(other) {
			case "azureclientid", "armclientid", "clientid", "aadclientid":
				id.ClientID = guidOf(value)
			case "azuretenantid", "armtenantid", "tenantid", "aadtenantid":
				id.TenantID = guidOf(value)
			}
		}
		return id, true
	}
	return StrayKey{}, false
}

// unwrapped is a value that somebody has encoded once more; "" when it is not base64.
func unwrapped(value string) string {
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		return ""
	}
	return string(plain)
}

// googleKey finds a service-account key file, which may stand inside of other text.
func googleKey(text string) (StrayKey, bool) {
	var file struct {
		Type       string `json:"type"`
		Email      string `json:"client_email"`
		KeyID      string `json:"private_key_id"`
		PrivateKey string `json:"private_key"`
	}
	if !strings.Contains(text, "private_key") {
		return StrayKey{}, false
	}
	for _, candidate := range objectsIn(text) {
		if json.Unmarshal([]byte(candidate), &file) == nil && file.Type == "service_account" && file.PrivateKey != "" {
			return StrayKey{Kind: GoogleKey, Email: file.Email, KeyID: file.KeyID}, true
		}
	}
	return StrayKey{}, false
}

// azureJSON finds what `az ad sp create-for-rbac` prints, in either of its forms, and Azure's cloud provider file.
func azureJSON(text string) (StrayKey, bool) {
	if !strings.Contains(strings.ToLower(text), "secret") && !strings.Contains(text, "password") {
		return StrayKey{}, false
	}
	for _, candidate := range objectsIn(text) {
		var fields map[string]any
		if json.Unmarshal([]byte(candidate), &fields) != nil {
			continue
		}
		said := map[string]string{}
		for name, value := range fields {
			if s, ok := value.(string); ok {
				said[canonical(name)] = s
			}
		}
		for _, form := range []struct{ secret, client, tenant string }{
			{"clientsecret", "clientid", "tenantid"},
			{"password", "appid", "tenant"},
			{"aadclientsecret", "aadclientid", "tenantid"},
		} {
			if said[form.secret] != "" && guidOf(said[form.client]) != "" {
				return StrayKey{Kind: AzureSecret, ClientID: guidOf(said[form.client]), TenantID: guidOf(said[form.tenant])}, true
			}
		}
	}
	return StrayKey{}, false
}

// objectsIn are the JSON objects in a text: those that begin at a brace, the first few, and those inside of their texts: an
// image pull secret has the key file of "_json_key" as a password.
func objectsIn(text string) []string { return objectsBelow(text, 3) }

func objectsBelow(text string, depth int) []string {
	var out []string
	for at, tries := 0, 64; tries > 0; tries-- { // a text of nothing but braces must not cost its square
		brace := strings.IndexByte(text[at:], '{')
		if brace < 0 {
			return out
		}
		at += brace
		var raw json.RawMessage
		if json.NewDecoder(strings.NewReader(text[at:])).Decode(&raw) == nil {
			out = append(out, string(raw))
			if depth > 0 {
				for _, inner := range textsIn(raw) {
					out = append(out, objectsBelow(inner, depth-1)...)
				}
			}
		}
		at++
	}
	return out
}

// textsIn are the texts of a JSON value that may be JSON themselves.
func textsIn(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		if strings.Contains(one, "{") {
			return []string{one}
		}
		return nil
	}
	var out []string
	var fields map[string]json.RawMessage
	var elements []json.RawMessage
	if json.Unmarshal(raw, &fields) != nil && json.Unmarshal(raw, &elements) != nil {
		return nil
	}
	for _, value := range fields {
		out = append(out, textsIn(value)...)
	}
	for _, value := range elements {
		out = append(out, textsIn(value)...)
	}
	return out
}

// clientSecret is the form of the secrets that Entra makes since 2021: 40 characters with the mark "8Q~" or "7Q~".
var clientSecret = bridge.FormOf(`^[A-Za-z0-9_.~-]{3}[78]Q~[A-Za-z0-9_.~-]{31,34}$`)

// namesClientSecret knows the names under which programs look for one.
func namesClientSecret(name string) bool {
	switch canonical(name) {
	case "azureclientsecret", "armclientsecret", "aadclientsecret", "entraclientsecret", "spclientsecret", "serviceprincipalkey":
		return true
	}
	return false
}

// canonical is a name without its case and its dashes.
func canonical(name string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
}

func guidOf(value string) string {
	if value = strings.TrimSpace(value); estate.IsGUID(value) {
		return value
	}
	return ""
}
