package landbridge_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"cloud.google.com/go/auth"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"golang.org/x/oauth2"

	"github.com/landbridge/landbridge"
)

// A program on AKS calls a Google API with an ordinary HTTP client.
func ExampleNew() {
	ctx := context.Background()
	bridge, err := landbridge.New(ctx, landbridge.Options{
		Provider:       "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod",
		ServiceAccount: "app@prod.iam.gserviceaccount.com",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer bridge.Close()
	client := oauth2.NewClient(ctx, bridge.TokenSource())
	resp, err := client.Get("https://aiplatform.googleapis.com/v1/projects/prod/locations/global/publishers/google/models")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
}

// With no options everything comes from the environment: LANDBRIDGE_TO_GOOGLE_PROVIDER, or an external_account file in
// GOOGLE_APPLICATION_CREDENTIALS.
func ExampleBridge_Credentials() {
	bridge, err := landbridge.New(context.Background(), landbridge.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer bridge.Close()
	var credentials *auth.Credentials = bridge.Credentials() // genai.ClientConfig.Credentials, option.WithAuthCredentials
	fmt.Println(credentials.ProjectID(context.Background()))
}

// A service of yours on Cloud Run wants to know who calls.
func ExampleBridge_IDToken() {
	ctx := context.Background()
	bridge, err := landbridge.New(ctx, landbridge.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer bridge.Close()
	token, err := bridge.IDToken(ctx, "https://report-abc.a.run.app")
	if err != nil {
		log.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://report-abc.a.run.app/today", nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
}

// A Vertex pipeline reads Azure Storage.
func ExampleNewAzureCredential() {
	credential, err := landbridge.NewAzureCredential(context.Background(), landbridge.AzureOptions{
		TenantID: "11111111-2222-3333-4444-555555555555",
		ClientID: "66666666-7777-8888-9999-000000000000",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer credential.Close()
	var anyAzureClientTakesIt azcore.TokenCredential = credential // azblob.NewClient(url, credential, nil)
	_ = anyAzureClientTakesIt
}

// A refusal says which hop refused, in whose words, and what to do next.
func ExampleError() {
	_, err := landbridge.New(context.Background(), landbridge.Options{Provider: "projects/my-project/locations/global/workloadIdentityPools/azure/providers/aks-prod"})
	if refusal, ok := errors.AsType[*landbridge.Error](err); ok {
		fmt.Println(refusal.Hop, refusal.Code)
		fmt.Println(refusal.Hint)
	}
	// Output:
	// sts provider_name_invalid
	// gcloud projects describe my-project --format='value(projectNumber)'
}
