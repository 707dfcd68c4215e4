package kube

import (
	"context"
	"encoding/json"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// The two documents of a cluster's token issuer (OpenID Connect Discovery), which every kube-apiserver has itself.
const (
	issuerPath = "/.well-known/openid-configuration"
	keysPath   = "/openid/v1/jwks"
)

// readIssuer asks the cluster itself who its issuer is, and for its keys: the public address of a private issuer need not
// answer.
func (k *Keeper) readIssuer(ctx context.Context, want *estate.Issuer) (estate.Live, error) {
	if want.Context == "" {
		return estate.Live{}, noContext(want.Reach)
	}
	return k.issuers.Ask(ctx, want.Kubeconfig+"\x00"+want.Context, func(ctx context.Context) (estate.Live, error) {
		issuer, keys, err := k.clusters.Client(want.Reach).Issuer(ctx)
		if err != nil {
			return estate.Live{}, err
		}
		return estate.Live{Spec: &estate.Issuer{Reach: want.Reach}, Outputs: map[string]string{"issuer": issuer, "jwks": keys}}, nil
	})
}

// Issuer is the issuer of the cluster's tokens and its keys, as estate.PublicKeys writes them.
func (c *Client) Issuer(ctx context.Context) (issuer, keys string, err error) {
	body, err := c.document(ctx, issuerPath)
	if err != nil {
		return "", "", err
	}
	var discovery struct {
		Issuer string `json:"issuer"`
	}
	if err := json.Unmarshal(body, &discovery); err != nil || discovery.Issuer == "" {
		return "", "", c.noDocument(issuerPath, "no issuer is named there", err)
	}
	if body, err = c.document(ctx, keysPath); err != nil {
		return "", "", err
	}
	keys, err = estate.PublicKeys(body)
	if err != nil {
		return "", "", c.noDocument(keysPath, "it is not a JWKS", err)
	}
	return discovery.Issuer, keys, nil
}

func (c *Client) noDocument(path, why string, cause error) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "issuer_unreadable",
		Text: c.name() + " has an unreadable " + path + ": " + why, Hint: "compare with " + c.kubectl("get --raw "+path), Cause: cause,
	}
}
