// Package discovery reads an OpenID Connect issuer's public keys over the network.
//
// An issuer's URL enters, its key set leaves (OpenID Connect Discovery 1.0, section 4). It follows no redirect, reads over
// https only, and never believes a document that names another issuer.
package discovery

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

// Fetch asks the issuer for its discovery document and then for its keys. One trailing slash makes no difference.
func Fetch(ctx context.Context, client *wire.Client, issuer string) (*trust.KeySet, error) {
	return FetchFrom(ctx, client, issuer, issuer)
}

// FetchFrom is Fetch for an issuer whose documents are served at another address, as a sandbox serves those of production.
func FetchFrom(ctx context.Context, client *wire.Client, issuer, address string) (*trust.KeySet, error) {
	base := strings.TrimSuffix(issuer, "/")
	var document struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	body, err := get(ctx, client, strings.TrimSuffix(address, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &document); err != nil || document.JWKSURI == "" {
		return nil, refused("the discovery document of %s has no jwks_uri", issuer)
	}
	if strings.TrimSuffix(document.Issuer, "/") != base {
		return nil, refused("the discovery document of %s is of issuer %q", issuer, document.Issuer)
	}
	if body, err = get(ctx, client, document.JWKSURI); err != nil {
		return nil, err
	}
	return trust.ParseKeys(body)
}

func get(ctx context.Context, client *wire.Client, url string) ([]byte, error) {
	if !strings.HasPrefix(url, "https://") {
		return nil, refused("an issuer is read over https only, not from %s", url)
	}
	resp, err := client.Get(ctx, bridge.HopHome, url, nil)
	if err != nil {
		return nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, refused("%s answered with status %d", url, resp.Status)
	}
	return resp.Body, nil
}

func refused(format string, args ...any) error {
	return &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopHome, Code: "discovery", Text: fmt.Sprintf(format, args...),
		Hint: "fetch it with curl and compare, or give the keys: --jwks FILE",
	}
}
