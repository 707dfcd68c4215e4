package doctor

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"path"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// verdict is what one content holds.
type verdict struct {
	keys []Key
	fine bool // a credential file without a secret
	// lonely is a private key that says nothing of whom it serves; client says that a client id stands in the file.
	lonely bool
	client bool
}

// credentialJSON is what is read of a credential file, of either cloud. Secrets are only looked at for being there.
type credentialJSON struct {
	Type         string          `json:"type"`
	PrivateKey   string          `json:"private_key"`
	PrivateKeyID string          `json:"private_key_id"`
	ClientEmail  string          `json:"client_email"`
	ProjectID    string          `json:"project_id"`
	ClientID     string          `json:"client_id"`
	ClientSecret string          `json:"client_secret"`
	RefreshToken string          `json:"refresh_token"`
	ClientIDAz   string          `json:"clientId"`
	SecretAz     string          `json:"clientSecret"`
	AppID        string          `json:"appId"`
	Password     string          `json:"password"`
	Tenant       string          `json:"tenant"`
	ServiceID    string          `json:"servicePrincipalId"`
	ServiceKey   string          `json:"servicePrincipalKey"`
	Certificate  string          `json:"clientCertificate"`
	Auths        json.RawMessage `json:"auths"`
	Resources    json.RawMessage `json:"resources"`
	Version      json.RawMessage `json:"terraform_version"`
}

// judge says which secrets a file holds; its name helps where the content does not tell.
func judge(name string, data []byte) verdict {
	switch ext := strings.ToLower(path.Ext(name)); {
	case (ext == ".p12" || ext == ".pfx") && len(data) > 4 && data[0] == 0x30:
		return verdict{keys: []Key{{Kind: GoogleKey}}}
	case ext == ".tfstate" || strings.HasSuffix(name, ".tfstate.backup"):
		return judgeState(data)
	}
	trimmed := bytes.TrimSpace(data)
	if decoded, ok := unbase64(trimmed); ok {
		trimmed = decoded
	}
	switch {
	case len(trimmed) == 0:
		return verdict{}
	case trimmed[0] == '{':
		var f credentialJSON
		if json.Unmarshal(trimmed, &f) == nil {
			return f.judge()
		}
	case trimmed[0] == '[':
		var all []credentialJSON // ~/.azure/service_principal_entries.json
		if json.Unmarshal(trimmed, &all) == nil {
			var v verdict
			for _, f := range all {
				v.keys = append(v.keys, f.judge().keys...)
			}
			return v
		}
	}
	return judgeText(string(trimmed))
}

func (f *credentialJSON) judge() verdict {
	one := func(k Key) verdict { return verdict{keys: []Key{k}} }
	switch {
	case f.Type == "service_account" && f.PrivateKey != "":
		return one(Key{Kind: GoogleKey, Identity: f.ClientEmail, KeyID: f.PrivateKeyID, Project: f.ProjectID})
	case f.Type == "external_account" && f.ClientSecret != "":
		return one(Key{Kind: GoogleClient, Identity: f.ClientID})
	case f.Type == "external_account":
		return verdict{fine: true}
	case (f.Type == "authorized_user" || f.Type == "external_account_authorized_user") && f.RefreshToken != "":
		return one(Key{Kind: GoogleUser})
	case f.SecretAz != "" && !standIn(f.SecretAz):
		return one(Key{Kind: AzureSecret, Identity: f.ClientIDAz})
	case f.AppID != "" && f.Password != "" && f.Tenant != "":
		return one(Key{Kind: AzureSecret, Identity: f.AppID})
	case f.ServiceID != "" && f.ServiceKey != "":
		return one(Key{Kind: AzureSecret, Identity: f.ServiceID})
	case f.ClientSecret != "" && f.Tenant != "" && !standIn(f.ClientSecret): // the Azure CLI's own file
		return one(Key{Kind: AzureSecret, Identity: f.ClientID})
	case len(f.Auths) > 0:
		return judgeRegistries(f.Auths)
	case len(f.Resources) > 0 && len(f.Version) > 0:
		return judgeStateResources(f.Resources)
	}
	return verdict{client: f.ClientID != "" || f.ClientIDAz != "" || f.AppID != ""}
}

// judgeRegistries reads a Docker configuration: Artifact Registry takes a service-account key as a password.
func judgeRegistries(raw json.RawMessage) verdict {
	var auths map[string]struct{ Auth, Username, Password string }
	if json.Unmarshal(raw, &auths) != nil {
		return verdict{}
	}
	var v verdict
	for host, a := range auths {
		if decoded, err := base64.StdEncoding.DecodeString(a.Auth); err == nil && a.Auth != "" {
			a.Username, a.Password, _ = strings.Cut(string(decoded), ":")
		}
		if a.Username != "_json_key" && a.Username != "_json_key_base64" {
			continue
		}
		for _, k := range judge("key.json", []byte(a.Password)).keys {
			k.Where = "registry " + host
			v.keys = append(v.keys, k)
		}
	}
	return v
}

// judgeState reads a Terraform state, where every attribute of a resource stands in clear.
func judgeState(data []byte) verdict {
	var state struct {
		Resources json.RawMessage `json:"resources"`
	}
	if json.Unmarshal(data, &state) != nil {
		return verdict{}
	}
	return judgeStateResources(state.Resources)
}

func judgeStateResources(raw json.RawMessage) verdict {
	var resources []struct {
		Type, Name string
		Instances  []struct{ Attributes map[string]any }
	}
	if json.Unmarshal(raw, &resources) != nil {
		return verdict{}
	}
	var v verdict
	for _, r := range resources {
		for _, i := range r.Instances {
			text := func(name string) string { s, _ := i.Attributes[name].(string); return s }
			where := r.Type + "." + r.Name
			switch r.Type {
			case "google_service_account_key":
				if text("private_key") != "" {
					id := text("name")
					email := strings.TrimPrefix(text("service_account_id"), "projects/-/serviceAccounts/")
					if at := strings.LastIndex(email, "/serviceAccounts/"); at >= 0 {
						email = email[at+len("/serviceAccounts/"):]
					}
					v.keys = append(v.keys, Key{Kind: GoogleKey, Where: where, Identity: email, KeyID: id[strings.LastIndex(id, "/")+1:]})
				}
			case "azuread_application_password", "azuread_service_principal_password":
				if text("value") != "" {
					v.keys = append(v.keys, Key{Kind: AzureSecret, Where: where, Identity: text("application_id"), KeyID: text("key_id")})
				}
			}
		}
	}
	return v
}

var (
	assignment  = bridge.FormOf(`(?m)^[ \t]*(?:export[ \t]+|set[ \t]+|-[ \t]+)?["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([^\s#"']+))`)
	emailLine   = bridge.FormOf(`["']?client_email["']?\s*[:=]\s*["']?([^\s"',]+@[^\s"',]+)`)
	keyIDLine   = bridge.FormOf(`["']?private_key_id["']?\s*[:=]\s*["']?([0-9a-f]{20,64})`)
	accountType = bridge.FormOf(`["']?type["']?\s*[:=]\s*["']?service_account\b`)
)

// judgeText reads what is neither JSON nor binary: PEM, .env, YAML, Terraform variables, shell.
func judgeText(text string) verdict {
	private := strings.Contains(text, "PRIVATE KEY-----")
	if private && accountType().MatchString(text) {
		k := Key{Kind: GoogleKey}
		if m := emailLine().FindStringSubmatch(text); m != nil {
			k.Identity = m[1]
		}
		if m := keyIDLine().FindStringSubmatch(text); m != nil {
			k.KeyID = m[1]
		}
		return verdict{keys: []Key{k}}
	}
	if private && strings.HasPrefix(strings.TrimSpace(text), "-----BEGIN ") {
		return verdict{lonely: true}
	}
	var v verdict
	for _, m := range assignment().FindAllStringSubmatch(text, 2000) {
		name, value := m[1], m[2]+m[3]+m[4]
		upper := strings.ToUpper(name)
		if strings.HasSuffix(upper, "CLIENT_ID") || upper == "CLIENTID" {
			v.client = true
		}
		found := judgeVariable(name, strings.ReplaceAll(value, `\"`, `"`))
		if len(found.keys) == 0 && (upper == "CLIENT_SECRET" || upper == "CLIENTSECRET") && !standIn(value) && len(value) >= 16 {
			found.keys = []Key{{Kind: AzureSecret}}
		}
		for _, k := range found.keys {
			k.Where = name
			v.keys = append(v.keys, k)
		}
	}
	return v
}

// unbase64 undoes the coat that Secrets and CI variables put around JSON.
func unbase64(data []byte) ([]byte, bool) {
	if len(data) < 16 || !bytes.HasPrefix(data, []byte("ey")) && !bytes.HasPrefix(data, []byte("ew")) || bytes.ContainsRune(data, '.') {
		return nil, false
	}
	out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), ""))
	return out, err == nil && len(out) > 0 && out[0] == '{'
}
