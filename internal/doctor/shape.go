package doctor

import (
	"regexp"
	"strconv"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
)

// The shapes in which a refusal comes. They tell the hop better than an address does: Go's library nests the token
// service's refusal inside of a call to the IAM Credentials API.
const (
	shapeSTS      = "sts"      // {"error":"invalid_grant","error_description":"..."}
	shapeRPC      = "rpc"      // {"error":{"code":403,"message":"...","status":"PERMISSION_DENIED"}}
	shapeEntra    = "entra"    // {"error":"...","error_codes":[70021]}
	shapeIdentity = "identity" // a managed identity endpoint: {"error":"invalid_request"} or {"statusCode":401}
	shapeARM      = "arm"      // {"error":{"code":"BadRequest","message":"..."}}
)

// evidence is what a text shows besides its sentence.
type evidence struct {
	shapes map[string]bool
	status []int
	hop    bridge.Hop // by shape and address; empty when nothing tells
}

type shapeForm struct {
	shape string
	re    *regexp.Regexp
}

type tells struct {
	shapes []shapeForm
	status []*regexp.Regexp
	hops   []struct {
		hop bridge.Hop
		re  *regexp.Regexp
	}
}

var tell = sync.OnceValue(func() *tells {
	t := &tells{}
	for _, s := range []struct{ shape, pattern string }{
		{shapeEntra, `["']?error_codes["']?\s?:|AADSTS\d+`},
		{shapeIdentity, `169\.254\.169\.254|/metadata/identity/oauth2/token|/msi/token|IDENTITY_ENDPOINT|MSI_ENDPOINT|ManagedIdentityCredential|"statusCode":\s?\d`},
		{shapeSTS, `["']error["']\s?:\s?["'][a-z_]+["']|Error code [a-z_]+:|\b(?:invalid_(?:grant|target|request|scope)|unauthorized_client|quota_exceeded|internal_failure): `},
		{shapeRPC, `["']error["']\s?:\s?\{\s?["']code["']\s?:\s?\d|["']status["']\s?:\s?["'][A-Z_]+["']|rpc error: code = |googleapi: Error \d|StatusRuntimeException|google\.api_core\.exceptions|Error \d{3}, Message: `},
		{shapeARM, `["']error["']\s?:\s?\{\s?["']code["']\s?:\s?["']|ERROR CODE: \w`},
	} {
		t.shapes = append(t.shapes, shapeForm{s.shape, regexp.MustCompile(s.pattern)})
	}
	for _, pattern := range []string{
		`["']code["']\s?:\s?(\d{3})\b`, `status code:? (\d{3})\b`, `RESPONSE (\d{3})\b`, `got status: (\d{3})\b`, `googleapi: Error (\d{3})\b`,
		`exceptions\.\w+: (\d{3}) `, `ClientError: (\d{3}) `, `answered (\d{3})\b`, `"statusCode":\s?(\d{3})\b`, `Error (\d{3}), Message`,
	} {
		t.status = append(t.status, regexp.MustCompile(pattern))
	}
	add := func(hop bridge.Hop, pattern string) {
		t.hops = append(t.hops, struct {
			hop bridge.Hop
			re  *regexp.Regexp
		}{hop, regexp.MustCompile(pattern)})
	}
	add(bridge.HopVertex, `["']service["']\s?:\s?["']aiplatform\.googleapis\.com|google\.cloud\.aiplatform|VertexAI\.|google\.genai|aiplatform\.googleapis\.com/`)
	add(bridge.HopImpersonate, `["']service["']\s?:\s?["']iamcredentials\.googleapis\.com|google\.iam\.credentials|:generateAccessToken|:generateIdToken|impersonated credentials|iamcredentials\.googleapis\.com`)
	add(bridge.HopSTS, `sts\.googleapis\.com|workloadIdentityPools|StsCredentials|sts_exchange|StsRequestHandler`)
	add(bridge.HopEntra, `login\.microsoftonline\.com|login\.windows\.net|msal|WorkloadIdentityCredential`)
	add(bridge.HopARM, `management\.azure\.com`)
	add(bridge.HopStorage, `\.blob\.core\.windows\.net`)
	add(bridge.HopHome, `169\.254\.169\.254|IDENTITY_ENDPOINT|metadata\.google\.internal|/var/run/secrets/`)
	return t
})

// look reads the evidence out of a text on one line.
func look(text string) evidence {
	e := evidence{shapes: map[string]bool{}}
	for _, s := range tell().shapes {
		if s.re.MatchString(text) {
			e.shapes[s.shape] = true
		}
	}
	for _, re := range tell().status {
		for _, m := range re.FindAllStringSubmatch(text, 8) {
			if n, err := strconv.Atoi(m[1]); err == nil {
				e.status = append(e.status, n)
			}
		}
	}
	e.hop = e.guess(text)
	return e
}

// guess decides by shape where the shape decides, and by the address for the rest.
func (e *evidence) guess(text string) bridge.Hop {
	switch {
	case e.shapes[shapeEntra]:
		return bridge.HopEntra
	case e.shapes[shapeIdentity]:
		return bridge.HopHome
	case e.shapes[shapeSTS] && !e.shapes[shapeRPC]:
		return bridge.HopSTS
	}
	for _, h := range tell().hops {
		if h.re.MatchString(text) {
			return h.hop
		}
	}
	return ""
}
