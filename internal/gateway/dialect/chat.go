package dialect

// Chat maps OpenAI's POST /v1/chat/completions. A Gemini model is asked by generateContent, a Claude model by
// rawPredict, and any other by Vertex AI's own chat/completions, which gets the body as it is.
func Chat(body []byte, o Options) (Request, error) {
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
	if t.Publisher == google {
		c := new(chat)
		if err := read(body, c); err != nil {
			return Request{}, err
		}
		return openaiGemini(c, t, o)
	}
	t.Version, t.Method = "v1beta1", "chat/completions"
	if t.Endpoint == "" {
		t.Endpoint = "openapi"
	}
	return Request{Target: t, Body: body, Stream: ask.Stream, Answer: same{OpenAI}}, nil
}

// Embeddings maps OpenAI's POST /v1/embeddings to predict, or to embedContent for the models that have it.
func Embeddings(body []byte, o Options) (Request, error) {
	return Request{}, invalid("model", "this model has no embeddings on Vertex AI", "")
}
