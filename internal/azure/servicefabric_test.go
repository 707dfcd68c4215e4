package azure

import (
	"crypto/sha1" // what Service Fabric announces
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestServiceFabric(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, granted(t, noon.Add(time.Hour)))
	sum := sha1.Sum(s.Certificate().Raw)
	pin := strings.ToUpper(hex.EncodeToString(sum[:]))
	env := map[string]string{"IDENTITY_ENDPOINT": s.URL + "/metadata/identity/oauth2/token", "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": pin}
	source, err := NewServiceFabric(deps(env), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, fresh := range []bool{false, true} {
		if _, err = source.Assertion(t.Context(), bridge.AssertionRequest{Fresh: fresh}); err != nil {
			t.Fatal(err)
		}
		query := url.Values{"api-version": {"2019-07-01-preview"}, "resource": {TokenExchangeResource}}
		if fresh {
			query.Set("token_sha256_to_refresh", *fingerprint(bridge.NewSecret(entraToken(t, noon.Add(time.Hour)))))
		}
		r, _ := s.last(t)
		if diff := cmp.Diff(query, r.URL.Query()); diff != "" || r.Header.Get("Secret") != "h" {
			t.Errorf("asked %s\n%s", r.URL, diff)
		}
	}
	host := s.Listener.Addr().String()
	if source.Describe() != "managed identity of this application, from Service Fabric at "+host {
		t.Errorf("Describe: %q", source.Describe())
	}

	// The secret goes to nobody whose certificate is not the announced one.
	before := s.count()
	env["IDENTITY_SERVER_THUMBPRINT"] = strings.Repeat("ab:", 19) + "ab"
	if source, err = NewServiceFabric(deps(env), Settings{}); err != nil {
		t.Fatal(err)
	}
	_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
	want{
		kind: bridge.Denied, code: "thumbprint_mismatch", hint: "somebody else listens there",
		text: "the certificate of " + host + " is not the one that IDENTITY_SERVER_THUMBPRINT names",
	}.check(t, err)
	if s.count() != before {
		t.Error("a request reached the server in spite of its certificate")
	}
}

func TestServiceFabricRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ endpoint, header, pin, text string }{
		{"", "h", "", "IDENTITY_ENDPOINT or IDENTITY_HEADER is not set: the cluster gives this application no identity"},
		{"http://127.0.0.1:2377/", "h", "", "Service Fabric's IDENTITY_ENDPOINT is not an https address"},
		{"https://127.0.0.1:2377/", "h", "abcd", "IDENTITY_SERVER_THUMBPRINT is not a SHA-1 thumbprint of 40 hexadecimal digits"},
		{"https://127.0.0.1:2377/", "h", strings.Repeat("z", 40), "IDENTITY_SERVER_THUMBPRINT is not a SHA-1 thumbprint of 40 hexadecimal digits"},
	} {
		_, err := NewServiceFabric(deps(map[string]string{"IDENTITY_ENDPOINT": test.endpoint, "IDENTITY_HEADER": test.header, "IDENTITY_SERVER_THUMBPRINT": test.pin}), Settings{})
		if e := refusalOf(t, err); e.Kind != bridge.Usage || e.Text != test.text || e.Hint == "" {
			t.Errorf("got %v %q, want %q", e.Kind, e.Text, test.text)
		}
	}
	s := serveTLS(t, saysJSON(400, `{"error":{"correlationId":"c","code":"SecretHeaderNotFound","message":"Secret is not found in the request headers."}}`))
	sum := sha1.Sum(s.Certificate().Raw)
	source, err := NewServiceFabric(deps(map[string]string{"IDENTITY_ENDPOINT": s.URL, "IDENTITY_HEADER": "h", "IDENTITY_SERVER_THUMBPRINT": hex.EncodeToString(sum[:])}), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Assertion(t.Context(), bridge.AssertionRequest{})
	want{kind: bridge.Denied, code: "SecretHeaderNotFound", text: "Secret is not found in the request headers."}.check(t, err)
}
