package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// azureWorkload is azidentity's WorkloadIdentityCredential from the AZURE_* variables. The authority is given in code as
// well, because instance discovery goes to Microsoft unless it is switched off there.
func azureWorkload(ctx context.Context) (string, error) {
	options := &azidentity.WorkloadIdentityCredentialOptions{DisableInstanceDiscovery: true}
	options.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: os.Getenv("AZURE_AUTHORITY_HOST")}
	credential, err := azidentity.NewWorkloadIdentityCredential(options)
	if err != nil {
		return "", err
	}
	return azureToken(ctx, credential)
}

// azureManaged is azidentity's ManagedIdentityCredential from the variables of the host.
func azureManaged(ctx context.Context) (string, error) {
	options := &azidentity.ManagedIdentityCredentialOptions{}
	if id := os.Getenv("AZURE_CLIENT_ID"); id != "" {
		options.ID = azidentity.ClientID(id)
	}
	credential, err := azidentity.NewManagedIdentityCredential(options)
	if err != nil {
		return "", err
	}
	return azureToken(ctx, credential)
}

// azureToken asks for a token and says what a test may know of it: its hash and its claims.
func azureToken(ctx context.Context, credential azcore.TokenCredential) (string, error) {
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{os.Getenv("LB_AZURE_SCOPE")}})
	if err != nil {
		return "", err
	}
	parts := strings.Split(token.Token, ".")
	if len(parts) != 3 {
		return "", errors.New("the token is no JWT")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var claims map[string]any
	if err := json.Unmarshal(body, &claims); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(token.Token))
	out := map[string]any{"token": "sha256:" + hex.EncodeToString(sum[:8])}
	for _, name := range []string{"iss", "aud", "sub", "oid", "appid", "azp"} {
		out[name] = claims[name]
	}
	text, err := json.Marshal(out)
	return string(text), err
}
