package doctor

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

const audienceText = "invalid_grant: The audience in ID Token [api://AzureADTokenExchange] does not match the expected audience."

// TestWorn is one message as it arrives after terminals, log shippers and people had it in their hands.
func TestWorn(t *testing.T) {
	t.Parallel()
	wrapped := func(width int, keepBlanks bool) string {
		var lines []string
		for rest := audienceText; rest != ""; {
			n := min(width, len(rest))
			line := rest[:n]
			if !keepBlanks {
				line = strings.TrimSpace(line)
			}
			lines, rest = append(lines, line), rest[n:]
		}
		return strings.Join(lines, "\n")
	}
	for name, text := range map[string]string{
		"colours":              "\x1b[1;31mERROR\x1b[0m: \x1b[33m" + strings.ReplaceAll(audienceText, "audience", "\x1b[4maudience\x1b[24m") + "\x1b[0m",
		"windows line ends":    "Traceback:\r\n" + audienceText + "\r\n",
		"wrapped at 40":        wrapped(40, true),
		"wrapped, trimmed":     wrapped(37, false),
		"terraform's box":      "╷\n│ Error: " + strings.ReplaceAll(audienceText, "does not", "does\n│ not") + "\n╵",
		"json in json":         `{"log":"{\"level\":\"error\",\"msg\":\"{\\\"error\\\":\\\"invalid_grant\\\",\\\"error_description\\\":\\\"The audience in ID Token [api://AzureADTokenExchange] does not match the expected audience.\\\"}\"}"}`,
		"go %q":                fmt.Sprintf("%q", "credentials: status code 400: {\n\"error\":\"invalid_grant\",\n\"error_description\":\"The audience in ID Token [api://AzureADTokenExchange] does not match the expected audience.\"}"),
		"html":                 "&quot;" + audienceText + "&quot;",
		"behind much else":     strings.Repeat("line of a log\n", 20000) + audienceText,
		"in front of much":     audienceText + "\n" + strings.Repeat("\tat some.java.Class(Class.java:1)\n", 20000),
		"unicode escapes":      strings.ReplaceAll(audienceText, "[", `\u005b`),
		"non-breaking blanks":  strings.ReplaceAll(audienceText, " ", "\u00a0"),
		"zero-width in a word": strings.ReplaceAll(audienceText, "audience in", "audi\u200bence in"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, ok := Explain(text)
			if !ok || f.Code != "LB4036" || f.Parts["audience"] != "api://AzureADTokenExchange" {
				t.Errorf("%s %q, said %q", f.Code, f.Parts["audience"], f.Said)
			}
		})
	}
}

// TestNested: Go's library prints the token service's refusal inside of a call to IAM Credentials.
func TestNested(t *testing.T) {
	t.Parallel()
	f, ok := Explain(`oauth2/google: unable to generate access token: Post "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/vertex@p.iam.gserviceaccount.com:generateAccessToken": oauth2/google: status code 400: {"error":"unauthorized_client","error_description":"The given credential is rejected by the attribute condition."}`)
	if !ok || f.Hop != bridge.HopSTS || f.Code != "LB4046" || f.Parts["account"] != "vertex@p.iam.gserviceaccount.com" {
		t.Errorf("%+v", f)
	}
	// The same sentence of two APIs: the one that spoke is named.
	f, ok = Explain(`{"error":{"code":401,"message":"Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.","status":"UNAUTHENTICATED","details":[{"metadata":{"service":"iamcredentials.googleapis.com"}}]}}`)
	if !ok || f.Hop != bridge.HopImpersonate || f.Code != "LB6059" {
		t.Errorf("%+v", f)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	for text, hop := range map[string]bridge.Hop{
		`{"error":"invalid_grant","error_description":"A sentence that nobody has seen."}`: bridge.HopSTS,
		"AADSTS9999999: Something new.": bridge.HopEntra,
		`POST https://us-central1-aiplatform.googleapis.com/v1/x {"error":{"code":418,"message":"teapot","status":"TEAPOT"}}`:     bridge.HopVertex,
		`iamcredentials.googleapis.com: {"error":{"code":418,"message":"teapot","status":"TEAPOT"}}`:                              bridge.HopImpersonate,
		`{"error":"invalid_request","error_description":"Unsupported API version"} from http://169.254.169.254/metadata/identity`: bridge.HopHome,
		"segmentation fault": "",
		"":                   "",
	} {
		f, ok := Explain(text)
		if ok || f.Code != "" || f.Hop != hop || f.Cause == "" || f.Fix == "" {
			t.Errorf("%q: %v %q %q", text, ok, f.Hop, f.Code)
		}
	}
}

// TestPaste: what a message claims is one word in the commands.
func TestPaste(t *testing.T) {
	t.Parallel()
	f, ok := Explain("invalid_grant: The issuer in ID Token https://x/$(rm does not match the expected one in config: https://y")
	if !ok || !strings.Contains(f.Fix, "--issuer-uri='https://x/$(rm'") {
		t.Errorf("%s", f.Fix)
	}
	f, _ = Explain("Not found; Gaia id not found for email a;reboot@b")
	if !strings.Contains(f.Check, "'a;reboot@b'") {
		t.Errorf("%s", f.Check)
	}
}

func TestExplainError(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		code string
		hop  bridge.Hop
	}{
		{&bridge.Error{Hop: bridge.HopSTS, Code: "unauthorized_client", Status: 400, Text: "google sts refused the assertion: unauthorized_client: The given credential is rejected by the attribute condition."}, "LB4046", bridge.HopSTS},
		{&bridge.Error{Hop: bridge.HopImpersonate, Code: "INVALID_ARGUMENT", Status: 400, Text: "iam credentials refused the call: INVALID_ARGUMENT: Request contains an invalid argument."}, "LB5058", bridge.HopImpersonate},
		{&bridge.Error{Hop: bridge.HopHome, Code: "token_file_missing", Text: "token file /x/token does not exist"}, "LB1006", bridge.HopHome},
		{&bridge.Error{Hop: bridge.HopHome, Code: "token_expired", Text: "the token in /x/token expired 3m0s ago"}, "LB4039", bridge.HopSTS},
		{&bridge.Error{Hop: bridge.HopEntra, Code: "AADSTS700211", Text: "entra refused"}, "LB2014", bridge.HopEntra},
		{&bridge.Error{Hop: bridge.HopImpersonate, Code: "UNAUTHENTICATED", Status: 401, Text: "iam credentials refused the call: UNAUTHENTICATED: Request had invalid authentication credentials. Expected OAuth 2 access token, x"}, "LB6059", bridge.HopImpersonate},
		{fmt.Errorf("over: %w", errors.New(audienceText)), "LB4036", bridge.HopSTS},
	} {
		f, ok := ExplainError(tc.err)
		if !ok || f.Code != tc.code || f.Hop != tc.hop {
			t.Errorf("%v: %s at %s", tc.err, f.Code, f.Hop)
		}
	}
	f, ok := ExplainError(&bridge.Error{Hop: bridge.HopVertex, Code: "TEAPOT", Text: "vertex ai refused the call: TEAPOT: short and stout", Hint: "pour"})
	if ok || f.Hop != bridge.HopVertex || f.Fix != "pour" || !strings.Contains(f.Said, "short and stout") {
		t.Errorf("%+v", f)
	}
}

func FuzzExplain(f *testing.F) {
	for _, r := range Rows() {
		f.Add(r.Messages[0])
	}
	f.Add("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl")
	f.Fuzz(func(t *testing.T, text string) {
		found, ok := Explain(text)
		if ok != (found.Code != "") || found.Title == "" {
			t.Errorf("%v %q", ok, found.Code)
		}
		if again := Redact(Redact(text)); len(text) < 4096 && strings.Contains(again, "BEGIN PRIVATE KEY-----") {
			t.Error("a private key is left")
		}
		if len(found.Said) > 700 {
			t.Errorf("%d bytes are repeated", len(found.Said))
		}
	})
}
