package dialect

import (
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// anthropicVersion is the value that Claude on Vertex AI asks for in the body, in the place of the anthropic-version
// header.
const anthropicVersion = "vertex-2023-10-16"

// Messages maps Anthropic's POST /v1/messages. A Claude model is asked by rawPredict or streamRawPredict: the model moves
// from the body into the target, anthropic_version is set, everything else stays byte for byte. A Gemini model is asked by
// generateContent.
func Messages(body []byte, o Options) (Request, error) {
	var ask struct {
		Model  string `json:"model"`
		Stream bool   `json:"stream"`
	}
	if err := read(body, &ask); err != nil {
		return Request{}, err
	}
	t, err := target(ask.Model)
	if err != nil {
		return Request{}, err
	}
	switch t.Publisher {
	case anthropic:
	case google:
		return anthropicGemini(body, t, o)
	default:
		return Request{}, invalid("model", "this model cannot be asked in Anthropic's dialect", "ask for a Claude or a Gemini model, or use /v1/chat/completions")
	}
	t.Method = "rawPredict"
	if ask.Stream {
		t.Method = "streamRawPredict"
	}
	r := Request{Target: t, Stream: ask.Stream, Answer: same{dialect: Anthropic}}
	r.Header, r.Body, err = forClaude(body, o.Beta, "model")
	return r, err
}

// CountTokens maps Anthropic's POST /v1/messages/count_tokens to the pretended model count-tokens, which wants the
// model in the body, or to countTokens of a Gemini model.
func CountTokens(body []byte, o Options) (Request, error) {
	var ask struct {
		Model string `json:"model"`
	}
	if err := read(body, &ask); err != nil {
		return Request{}, err
	}
	t, err := target(ask.Model)
	if err != nil {
		return Request{}, err
	}
	switch t.Publisher {
	case anthropic:
	case google:
		return anthropicCount(body, t)
	default:
		return Request{}, invalid("model", "the tokens of this model cannot be counted in Anthropic's dialect", "ask for a Claude or a Gemini model")
	}
	model := marshal(t.Model)
	t.Model, t.Method = "count-tokens", "rawPredict"
	r := Request{Target: t, Answer: same{dialect: Anthropic}}
	r.Header, r.Body, err = forClaude(body, o.Beta, "model")
	if err == nil {
		r.Body = append(append(append(r.Body[:len(r.Body)-1:len(r.Body)-1], `,"model":`...), model...), '}')
	}
	return r, err
}

// forClaude drops one member of the body and sets anthropic_version.
//
// Vertex AI reads betas from the header and refuses values there that it does not know; the one for a context of a
// million tokens is wanted in the body instead.
func forClaude(body []byte, beta, drop string) (http.Header, []byte, error) {
	var header, inBody []string
	for b := range strings.SplitSeq(beta, ",") {
		switch b = strings.TrimSpace(b); {
		case b == "":
		case strings.HasPrefix(b, "context-1m-"):
			inBody = append(inBody, b)
		default:
			header = append(header, b)
		}
	}
	set := []member{{"anthropic_version", jsontext.Value(`"` + anthropicVersion + `"`)}}
	if len(inBody) > 0 {
		set = append(set, member{"anthropic_beta", marshal(inBody)})
	}
	out, err := edit(body, []string{drop}, set)
	if err != nil || len(header) == 0 {
		return nil, out, err
	}
	return http.Header{"Anthropic-Beta": {strings.Join(header, ",")}}, out, nil
}

// same is the answer of a model that speaks the caller's dialect already.
type same struct{ dialect Dialect }

func (s same) Whole(body []byte, _ ...[]byte) ([]byte, error) { return body, nil }
func (s same) Stream() Translator                             { return s }

func (s same) Event(dst []byte, name string, data []byte) ([]byte, error) {
	return frame(dst, name, data), nil
}

// End adds nothing: the model's stream has brought its own end.
func (s same) End(dst []byte) []byte { return dst }

func (s same) Fail(dst []byte, err error, callID string) []byte {
	return s.dialect.fail(dst, refusal(err, callID))
}

// frame writes one event of a text/event-stream. JSON on one line has no line breaks; other data gets a line each.
func frame(dst []byte, name string, data []byte) []byte {
	if name != "" {
		dst = append(append(append(dst, "event: "...), name...), '\n')
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		dst = append(append(append(dst, "data: "...), line...), '\n')
	}
	return append(dst, '\n')
}

// fail writes an error in the middle of a stream, and the stream's end where the dialect has one.
func (d Dialect) fail(dst []byte, f failure) []byte {
	switch d {
	case OpenAI:
		dst = append(d.write(append(dst, "data: "...), f), "\n\n"...)
		return append(dst, "data: [DONE]\n\n"...)
	case Anthropic:
		return append(d.write(append(dst, "event: error\ndata: "...), f), "\n\n"...)
	default:
		return append(d.write(append(dst, "data: "...), f), "\r\n\r\n"...)
	}
}
