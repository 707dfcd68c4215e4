package main

import (
	"context"
	"os"

	"cloud.google.com/go/auth/credentials"
	"google.golang.org/genai"
)

// withFile names project and location, so that the client takes default credentials: the file that points at the gateway.
func withFile(ctx context.Context) (string, error) {
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		Backend: genai.BackendVertexAI, Project: os.Getenv("LB_PROJECT"), Location: os.Getenv("LB_LOCATION"),
		HTTPOptions: genai.HTTPOptions{BaseURL: os.Getenv("LB_GATEWAY")},
	})
	if err != nil {
		return "", err
	}
	return caller{client}.ask(ctx, who, nil)
}

// withNothing has GOOGLE_VERTEX_BASE_URL and no more: the client sends no credentials.
func withNothing(ctx context.Context) (string, error) {
	client, err := genai.NewClient(ctx, &genai.ClientConfig{Backend: genai.BackendVertexAI})
	if err != nil {
		return "", err
	}
	return caller{client}.whole(ctx)
}

// held is the kind of token that the workload holds with the file: the gateway's own.
func held(ctx context.Context) (string, error) {
	creds, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}})
	if err != nil {
		return "", err
	}
	token, err := creds.Token(ctx)
	if err != nil {
		return "", err
	}
	return token.Value[:min(5, len(token.Value))], nil
}
