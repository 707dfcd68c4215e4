package kube

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/landbridge/landbridge/internal/bridge"
)

// The life of a token that TokenRequest gives, in the server's own limits; AKS caps it at a day.
const minTokenLife, maxTokenLife = 10 * time.Minute, 1 << 32 * time.Second

// TokenSource asks the API server for an account's tokens, as a kubelet does for a pod's volume: from an operator's laptop
// it proves what a pod of that account would.
type TokenSource struct {
	client             *Client
	namespace, account string
	audience           string
	life               time.Duration
}

var (
	_ bridge.Source    = (*TokenSource)(nil)
	_ bridge.Describer = (*TokenSource)(nil)
)

// Source is an account's tokens. Audience is used where a request names none; life is 10 minutes or more, an hour when zero.
func (c *Client) Source(namespace, account, audience string, life time.Duration) *TokenSource {
	if life == 0 {
		life = time.Hour
	}
	return &TokenSource{client: c, namespace: namespace, account: account, audience: audience, life: life}
}

// Describe implements bridge.Describer.
func (s *TokenSource) Describe() string {
	return fmt.Sprintf("service account %s/%s of %s, by TokenRequest", s.namespace, s.account, s.client.name())
}

// Assertion implements bridge.Source. Each is a new token; nothing is cached.
func (s *TokenSource) Assertion(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	audience := req.Audience
	if audience == "" {
		audience = s.audience
	}
	return s.client.Token(ctx, s.namespace, s.account, audience, s.life)
}

// Token asks for one token of an account (authentication.k8s.io/v1 TokenRequest) that is bound to nothing but the account.
func (c *Client) Token(ctx context.Context, namespace, account, audience string, life time.Duration) (bridge.Assertion, error) {
	if life < minTokenLife || life > maxTokenLife || audience == "" {
		return bridge.Assertion{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "token_request_invalid",
			Text: fmt.Sprintf("a token for audience %q with a life of %s is not to be had", audience, life), Hint: "name an audience, and a life of 10m or more",
		}
	}
	start := c.options.Clock()
	request := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
		"metadata": map[string]any{"name": account},
		"spec":     map[string]any{"audiences": []any{audience}, "expirationSeconds": int64(life / time.Second)},
	}}
	var answer *unstructured.Unstructured
	a := action{verb: "create", resource: accounts, sub: "token", namespace: namespace, name: account}
	err := c.do(ctx, a, func(ctx context.Context, api dynamic.ResourceInterface) (err error) {
		answer, err = api.Create(ctx, request, metav1.CreateOptions{}, "token")
		return err
	})
	if notFound(err) {
		return bridge.Assertion{}, &bridge.Error{
			Kind: bridge.Denied, Hop: bridge.HopHome, Code: "account_not_found", Status: 404,
			Text: fmt.Sprintf("%s has no service account %s/%s", c.name(), namespace, account),
			Hint: "landbridge setup apply makes it; or " + c.kubectl(fmt.Sprintf("create serviceaccount -n %s %s", namespace, account)),
		}
	}
	if err != nil {
		return bridge.Assertion{}, err
	}
	text, _, _ := unstructured.NestedString(answer.Object, "status", "token")
	out, err := readClaims(bridge.NewSecret(text))
	if err != nil {
		return bridge.Assertion{}, &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "token_malformed", Text: c.name() + " gave no JWT", Hint: "check that the kubeconfig's server is the cluster's own API", Cause: err}
	}
	out.Trace = []bridge.Step{{
		Hop: bridge.HopHome, Who: out.Subject, What: "TokenRequest to " + c.name(), Expiry: out.Expiry, Took: c.options.Clock().Sub(start),
	}}
	return out, nil
}
