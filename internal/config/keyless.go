package config

import (
	"encoding/json"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// What is refused wherever it stands, and the way out of it.
const (
	googleKeyText = "a Google service-account key is refused: Landbridge holds no long-lived secret"
	googleKeyFix  = "name the account in to_google.service_account, let the workload impersonate it " +
		"(roles/iam.workloadIdentityUser), then delete the key: gcloud iam service-accounts keys delete KEY_ID --iam-account=EMAIL"
	azureSecretText = "an Azure client secret is refused: Landbridge holds no long-lived secret"
	azureSecretFix  = "trust the workload's own identity instead (az identity federated-credential create, or " +
		"az ad app federated-credential create), name it in client_id, then delete the secret: az ad app credential delete"
	privateKeyText = "a private key is refused: Landbridge holds no long-lived secret"
	tokenText      = "this looks like a token, and a token is never configured"
	tokenFix       = "name the file that holds it in source.file, or let source.kind: auto find it"
)

// refuseKey reports a key whose very name says that a long-lived secret follows.
func (l *loader) refuseKey(path, key string, where Origin) bool {
	switch strings.ToLower(strings.ReplaceAll(key, "-", "_")) {
	case "private_key", "private_key_id", "service_account_key", "service_account_json", "credentials_json":
		l.at(Mistake, where, path, googleKeyText, googleKeyFix)
	case "client_secret", "clientsecret", "azure_client_secret", "client_certificate":
		l.at(Mistake, where, path, azureSecretText, azureSecretFix)
	default:
		return false
	}
	return true
}

// refuseKeyMapping reports a mapping that is a service-account key file, once.
func (l *loader) refuseKeyMapping(path string, pairs []*ast.MappingValueNode) bool {
	for _, pair := range pairs {
		if v, ok := pair.Value.(*ast.StringNode); ok && pair.Key.GetToken().Value == "type" && v.Value == "service_account" {
			l.at(Mistake, l.where(pair.Key.GetToken()), path, googleKeyText, googleKeyFix)
			l.unreadable = l.unreadable || path == "" // the whole file is one: it lacks nothing
			return true
		}
	}
	return false
}

// refuseWithin looks for secrets below a key that is unknown. Finding one is worth more than calling the key unknown.
func (l *loader) refuseWithin(path string, n ast.Node) bool {
	switch x := n.(type) {
	case *ast.StringNode:
		return l.refuseValue(path, x.Value, l.where(x.GetToken()))
	case *ast.LiteralNode:
		return l.refuseValue(path, x.Value.Value, l.where(x.GetToken()))
	case *ast.SequenceNode:
		found := false
		for _, item := range x.Values {
			found = l.refuseWithin(path, item) || found
		}
		return found
	}
	pairs, ok := mapping(n)
	if !ok {
		return false
	}
	if l.refuseKeyMapping(path, pairs) {
		return true
	}
	found := false
	for _, pair := range pairs {
		tk := pair.Key.GetToken()
		inner := path + "." + safeKey(tk.Value)
		found = l.refuseKey(inner, tk.Value, l.where(tk)) || l.refuseWithin(inner, pair.Value) || found
	}
	return found
}

// refuseValue reports a value that is itself a key or a token.
func (l *loader) refuseValue(path, s string, where Origin) bool {
	switch {
	case strings.Contains(s, "private_key") || strings.Contains(s, "service_account") && strings.Contains(s, "{"):
		l.at(Mistake, where, path, googleKeyText, googleKeyFix)
	case strings.Contains(s, "PRIVATE KEY"):
		l.at(Mistake, where, path, privateKeyText, googleKeyFix)
	case looksLikeToken(s):
		l.at(Mistake, where, path, tokenText, tokenFix)
	default:
		return false
	}
	return true
}

// refuseFile reads a file that the configuration names as a token's and refuses what is no token. Where the file cannot
// be read, somebody may be checking on another machine: that is a warning.
func (l *loader) refuseFile(path, name string) (content string) {
	if l.readFile == nil || l.spoiled[path] {
		return ""
	}
	data, err := l.readFile(name)
	if err != nil {
		l.warn(path, "cannot be read here: "+cause(err), "check the path, and that this user may read it")
		return ""
	}
	content = strings.TrimSpace(string(data))
	var credential struct {
		Type       string `json:"type"`
		PrivateKey string `json:"private_key"`
	}
	_ = json.Unmarshal([]byte(content), &credential) // what is not JSON is not a credential file
	switch {
	case credential.Type == "service_account" || credential.PrivateKey != "":
		l.mistake(path, "the file is a Google service-account key, which is refused: Landbridge holds no long-lived secret", googleKeyFix)
	case strings.Contains(content, "PRIVATE KEY-----"):
		l.mistake(path, "the file is a private key, which is refused: Landbridge holds no long-lived secret", googleKeyFix)
	case credential.Type != "":
		l.mistake(path, "the file is a credential configuration of type "+quote(credential.Type)+", not a token", "name the file that it reads the token from")
	}
	return content
}

func looksLikeToken(s string) bool {
	return strings.HasPrefix(s, "eyJ") && strings.Count(s, ".") >= 2 || strings.HasPrefix(s, "ya29.")
}
