package dialect

import "github.com/landbridge/landbridge/internal/prompt"

// Chat maps OpenAI's POST /v1/chat/completions. A Gemini model is asked by generateContent, a Claude model by
// rawPredict, and any other by Vertex AI's own chat/completions, which gets the body as it is.
func Chat(body []byte, o Options) (Request, error) {
	c := new(chat)
	wrong := read(body, c)
	if wrong != nil {
		// What another model's server understands is its own affair: its name is enough.
		ask := struct {
			Model  string `json:"model"`
			Stream bool   `json:"stream"`
		}{}
		if err := read(body, &ask); err != nil {
			return Request{}, err
		}
		c.Model, c.Stream = ask.Model, ask.Stream
	}
	t, err := target(c.Model)
	switch {
	case err != nil:
		return Request{}, err
	case t.Publisher != google && t.Publisher != anthropic:
		return openModel(body, c, t)
	case wrong != nil:
		return Request{}, wrong
	case len(c.Messages) == 0:
		return Request{}, invalid("messages", "there are none", "add a message with role user")
	case t.Publisher == anthropic:
		return openaiClaude(c, t, o)
	default:
		return openaiGemini(c, t, len(body)+128, o)
	}
}

// openModel passes a chat on to the endpoint of Vertex AI that speaks OpenAI's dialect itself: "openapi" for the models
// of other publishers, or one of the caller's own.
func openModel(body []byte, c *chat, t prompt.Target) (Request, error) {
	t.Version, t.Method = "v1beta1", "chat/completions"
	if t.Endpoint == "" {
		t.Endpoint = "openapi"
		if name := t.Publisher + "/" + t.Model; name != c.Model {
			var err error
			if body, err = edit(body, nil, []member{{"model", marshal(name)}}); err != nil {
				return Request{}, err
			}
		}
	}
	return Request{Target: t, Body: body, Stream: c.Stream, Answer: same{OpenAI}}, nil
}
