package azure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResourceManagerAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][2]string{
		"":                                     {"https://management.azure.com", "https://management.azure.com"},
		"https://management.usgovcloudapi.net": {"https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net"},
		"http://127.0.0.1:8970/":               {"http://127.0.0.1:8970", "https://management.azure.com"},
	} {
		base, err := ResourceManagerAddress(raw)
		if diff := cmp.Diff(want, [2]string{base, ResourceManagerResource(base)}); diff != "" || err != nil {
			t.Errorf("%q: %v %s", raw, err, diff)
		}
	}
	_, err := ResourceManagerAddress("https://management.example.com")
	if e := refusalOf(t, err); e.Code != "host_refused" {
		t.Errorf("%+v", e)
	}
}

func TestDetectManaged(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  map[string]string
		want Kind
	}{
		"nothing":                    {nil, IMDS},
		"a pod with a webhook token": {map[string]string{"AZURE_FEDERATED_TOKEN_FILE": "/x"}, IMDS},
		"a function":                 {map[string]string{"IDENTITY_ENDPOINT": "http://127.0.0.1:1/", "IDENTITY_HEADER": "x"}, AppService},
		"service fabric":             {map[string]string{"IDENTITY_ENDPOINT": "https://127.0.0.1:1/", "IDENTITY_HEADER": "x", "IDENTITY_SERVER_THUMBPRINT": "00112233445566778899AABBCCDDEEFF00112233"}, ServiceFabric},
	} {
		got, err := DetectManaged(deps(tc.env), Settings{Resource: "https://management.azure.com"})
		if err != nil || got.Kind != tc.want {
			t.Errorf("%s: %v, %v", name, got.Kind, err)
		}
	}
	_, err := DetectManaged(deps(nil), Settings{Kind: CLI})
	if e := refusalOf(t, err); e.Code != "setting_unused" {
		t.Errorf("%+v", e)
	}
}

// TestSaid reads AKS's own shape, which has no envelope, beside Resource Manager's.
func TestSaid(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][2]string{
		`{"error":{"code":"AuthorizationFailed","message":"no.\r\nTrace"}}`:                                         {"AuthorizationFailed", "no."},
		`{"code":"OperationNotAllowed","details":null,"message":"busy","subcode":"x"}`:                              {"OperationNotAllowed", "busy"},
		`{"error":{"code":"ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity","message":"two"}}`: {"ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", "two"},
	} {
		code, text, ok := Said([]byte(body))
		if diff := cmp.Diff(want, [2]string{code, text}); diff != "" || !ok {
			t.Errorf("%s: %s", body, diff)
		}
	}
	if _, _, ok := Said([]byte("<html>")); ok {
		t.Error("a page was understood")
	}
}
