package app

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/wire"
)

// operator is the sandbox's person who sets things up: what "gcloud auth login", "az login" and "az aks get-credentials"
// leave on a laptop, as files.
type operator struct {
	client  *wire.Client
	sandbox *Sandbox
}

// SignIn makes the operator's files of a sandbox fresh.
func (a *App) SignIn(ctx context.Context, s *Sandbox) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.Profile.CAPEM))
	_, err := operator{wire.New(wire.Options{NoProxy: true, RootCAs: roots, UserAgent: a.agent()}), s}.signIn(ctx)
	return err
}

// signIn writes the files once and returns when they should be renewed.
func (o operator) signIn(ctx context.Context) (renew time.Duration, err error) {
	renew = time.Hour
	for path, file := range map[string]string{
		"/tokens/google-operator": o.sandbox.GoogleOperatorFile(),
		"/tokens/azure-operator":  o.sandbox.AzureOperatorFile(),
	} {
		resp, err := o.client.PostJSON(ctx, bridge.HopHome, o.sandbox.Profile.AdminURL+path, nil, []byte("{}"))
		if err != nil {
			return 0, err
		}
		var token struct {
			AccessToken string `json:"access_token"`
			ExpiresIn   int    `json:"expires_in"`
		}
		if resp.Status != http.StatusOK || json.Unmarshal(resp.Body, &token) != nil || token.AccessToken == "" {
			return 0, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "operator_token", Status: resp.Status, Text: "the sandbox gave no token for its operator"}
		}
		if err := writeAtomically(file, []byte(token.AccessToken)); err != nil {
			return 0, err
		}
		renew = min(renew, time.Duration(token.ExpiresIn)*time.Second*8/10)
	}
	return renew, writeAtomically(o.sandbox.KubeconfigFile(), sandbox.Kubeconfig(o.sandbox.Profile))
}
