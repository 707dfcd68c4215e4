package dataplane_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// However a body comes, as many bytes leave as were asked for, or an error; what end says is never lost.
func TestExactly(t *testing.T) {
	t.Parallel()
	changed := errors.New("changed")
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "body")
		length := rapid.IntRange(0, 60).Draw(t, "length")
		read := rapid.SampledFrom([]func(io.Reader) io.Reader{
			iotest.OneByteReader, iotest.DataErrReader, iotest.HalfReader, func(r io.Reader) io.Reader { return r },
		}).Draw(t, "how")
		var end func() error
		spoilt := rapid.Bool().Draw(t, "spoilt")
		if spoilt {
			end = func() error { return changed }
		}
		got, err := io.ReadAll(dataplane.Exactly(io.NopCloser(read(strings.NewReader(string(body)))), int64(length), end))
		switch {
		case length > len(body):
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%d of %d bytes: %v", len(got), length, err)
			}
		case spoilt != errors.Is(err, changed) || !spoilt && err != nil || string(got) != string(body[:length]):
			t.Fatalf("%q of %q: %v", got, body, err)
		}
	})
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	a := dataplane.Attempt{What: `read "a"`, Role: "Storage Blob Data Reader", Account: "acct", Lease: bridge.Lease{Principal: "me"}}
	for name, tc := range map[string]struct {
		status     int
		code, body string
		want       bridge.Error
		hint       string
	}{
		"the service's words": {
			409, "Odd", "\xef\xbb\xbf<?xml version=\"1.0\"?><Error><Code>Odd</Code><Message>It is odd.\nRequestId:1</Message></Error>",
			bridge.Error{Kind: bridge.Refused, Code: "Odd", Text: `cannot read "a": It is odd.`},
			"",
		},
		"a code and no words": {404, "BlobNotFound", "", bridge.Error{Kind: bridge.Refused, Code: "BlobNotFound", Text: `cannot read "a": the service answered 404 BlobNotFound`}, ""},
		"no XML":              {400, "", "<html>", bridge.Error{Kind: bridge.Refused, Code: "http_400", Text: `cannot read "a": the service answered 400`}, ""},
		"no right":            {403, "AuthorizationPermissionMismatch", "", bridge.Error{Kind: bridge.Denied, Code: dataset.CodeUnauthorized}, `give me the role "Storage Blob Data Reader" on the storage account acct`},
		"a firewall":          {403, "AuthorizationFailure", "", bridge.Error{Kind: bridge.Denied, Code: dataset.CodeUnauthorized}, "--account-name acct"},
		"a key that is gone":  {403, "KeyVaultEncryptionKeyNotFound", "", bridge.Error{Kind: bridge.Refused, Code: dataset.CodeUnavailable}, "must be there, enabled"},
		"another tenant":      {401, "InvalidAuthenticationInfo", "", bridge.Error{Kind: bridge.Denied, Code: dataset.CodeUnauthorized}, "landbridge doctor"},
		"another service":     {501, "", "", bridge.Error{Kind: bridge.Unreachable, Code: "http_501", Text: `cannot read "a": the service answered 501`}, "not the storage account acct"},
		"busy":                {503, "ServerBusy", "", bridge.Error{Kind: bridge.Unreachable, Code: "ServerBusy", Retry: true, RetryAfter: 7 * time.Second}, "repeated later"},
	} {
		h := http.Header{}
		if tc.code != "" {
			h.Set("x-ms-error-code", tc.code)
		}
		if tc.want.RetryAfter > 0 {
			h.Set("Retry-After", "7")
		}
		got := dataplane.Refusal(a, &http.Response{StatusCode: tc.status, Header: h, Body: io.NopCloser(strings.NewReader(tc.body))})
		if got.Kind != tc.want.Kind || got.Code != tc.want.Code || got.Retry != tc.want.Retry || got.RetryAfter != tc.want.RetryAfter || got.Status != tc.status ||
			tc.want.Text != "" && got.Text != tc.want.Text || !strings.Contains(got.Hint, tc.hint) || (tc.hint == "") != (got.Hint == "") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestMD5(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "no": 0, "AAAA": 0, "AAAAAAAAAAAAAAAAAAAAAA==": 16} {
		if got := dataplane.MD5(text); len(got) != want {
			t.Errorf("%q: %x", text, got)
		}
	}
}
