package google_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/testkit"
)

func TestMetadataIdentityIsASource(t *testing.T) {
	t.Parallel()
	testkit.Source(t, testkit.SourceCase{
		Audience: "api://AzureADTokenExchange", Chooses: true, Now: now,
		New: func(t *testing.T) bridge.Source {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Metadata-Flavor", "Google")
				if r.URL.Path != identityPath {
					w.WriteHeader(http.StatusNotImplemented)
					return
				}
				_, _ = io.WriteString(w, jwt(map[string]any{"iss": "https://accounts.google.com", "sub": "1", "aud": r.FormValue("audience"), "exp": now.Add(time.Hour).Unix()}))
			}))
			t.Cleanup(s.Close)
			m, err := google.NewMetadataIdentity(google.MetadataOptions{Wire: client(), Clock: clock, Host: s.Listener.Addr().String()})
			if err != nil {
				t.Fatal(err)
			}
			return m
		},
	})
}

func TestExchangeIsAnExchanger(t *testing.T) {
	t.Parallel()
	id := jwt(map[string]any{"aud": "https://example.com", "exp": now.Add(time.Hour).Unix()})
	for name, mode := range map[string]func(*google.ExchangeOptions){
		"direct":        func(*google.ExchangeOptions) {},
		"impersonating": impersonating,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Exchanger(t, testkit.ExchangerCase{
				New: func(t *testing.T) bridge.Exchanger {
					return newExchange(t, newFar(t, map[string]reply{stsPath: stsOK, accessPath: iamOK, idPath: {status: 200, body: `{"token":"` + id + `"}`}}), mode)
				},
				Assertion: func(*testing.T) bridge.Assertion {
					a := assertion()
					a.Trace[0].What = "read a file"
					return a
				},
				Scopes: []string{google.CloudPlatform}, IDTokens: name == "impersonating", Now: now,
			})
		})
	}
}
