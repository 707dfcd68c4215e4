package azure

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

func leaseFor(scope string) bridge.Lease {
	return bridge.Lease{Token: bridge.NewSecret("the-lease"), Type: bridge.AccessToken, Principal: objectID, Scopes: []string{scope}, Expiry: noon.Add(time.Hour)}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	s := serve(t, saysJSON(200, `{"value":[{"id":"/subscriptions/s1","subscriptionId":"s1","displayName":"Reports","state":"Enabled"}],"nextLink":"https://more"}`))
	m, err := NewResourceManager(wire.New(wire.Options{}), clock, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Subscriptions(t.Context(), leaseFor(ResourceManagerScope))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := s.last(t)
	if r.URL.RequestURI() != "/subscriptions?api-version=2022-12-01" || r.Header.Get("Authorization") != "Bearer the-lease" {
		t.Errorf("asked %s", r.URL)
	}
	want := Subscriptions{
		List: []Subscription{{ID: "s1", Name: "Reports", State: "Enabled"}}, More: true,
		Step: bridge.Step{Hop: bridge.HopARM, Who: objectID, What: "listed the subscriptions at " + s.Listener.Addr().String() + ": 1", Expiry: noon.Add(time.Hour)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestContainers(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, "application/xml", "\xef\xbb\xbf"+`<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a/"><Containers>`+
		`<Container><Name>backups</Name><Properties/></Container><Container><Name>datasets</Name></Container></Containers><NextMarker/></EnumerationResults>`))
	st, err := NewStorage(wire.New(wire.Options{}), clock, s.URL+"/")
	if err != nil {
		t.Fatal(err)
	}
	got, err := st.Containers(t.Context(), leaseFor(StorageScope))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := s.last(t)
	if r.URL.RequestURI() != "/?comp=list" || r.Header.Get("Authorization") != "Bearer the-lease" || r.Header.Get("x-ms-version") != "2023-11-03" || r.Header.Get("x-ms-date") != "Mon, 23 Nov 2026 12:00:00 GMT" {
		t.Errorf("asked %s %v", r.URL, r.Header.Get("x-ms-date"))
	}
	want := Containers{
		Names: []string{"backups", "datasets"},
		Step:  bridge.Step{Hop: bridge.HopStorage, Who: objectID, What: "listed the containers at " + s.Listener.Addr().String() + ": 2", Expiry: noon.Add(time.Hour)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestServiceRefusals(t *testing.T) {
	t.Parallel()
	xmlError := func(code, message string) string {
		return "\xef\xbb\xbf" + `<?xml version="1.0" encoding="utf-8"?><Error><Code>` + code + `</Code><Message>` + message + "\nRequestId:1\nTime:2</Message></Error>"
	}
	for name, test := range map[string]struct {
		hop    bridge.Hop
		answer http.HandlerFunc
		want   want
	}{
		"arm wrong audience": {
			bridge.HopARM, saysJSON(401, `{"error":{"code":"InvalidAuthenticationToken","message":"The received access token has been obtained from wrong audience or resource 'x'."}}`),
			want{kind: bridge.Denied, code: "InvalidAuthenticationToken", text: "The received access token has been obtained from wrong audience or resource 'x'.", hint: "the token was asked for [https://management.azure.com/.default]"},
		},
		"arm no role": {
			bridge.HopARM, saysJSON(403, `{"error":{"code":"AuthorizationFailed","message":"The client 'x' does not have authorization."}}`),
			want{kind: bridge.Denied, code: "AuthorizationFailed", text: "The client 'x' does not have authorization.", hint: "give " + objectID + " the role Reader on the subscription: az role assignment create"},
		},
		"arm throttled": {bridge.HopARM, saysJSON(429, `{"error":{"code":"TooManyRequests","message":"later"}}`), want{kind: bridge.Unreachable, code: "TooManyRequests", text: "later", hint: "too many requests", retry: true}},
		"arm html":      {bridge.HopARM, says(200, "text/html", "<html>"), want{kind: bridge.Unreachable, code: "not_json", text: "HOST answered 200 with HTML where JSON was due", hint: "proxy"}},
		"storage wrong audience": {
			bridge.HopStorage, says(401, "application/xml", xmlError("InvalidAuthenticationInfo", "Server failed to authenticate the request.")),
			want{kind: bridge.Denied, code: "InvalidAuthenticationInfo", text: "Server failed to authenticate the request.", hint: "the token was asked for [https://storage.azure.com/.default]"},
		},
		"storage no role": {
			bridge.HopStorage, says(403, "application/xml", xmlError("AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")),
			want{kind: bridge.Denied, code: "AuthorizationPermissionMismatch", text: "This request is not authorized to perform this operation using this permission.", hint: `the role "Storage Blob Data Reader" on the account`},
		},
		"storage firewall": {
			bridge.HopStorage, says(403, "application/xml", xmlError("AuthorizationFailure", "This request is not authorized to perform this operation.")),
			want{kind: bridge.Denied, code: "AuthorizationFailure", text: "This request is not authorized to perform this operation.", hint: "firewall"},
		},
		"storage header only": {bridge.HopStorage, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("x-ms-error-code", "PublicAccessNotPermitted")
			w.WriteHeader(409)
		}, want{kind: bridge.Denied, code: "PublicAccessNotPermitted", text: "HOST answered 409 PublicAccessNotPermitted"}},
		"storage busy": {
			bridge.HopStorage, says(503, "application/xml", xmlError("ServerBusy", "The server is busy.")),
			want{kind: bridge.Unreachable, code: "ServerBusy", text: "The server is busy.", hint: "far side", retry: true},
		},
		"storage empty 500": {bridge.HopStorage, says(500, "", ""), want{kind: bridge.Unreachable, code: "http_500", text: "HOST answered 500", hint: "far side", retry: true}},
		"storage html":      {bridge.HopStorage, says(200, "text/html", "<html>x</html>"), want{kind: bridge.Unreachable, code: "not_xml", text: "HOST answered 200 with HTML where XML was due", hint: "proxy"}},
		"storage html 502":  {bridge.HopStorage, says(502, "text/html", "<html>x</html>"), want{kind: bridge.Unreachable, code: "not_xml", text: "HOST answered 502 with HTML where XML was due", hint: "proxy", retry: true}},
		"storage text":      {bridge.HopStorage, says(200, "text/plain", "hi"), want{kind: bridge.Unreachable, code: "not_xml", text: "HOST answered 200 with something that is not XML where XML was due", hint: "proxy"}},
		"storage redirect":  {bridge.HopStorage, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", 302) }, want{kind: bridge.Unreachable, code: "redirect_refused", text: "HOST answered 302 with a redirect, which is never followed", hint: "proxy"}},
		"storage 10 MB":     {bridge.HopStorage, says(200, "", strings.Repeat("<a/>", 10<<18)), want{kind: bridge.Unreachable, code: "response_too_large", text: "HOST answered with more than 1048576 bytes", hint: "proxy"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, test.answer)
			var err error
			if test.hop == bridge.HopARM {
				m, _ := NewResourceManager(wire.New(wire.Options{}), clock, s.URL)
				_, err = m.Subscriptions(t.Context(), leaseFor(ResourceManagerScope))
			} else {
				st, _ := NewStorage(wire.New(wire.Options{}), clock, s.URL)
				_, err = st.Containers(t.Context(), leaseFor(StorageScope))
			}
			test.want.text = strings.ReplaceAll(test.want.text, "HOST", s.Listener.Addr().String())
			test.want.check(t, err)
			if e := refusalOf(t, err); e.Hop != test.hop {
				t.Errorf("hop %q", e.Hop)
			}
		})
	}
}

// A lease goes to the clouds' own hosts and to loopback only.
func TestServiceHosts(t *testing.T) {
	t.Parallel()
	for host, text := range map[string]string{
		"":                                     "",
		"https://management.usgovcloudapi.net": "",
		"https://evil.example":                 "resource manager evil.example is not one of Microsoft's, and would be handed a token",
		"http://management.azure.com":          "resource manager management.azure.com must be reached over https",
	} {
		if _, err := NewResourceManager(wire.New(wire.Options{}), clock, host); err == nil != (text == "") || err != nil && refusalOf(t, err).Text != text {
			t.Errorf("%q: %v", host, err)
		}
	}
	for account, text := range map[string]string{
		"https://reports.blob.core.windows.net/":     "",
		"https://reports.z12.blob.storage.azure.net": "",
		"http://127.0.0.1:10000/devstoreaccount1":    "",
		"": "storage account is not an address of the form https://HOST/",
		"https://reports.blob.core.windows.net.evil.com": "storage account reports.blob.core.windows.net.evil.com is not one of Microsoft's, and would be handed a token",
		"https://reports.blob.core.windows.net/?sv=x":    "storage account is not an address of the form https://HOST/",
		"https://reports.blob.core.windows.net/backups":  "storage account reports.blob.core.windows.net has a path",
	} {
		if _, err := NewStorage(wire.New(wire.Options{}), clock, account); err == nil != (text == "") || err != nil && refusalOf(t, err).Text != text {
			t.Errorf("%q: %v", account, err)
		}
	}
}
