package kube

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

// User is who calls the API server, as a client certificate names it.
type User struct {
	Name   string
	Groups []string
}

// Administrator may do everything.
var Administrator = User{Name: "admin", Groups: []string{"system:masters"}}

// Kubeconfig writes a kubeconfig of a user, with a certificate made for it, into the folder dir and returns its path. Its
// only context is "test".
func (c *Control) Kubeconfig(dir string, who User) (string, error) {
	cert, err := c.keys.identity(who)
	if err != nil {
		return "", err
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return "", err
	}
	config := map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": []any{map[string]any{"name": "test", "cluster": map[string]any{
			"server": c.url, "certificate-authority-data": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.keys.ca.Raw}),
		}}},
		"users": []any{map[string]any{"name": who.Name, "user": map[string]any{
			"client-certificate-data": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
			"client-key-data":         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		}}},
		"contexts": []any{map[string]any{"name": "test", "context": map[string]string{"cluster": "test", "user": who.Name}}},
	}
	text, err := json.Marshal(config) // JSON is YAML
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("kubeconfig-%d", c.keys.serial))
	return path, os.WriteFile(path, text, 0o600)
}
