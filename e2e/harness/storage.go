package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// StorageAccount makes a storage account of the sandbox's subscription, or changes what one keeps, and returns its resource id.
func (s *Sandbox) StorageAccount(t testing.TB, name string, keeps map[string]any) string {
	t.Helper()
	var made struct {
		ID string `json:"resource_id"`
	}
	s.admin(t, http.MethodPut, "/storage/accounts/"+name, keeps, &made)
	return made.ID
}

// Blob lets something happen to a blob at a time of its own.
func (s *Sandbox) Blob(t testing.TB, event map[string]any) {
	t.Helper()
	s.admin(t, http.MethodPost, "/storage/blobs", event, nil)
}

// GrantAzure gives an object a built-in role on a scope, as the sandbox's operator, by Resource Manager. The role is its id.
func (s *Sandbox) GrantAzure(t testing.TB, object, role, scope, assignment string) {
	t.Helper()
	var operator struct {
		Token string `json:"access_token"`
	}
	s.admin(t, http.MethodPost, "/tokens/azure-operator", struct{}{}, &operator)
	body, err := json.Marshal(map[string]any{"properties": map[string]string{
		"roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/" + role, "principalId": object, "principalType": "ServicePrincipal",
	}})
	if err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("%s%s/providers/Microsoft.Authorization/roleAssignments/%s?api-version=2022-04-01", s.HTTP, scope, assignment)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+operator.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		t.Fatalf("the role assignment was answered with %d: %s", resp.StatusCode, text)
	}
}
