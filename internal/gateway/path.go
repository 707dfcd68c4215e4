package gateway

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

const (
	maxPath    = 2048
	maxSegment = 256
)

// chatMethod is the OpenAI form of an endpoint, which has a path of its own in place of a method after a colon.
const chatMethod = "chat/completions"

// ParsePath takes a request path of Vertex AI's REST API apart, with the HTTP verb that it came with. It is given the
// escaped path, as it stood on the wire, and decodes it once; what is left must be made of the few characters that
// Google's names have, so that "..", encoded slashes, line breaks and a second encoding get no further. The forms:
//
//	/VERSION/[projects/P/locations/L/]publishers/PUB/models/M:METHOD
//	/VERSION/[projects/P/locations/L/]endpoints/E:METHOD
//	/VERSION/[projects/P/locations/L/]endpoints/E/chat/completions
//	/VERSION/[projects/P/locations/L/]COLLECTION[/ID[/COLLECTION[/ID]]...][:METHOD]
//
// Errors are *bridge.Error (Usage) with the codes path_invalid and method_unknown.
func ParsePath(verb, escaped string) (prompt.Target, error) {
	segments, err := splitPath(escaped)
	if err != nil {
		return prompt.Target{}, err
	}
	t := prompt.Target{Version: segments[0]}
	if t.Version != "v1" && t.Version != "v1beta1" {
		return prompt.Target{}, badPath("the path begins with neither /v1/ nor /v1beta1/")
	}
	rest := segments[1:]
	if len(rest) >= 4 && rest[0] == "projects" && rest[2] == "locations" {
		t.Project, t.Location, rest = rest[1], rest[3], rest[4:]
		if !projectName(t.Project) || !name(t.Location, "-") {
			return prompt.Target{}, badPath("the project or the location has a character that such names cannot have")
		}
	}
	if len(rest) == 0 || rest[0] == "projects" || rest[0] == "locations" {
		return prompt.Target{}, badPath("the path names no model, endpoint or collection")
	}
	last, method, custom := strings.Cut(rest[len(rest)-1], ":")
	if custom && !name(method, "") {
		return prompt.Target{}, unknownMethod("what stands after the colon is no method")
	}
	rest[len(rest)-1] = last
	for _, s := range rest {
		if !name(s, "-_.@") {
			return prompt.Target{}, badPath("a part of the path has a character that names of models, endpoints and collections cannot have")
		}
	}
	err = address(&t, verb, rest, method)
	return t, err
}

// address fills in what the call is about: rest is the path below the location, without the method.
func address(t *prompt.Target, verb string, rest []string, method string) error {
	t.Method = method
	switch {
	case method != "" && len(rest) == 4 && rest[0] == "publishers" && rest[2] == "models":
		t.Publisher, t.Model = rest[1], rest[3]
	case method != "" && len(rest) == 2 && rest[0] == "endpoints":
		t.Endpoint = rest[1]
	case method == "" && len(rest) == 4 && rest[0] == "endpoints" && rest[2] == "chat" && rest[3] == "completions":
		t.Endpoint, t.Method = rest[1], chatMethod
	case rest[0] == "endpoints" && len(rest) > 2, rest[0] == "publishers" && len(rest) < 3:
		return unknownMethod("an endpoint or a publisher has no such method")
	default:
		return collection(t, verb, rest, method)
	}
	if verb != http.MethodPost {
		return unknownMethod("a model is called with POST")
	}
	return nil
}

// collection fills in a call that is not about a model, in Google's words for the verbs of HTTP (google.aip.dev/130).
func collection(t *prompt.Target, verb string, rest []string, method string) error {
	for i := 0; i < len(rest); i += 2 {
		if !name(rest[i], "") {
			return badPath("a collection's name has a character that is no letter or digit")
		}
	}
	t.Collection = strings.Join(rest, "/")
	isItem := len(rest)%2 == 0
	switch {
	case standard(method): // after a colon: policy would hear "list" of a POST that makes something
		return unknownMethod("a collection has no such method")
	case method != "" && (verb == http.MethodPost || verb == http.MethodGet):
	case method == "" && verb == http.MethodGet && isItem:
		t.Method = "get"
	case method == "" && verb == http.MethodGet:
		t.Method = "list"
	case method == "" && verb == http.MethodPost && !isItem:
		t.Method = "create"
	case method == "" && verb == http.MethodDelete && isItem:
		t.Method = "delete"
	case method == "" && verb == http.MethodPatch && isItem:
		t.Method = "patch"
	default:
		return unknownMethod("a collection has no such method")
	}
	return nil
}

// standard says whether a method is one that HTTP's own verb says (google.aip.dev/130), and no path.
func standard(method string) bool {
	switch method {
	case "get", "list", "create", "delete", "patch", "update":
		return true
	}
	return false
}

// FormatPath is the canonical path of a target, unescaped: none of its characters needs escaping.
func FormatPath(t prompt.Target) string {
	var b strings.Builder
	b.WriteString("/" + t.Version + "/")
	if t.Project != "" {
		b.WriteString("projects/" + t.Project + "/locations/" + t.Location + "/")
	}
	switch {
	case t.Collection != "":
		b.WriteString(t.Collection)
		if standard(t.Method) {
			return b.String()
		}
	case t.Endpoint != "":
		b.WriteString("endpoints/" + t.Endpoint)
		if t.Method == chatMethod {
			return b.String() + "/" + chatMethod
		}
	default:
		b.WriteString("publishers/" + t.Publisher + "/models/" + t.Model)
	}
	return b.String() + ":" + t.Method
}

// splitPath decodes the path and cuts it into its segments, of which none is empty.
func splitPath(escaped string) ([]string, error) {
	if len(escaped) > maxPath {
		return nil, badPath("the path is longer than 2048 bytes")
	}
	if escaped == "" || escaped[0] != '/' {
		return nil, badPath("the path does not begin with a slash")
	}
	segments := strings.Split(escaped[1:], "/")
	for i, s := range segments {
		if strings.IndexByte(s, '%') >= 0 {
			decoded, ok := decode(s)
			if !ok {
				return nil, badPath("the path has a percent sign that two hexadecimal digits do not follow")
			}
			segments[i] = decoded
		}
		if segments[i] == "" || len(segments[i]) > maxSegment {
			return nil, badPath("a part of the path is empty or longer than 256 bytes")
		}
	}
	return segments, nil
}

// decode takes percent encoding away, once.
func decode(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		high, ok1 := hexDigit(s[i+1])
		low, ok2 := hexDigit(s[i+2])
		if !ok1 || !ok2 {
			return "", false
		}
		b = append(b, high<<4|low)
		i += 2
	}
	return string(b), true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// name says whether s is letters, digits and the others alone, and begins with a letter or a digit.
func name(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || strings.IndexByte(others, c) < 0) {
			return false
		}
	}
	return s != ""
}

// projectName takes ids, numbers, and the ids of old that begin with a domain ("example.com:project").
func projectName(s string) bool {
	domain, id, scoped := strings.Cut(s, ":")
	return !scoped && name(s, "-") || scoped && name(domain, "-.") && name(id, "-")
}

func badPath(text string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "path_invalid", Text: text,
		Hint: "use /v1/projects/PROJECT/locations/LOCATION/publishers/PUBLISHER/models/MODEL:METHOD, or the same without project and location",
	}
}

func unknownMethod(text string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "method_unknown", Text: text, Hint: "see docs/gateway.md for the methods that are known"}
}
