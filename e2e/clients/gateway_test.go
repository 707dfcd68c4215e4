package clients

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// gatewayRules have a model for each thing that can become of a call: it passes, a quota is used up, or what is blocked
// is an error. The client programs name the same models.
const gatewayRules = `policy:
  rules:
    - name: once
      workloads: [aks/*]
      methods: [generateContent, streamGenerateContent, rawPredict, streamRawPredict]
      models: [google/gemini-2.5-flash-lite, anthropic/claude-haiku-4-5@20251001]
      quota: {requests_per_day: 1}
    - name: strict
      workloads: [aks/*]
      methods: [generateContent, streamGenerateContent, rawPredict, streamRawPredict]
      models: [google/gemini-2.5-pro, anthropic/claude-opus-4-1@20250805]
      guard: strict
    - name: local
      workloads: [loopback/here]
      methods: [generateContent, streamGenerateContent]
      models: [google/gemini-2.5-flash]
    - name: standard
      workloads: [aks/*]
      methods: [generateContent, streamGenerateContent, countTokens, embedContent, predict, rawPredict, streamRawPredict, publishers.models.*]
      models: [google/gemini-2.5-flash, google/text-embedding-005, anthropic/claude-sonnet-4-5@20250929, anthropic/count-tokens]
      media: [image/png]
guard:
  profiles:
    - {name: strict, block_as: error}
`

// What the client programs ask to hear again, and who Vertex AI says has called.
const (
	mail     = "ada.lovelace@example.com"
	echo     = "write to " + mail + ", and pay with 4111 1111 1111 1111."
	pieces   = "in pieces: " + echo
	answered = `send_mail answered: {"sent":"` + mail + `"}`
	caller   = "called by principal://iam.googleapis.com/"
)

// personal is what must not reach Vertex AI.
var personal = []string{"lovelace", "4111 1111", "bob@example.com"}

// calls are what the client programs ask with each library, and what they must hear: the same in every language.
var calls = map[string]map[string]string{
	"genai": {
		"whole": echo, "stream": pieces, "chat": "thank you, " + mail, "system": echo, "image": echo, "schema": mail, "embed": "2 vectors", "tokens": "counted",
		"model": "publishers/google/models/gemini-2.5-flash", "blocked": "JAILBREAK", "with file": caller, "with nothing": echo,
	},
	"openai": {
		"whole": echo, "stream": "stop, counted, " + pieces, "tool": "tool_calls: " + mail + ": " + answered, "tool stream": "send_mail: " + mail, "schema": mail,
		"embed": "2 vectors", "image": echo, "models": "google/gemini-2.5-flash", "model": "google/gemini-2.5-flash", "blocked": "content_filter", "claude": echo,
		"with nothing": echo, "who": caller,
	},
	"anthropic": {
		"whole": echo, "stream": "end_turn, counted, " + pieces, "async": echo, "tool": "tool_use: " + mail + ": ", "tokens": "counted", "blocked": "refusal",
		"gemini": echo, "who": caller,
	},
	"vertex":     {"whole": echo, "stream": "end_turn, counted, " + pieces, "tool": "tool_use: " + mail + ": ", "tokens": "counted"},
	"aiplatform": {"whole": echo, "stream": pieces, "model": echo, "model stream": pieces, "predict": "1 predictions"},
	"auth":       {"held": "lbt1_"},
}

// gatewayClient is one language's client program for the gateway.
type gatewayClient struct {
	command   []string
	env       []string
	libraries []string
	more      map[string]string // what this language has besides: its own cases, and its own kinds of errors
}

func TestPythonGateway(t *testing.T) {
	python := filepath.Join(harness.Part(t, parts.Python), "bin", "python")
	throughGateway(t, gatewayClient{
		command:   []string{python, filepath.Join(parts.E2E(), "clients/python/gateway.py")},
		libraries: []string{"genai", "openai", "anthropic", "vertex", "aiplatform", "auth"},
		more: map[string]string{
			"genai async": echo, "openai async": echo,
			"genai tool":   mail + `: send_mail answered: {"result":{"sent":"` + mail + `"}}`,
			"genai denied": "ClientError 403 PERMISSION_DENIED", "genai quota": "ClientError 429 RESOURCE_EXHAUSTED, retry after",
			"genai blocked as error": "ClientError 400 INVALID_ARGUMENT",
			"openai denied":          "PermissionDeniedError 403", "openai quota": "RateLimitError 429, retry after", "openai blocked as error": "BadRequestError 400",
			"anthropic denied": "PermissionDeniedError 403 permission_error", "anthropic quota": "RateLimitError 429 rate_limit_error, retry after",
			"anthropic blocked as error": "BadRequestError 400 invalid_request_error",
			"aiplatform denied":          "Forbidden 403", "aiplatform quota": "TooManyRequests 429", "aiplatform blocked as error": "BadRequest 400",
			"revoked": "AuthenticationError 401",
		},
	})
}

// throughGateway runs a client program against a gateway, and looks at both of the gateway's sides: what the client heard,
// and what Vertex AI did. Streams come in small pieces, cut anywhere.
func throughGateway(t *testing.T, c gatewayClient) {
	t.Helper()
	t.Parallel()
	s := harness.Start(t)
	s.AddModels(t, "google/models/gemini-2.5-flash-lite", "anthropic/models/claude-haiku-4-5@20251001", "anthropic/models/claude-opus-4-1@20250805")
	s.Pace(t, map[string]any{"piece": 3, "cut": 7})
	g := s.Gateway(t, gatewayRules)
	want := maps.Clone(c.more)
	for _, library := range c.libraries {
		for name, text := range calls[library] {
			want[library+" "+name] = text
		}
	}
	names := slices.Sorted(maps.Keys(want))
	i := slices.Index(names, "revoked") // last: nothing passes after it
	names = append(slices.Delete(names, i, i+1), "revoked")
	env := append(c.env,
		"LB_GATEWAY="+g.URL, "LB_PROJECT="+g.Google.ProjectID, "LB_LOCATION="+g.Google.Location, "LB_REVOKED="+g.Revoked, "LB_WORKLOAD=aks/"+g.Azure.Subject,
		"LB_TOKEN_FILE="+g.TokenFile(t, g.Azure.ClusterIssuer, g.Google.TokenAudience), "GOOGLE_APPLICATION_CREDENTIALS="+g.CredentialFile(t),
		"GOOGLE_CLOUD_PROJECT="+g.Google.ProjectID, "GOOGLE_VERTEX_BASE_URL="+g.URL)
	out := harness.Run(t, harness.Program{Args: append(c.command, names...), Env: env, Dir: g.Dir})
	harness.CheckEach(t, out, want)
	checkHeard(t, g.Heard())
	checkDenials(t, g.Records(t), names)
}

// checkHeard holds what reached Vertex AI against what must not.
func checkHeard(t *testing.T, heard []string) {
	t.Helper()
	masked := 0
	for _, request := range heard {
		for _, secret := range append(personal, "lbt1_", "system:serviceaccount") {
			if strings.Contains(request, secret) {
				t.Errorf("%q reached Vertex AI in %.120s", secret, request)
			}
		}
		if strings.Contains(request, "EMAIL") {
			masked++
		}
	}
	if masked < 5 {
		t.Errorf("%d of %d requests had a masked address: the programs sent too few, or the ear is deaf", masked, len(heard))
	}
}

// checkDenials checks that what policy denies was asked once: no client tries again.
func checkDenials(t *testing.T, records []string, names []string) {
	t.Helper()
	got, want := 0, 0
	for _, line := range records {
		var r struct{ Event, Code string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Event == "answered" && strings.HasPrefix(r.Code, "policy_") {
			got++
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, " denied") {
			want++
		}
	}
	if got != want {
		t.Errorf("%d denials, want %d: one for each call that is denied", got, want)
	}
}

func TestNodeGateway(t *testing.T) {
	modules := filepath.Join(harness.Part(t, parts.Node), "node_modules")
	throughGateway(t, gatewayClient{
		command:   []string{"node", filepath.Join(parts.E2E(), "clients/node/gateway.cjs")},
		env:       []string{"NODE_PATH=" + modules},
		libraries: []string{"genai", "openai", "auth"},
		more: map[string]string{
			"genai tool": mail + ": " + answered, "genai denied": "ApiError 403", "genai quota": "ApiError 429", "genai blocked as error": "ApiError 400",
			"openai denied": "PermissionDeniedError 403", "openai quota": "RateLimitError 429, retry after", "openai blocked as error": "BadRequestError 400",
			"auth project": "landbridge-demo", "revoked": "AuthenticationError 401",
		},
	})
}

func TestGoGateway(t *testing.T) {
	throughGateway(t, gatewayClient{
		command:   []string{harness.Build(t, "./clients/gogateway")},
		libraries: []string{"genai", "auth"},
		more: map[string]string{
			"genai tool": mail + ": " + answered, "genai denied": "APIError 403 PERMISSION_DENIED", "genai quota": "APIError 429 RESOURCE_EXHAUSTED",
			"genai blocked as error": "APIError 400 INVALID_ARGUMENT", "revoked": "APIError 401 UNAUTHENTICATED",
		},
	})
}

// TestJavaGateway has no credential file: Java's library takes a token_url with https only.
func TestJavaGateway(t *testing.T) {
	target := filepath.Join(harness.Part(t, parts.Java), "target")
	throughGateway(t, gatewayClient{
		command: []string{"java", "-cp", filepath.Join(target, "client-1.jar") + ":" + filepath.Join(target, "jars", "*"), "Gateway"},
		more: map[string]string{
			"genai whole": echo, "genai stream": pieces, "genai chat": "thank you, " + mail, "genai tool": mail + ": " + answered, "genai tokens": "counted",
			"genai blocked": "JAILBREAK",
			"genai denied":  "ClientException 403 PERMISSION_DENIED", "genai quota": "ClientException 429 RESOURCE_EXHAUSTED",
			"genai blocked as error": "ClientException 400 INVALID_ARGUMENT", "revoked": "ClientException 401 UNAUTHENTICATED",
		},
	})
}

// TestGoGatewayCurl calls as a person does, with the token in each of the headers that it may come in.
func TestGoGatewayCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		harness.Skip(t, err.Error())
	}
	t.Parallel()
	g := harness.Start(t).Gateway(t, gatewayRules)
	token, err := os.ReadFile(g.TokenFile(t, g.Azure.ClusterIssuer, g.Google.TokenAudience))
	if err != nil {
		t.Fatal(err)
	}
	const (
		native   = `{"contents":[{"role":"user","parts":[{"text":"Repeat after me: ` + echo + `"}]}]}`
		messages = `"messages":[{"role":"user","content":"Repeat after me: ` + echo + `"}]`
		flash    = "/v1/publishers/google/models/gemini-2.5-flash:"
	)
	for _, one := range []struct{ name, header, path, body, want string }{
		{"native, bearer", "Authorization: Bearer ", flash + "generateContent", native, `"text": "` + echo + `"`},
		{"native, events", "x-goog-api-key: ", flash + "streamGenerateContent?alt=sse", native, "data: {"},
		{"native, array", "api-key: ", flash + "streamGenerateContent", native, "[{"},
		{"openai, no token", "", "/v1/chat/completions", `{"model":"google/gemini-2.5-flash","stream":true,` + messages + `}`, "data: [DONE]"},
		{"anthropic", "x-api-key: ", "/v1/messages", `{"model":"claude-sonnet-4-5@20250929","stream":true,"max_tokens":99,` + messages + `}`, "event: message_stop"},
	} {
		headers := "Content-Type: application/json\n"
		if one.header != "" {
			headers += one.header + string(token) + "\n"
		}
		// The header is read from a file: a command line is no place for a token.
		got := harness.Run(t, harness.Program{Args: []string{curl, "-sN", "-H", "@" + g.Write(t, "headers", headers), "-d", one.body, g.URL + one.path}})
		if !strings.Contains(got, one.want) || !strings.Contains(got, mail) {
			t.Errorf("%s: the answer says not %s or not %s: %s", one.name, one.want, mail, got)
		}
	}
	checkHeard(t, g.Heard())
}
