package google_test

import (
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

const identityPath = "/computeMetadata/v1/instance/service-accounts/default/identity"

var flavor = map[string]string{"Metadata-Flavor": "Google", "Content-Type": "text/html"}

func metadataSource(t *testing.T, f *far) *google.MetadataIdentity {
	t.Helper()
	m, err := google.NewMetadataIdentity(google.MetadataOptions{Wire: client(), Clock: clock, Host: f.Listener.Addr().String(), Reason: "GCE_METADATA_HOST is set"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMetadataIdentity(t *testing.T) {
	t.Parallel()
	token := jwt(map[string]any{"iss": "https://accounts.google.com", "sub": "1234", "aud": "api://AzureADTokenExchange", "exp": now.Add(time.Hour).Unix()})
	f := newFar(t, map[string]reply{identityPath: {status: 200, body: token, header: flavor}})
	m := metadataSource(t, f)
	a, err := m.Assertion(t.Context(), bridge.AssertionRequest{Audience: "api://AzureADTokenExchange"})
	if err != nil {
		t.Fatal(err)
	}
	if a.Token.Reveal() != token || a.Issuer != "https://accounts.google.com" || a.Subject != "1234" || a.Type != bridge.JWT || len(a.Trace) != 1 {
		t.Errorf("%+v", a)
	}
	got := f.calls()[0]
	if got.Query != "audience=api%3A%2F%2FAzureADTokenExchange&format=full" || got.Header.Get("Metadata-Flavor") != "Google" {
		t.Errorf("%+v", got)
	}
	if want := "google metadata server at " + f.Listener.Addr().String() + " (GCE_METADATA_HOST is set)"; m.Describe() != want {
		t.Error(m.Describe())
	}
}

func TestMetadataIdentityRefused(t *testing.T) {
	t.Parallel()
	expired := jwt(map[string]any{"sub": "1", "exp": now.Add(-time.Second).Unix()})
	for _, tc := range []struct {
		name, text string
		reply      reply
		kind       bridge.Kind
	}{
		{"azure answers", "HOST answered without Metadata-Flavor: Google, so it is not google's metadata server", reply{status: 400, body: `{"error":"invalid_request"}`}, bridge.Unreachable},
		{"no account", `the metadata server has no identity for service account "default"`, reply{status: 404, header: flavor}, bridge.Denied},
		{"busy", "the metadata server at HOST answered 503", reply{status: 503, header: flavor}, bridge.Unreachable},
		{"refused", "the metadata server at HOST answered 403", reply{status: 403, header: flavor}, bridge.Denied},
		{"no token", "the metadata server at HOST answered with something that is not an identity token", reply{status: 200, body: "hello", header: flavor}, bridge.Unreachable},
		{"expired", "the metadata server at HOST handed out an expired identity token", reply{status: 200, body: expired, header: flavor}, bridge.Denied},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t, map[string]reply{identityPath: tc.reply})
			_, err := metadataSource(t, f).Assertion(t.Context(), bridge.AssertionRequest{Audience: "x"})
			e := refused(t, err, strings.Replace(tc.text, "HOST", f.Listener.Addr().String(), 1))
			if e.Kind != tc.kind || e.Retry != (tc.name == "busy") || e.Hop != bridge.HopHome {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestMetadataHostRefused(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"metadata.evil.test", "1.2.3.4", "127.0.0.1/x", "user@127.0.0.1", "127.0.0.1?x"} {
		_, err := google.NewMetadataIdentity(google.MetadataOptions{Wire: client(), Clock: clock, Host: host})
		refused(t, err, `metadata host "`+host+`" is neither google's nor link-local nor loopback`)
	}
	m, err := google.NewMetadataIdentity(google.MetadataOptions{Wire: client(), Clock: clock})
	if err != nil || m.Describe() != "google metadata server at metadata.google.internal" {
		t.Errorf("%v %v", m, err)
	}
	_, err = m.Assertion(t.Context(), bridge.AssertionRequest{})
	refused(t, err, "the metadata server needs an audience for an identity token")
}
