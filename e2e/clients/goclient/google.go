package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	aiplatform "cloud.google.com/go/aiplatform/apiv1"
	"cloud.google.com/go/aiplatform/apiv1/aiplatformpb"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/httptransport"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/option"
	"google.golang.org/genai"
	"google.golang.org/protobuf/types/known/structpb"
)

// goAuth is cloud.google.com/go/auth alone.
func goAuth(ctx context.Context) (string, error) {
	creds, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{cloudPlatform}})
	if err != nil {
		return "", err
	}
	client, err := httptransport.NewClient(&httptransport.Options{Credentials: creds})
	if err != nil {
		return "", err
	}
	return predictREST(ctx, client)
}

// oauth2Google is golang.org/x/oauth2/google, which many older programs still use.
func oauth2Google(ctx context.Context) (string, error) {
	creds, err := google.FindDefaultCredentials(ctx, cloudPlatform)
	if err != nil {
		return "", err
	}
	return predictREST(ctx, oauth2.NewClient(ctx, creds.TokenSource))
}

func predictREST(ctx context.Context, client *http.Client) (string, error) {
	body := fmt.Sprintf(`{"instances":[{"content":%q}]}`, prompt)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, baseURL()+"/v1/"+endpoint()+":predict", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("predict: %s: %s", resp.Status, answer)
	}
	return string(answer), nil
}

// genAI is google.golang.org/genai, whole and streamed.
func genAI(ctx context.Context) (string, error) {
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		Backend: genai.BackendVertexAI, Project: os.Getenv("GOOGLE_CLOUD_PROJECT"), Location: location(),
		HTTPOptions: genai.HTTPOptions{BaseURL: os.Getenv("GOOGLE_VERTEX_BASE_URL")},
	})
	if err != nil {
		return "", err
	}
	model := os.Getenv("LB_MODEL")
	answer, err := client.Models.GenerateContent(ctx, model, genai.Text(prompt), nil)
	if err != nil {
		return "", err
	}
	var streamed strings.Builder
	for chunk, err := range client.Models.GenerateContentStream(ctx, model, genai.Text(prompt), nil) {
		if err != nil {
			return "", err
		}
		streamed.WriteString(chunk.Text())
	}
	if streamed.String() != answer.Text() {
		return "", fmt.Errorf("streamed answer %q is not the whole answer %q", streamed.String(), answer.Text())
	}
	return answer.Text(), nil
}

// predictGRPC is the PredictionServiceClient of cloud.google.com/go/aiplatform, over gRPC and TLS.
func predictGRPC(ctx context.Context) (string, error) {
	address := os.Getenv("LB_GRPC")
	if address == "" {
		address = location() + "-aiplatform.googleapis.com:443"
	}
	client, err := aiplatform.NewPredictionClient(ctx, option.WithEndpoint(address))
	if err != nil {
		return "", err
	}
	defer client.Close()
	instance, err := structpb.NewValue(map[string]any{"content": prompt})
	if err != nil {
		return "", err
	}
	answer, err := client.Predict(ctx, &aiplatformpb.PredictRequest{Endpoint: endpoint(), Instances: []*structpb.Value{instance}})
	if err != nil {
		return "", err
	}
	var out []any
	for _, p := range answer.Predictions {
		out = append(out, p.AsInterface())
	}
	text, err := json.Marshal(out)
	return string(text), err
}
