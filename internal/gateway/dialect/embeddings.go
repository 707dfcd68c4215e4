package dialect

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// embeddingsAsk is OpenAI's POST /v1/embeddings (platform.openai.com/docs/api-reference/embeddings/create). task_type
// and title are Google's, for callers who know them.
type embeddingsAsk struct {
	Model      string         `json:"model"`
	Input      inputs         `json:"input"`
	Encoding   string         `json:"encoding_format"`
	Dimensions *int           `json:"dimensions"`
	TaskType   string         `json:"task_type"`
	Title      string         `json:"title"`
	User       string         `json:"user"`
	Unknown    jsontext.Value `json:",embed"`
}

// inputs is one text or several.
type inputs []string

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (in *inputs) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var list stringOrList
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	if json.Unmarshal(value, &list) != nil {
		return invalid("input", "a text or a list of texts is wanted", "token arrays are of OpenAI's tokenizer, which Google's models do not have: send the text")
	}
	*in = inputs(list)
	return nil
}

// The bodies of predict for text embeddings (docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api)
// and of embedContent.
type (
	predictAsk struct {
		Instances  []instance        `json:"instances"`
		Parameters predictParameters `json:"parameters"`
	}
	instance struct {
		Content  string `json:"content"`
		TaskType string `json:"task_type,omitzero"`
		Title    string `json:"title,omitzero"`
	}
	predictParameters struct {
		Dimensions *int `json:"outputDimensionality,omitzero"`
		Truncate   bool `json:"autoTruncate"` // false: OpenAI refuses a text that is too long, and so do we
	}
	embedAsk struct {
		Content content     `json:"content"`
		Config  embedConfig `json:"embedContentConfig"`
	}
	embedConfig struct {
		TaskType   string `json:"taskType,omitzero"`
		Title      string `json:"title,omitzero"`
		Dimensions *int   `json:"outputDimensionality,omitzero"`
		Truncate   bool   `json:"autoTruncate"`
	}
)

// Embeddings maps OpenAI's POST /v1/embeddings: to predict, many texts at once for the text-embedding models and one at
// a time for gemini-embedding-001, or to embedContent for the Gemini embedding models after it.
func Embeddings(body []byte, _ Options) (Request, error) {
	ask := new(embeddingsAsk)
	if err := read(body, ask); err != nil {
		return Request{}, err
	}
	t, err := target(ask.Model)
	if err != nil {
		return Request{}, err
	}
	if err := ask.refuse(t.Publisher); err != nil {
		return Request{}, err
	}
	var bodies [][]byte
	switch {
	case strings.HasPrefix(t.Model, "gemini") && t.Model != "gemini-embedding-001":
		t.Method = "embedContent"
		for i := range ask.Input {
			bodies = append(bodies, marshal(embedAsk{content{Parts: []part{{Text: &ask.Input[i]}}}, embedConfig{ask.TaskType, ask.Title, ask.Dimensions, false}}))
		}
	case t.Model == "gemini-embedding-001":
		t.Method = "predict"
		for _, text := range ask.Input {
			bodies = append(bodies, ask.predict(text))
		}
	default:
		t.Method = "predict"
		bodies = append(bodies, ask.predict(ask.Input...))
	}
	r := Request{Target: t, Body: bodies[0], More: bodies[1:], Answer: embedded{noAnswerStream{OpenAI}, ask.Model, ask.Encoding == "base64", len(ask.Input)}}
	if len(r.More) == 0 {
		r.More = nil
	}
	return r, nil
}

// maxInputs is OpenAI's own limit. Some models take one text a call.
const maxInputs = 2048

func (ask *embeddingsAsk) refuse(publisher string) error {
	switch name := firstName(ask.Unknown); {
	case publisher != google:
		return invalid("model", "only Google's embedding models are mapped", "use google/gemini-embedding-001 or google/text-embedding-005")
	case name != "":
		return invalid(shown(name), "this field is not known here", "leave it out")
	case len(ask.Input) == 0:
		return invalid("input", "there is no text to embed", "")
	case len(ask.Input) > maxInputs:
		return invalid("input", "there are more than 2048 texts", "send them in several requests")
	case ask.Encoding != "" && ask.Encoding != "float" && ask.Encoding != "base64":
		return invalid("encoding_format", "this format is not known here", "use float or base64")
	}
	for i, text := range ask.Input {
		if text == "" {
			return invalid(index("input", i), "the text is empty", "")
		}
	}
	return nil
}

func (ask *embeddingsAsk) predict(texts ...string) []byte {
	p := predictAsk{Parameters: predictParameters{Dimensions: ask.Dimensions}}
	for _, text := range texts {
		p.Instances = append(p.Instances, instance{text, ask.TaskType, ask.Title})
	}
	return marshal(p)
}

// embedded answers a request for embeddings.
type embedded struct {
	noAnswerStream
	model  string
	base64 bool
	want   int // embeddings
}

// vectors is the union of what predict and embedContent answer.
type vectors struct {
	Predictions []struct {
		Embeddings struct {
			Values     []float64 `json:"values"`
			Statistics struct {
				Tokens float64 `json:"token_count"`
			} `json:"statistics"`
		} `json:"embeddings"`
	} `json:"predictions"`
	Embedding struct {
		Values []float64 `json:"values"`
	} `json:"embedding"`
	Usage geminiUsage `json:"usageMetadata"`
}

type embedding struct {
	Object string         `json:"object"` // embedding
	Index  int            `json:"index"`
	Vector jsontext.Value `json:"embedding"`
}

// Whole implements Answerer.
func (a embedded) Whole(body []byte, more ...[]byte) ([]byte, error) {
	data := make([]embedding, 0, a.want)
	tokens := 0
	for _, b := range append([][]byte{body}, more...) {
		var v vectors
		if lenient(b, &v) != nil {
			return nil, foreign()
		}
		for _, p := range v.Predictions {
			tokens += int(p.Embeddings.Statistics.Tokens)
			data = append(data, embedding{"embedding", len(data), a.vector(p.Embeddings.Values)})
		}
		if v.Embedding.Values != nil {
			tokens += v.Usage.Prompt
			data = append(data, embedding{"embedding", len(data), a.vector(v.Embedding.Values)})
		}
	}
	if len(data) != a.want {
		return nil, foreign()
	}
	type counted struct {
		Prompt int `json:"prompt_tokens"`
		Total  int `json:"total_tokens"`
	}
	return marshal(struct {
		Object string      `json:"object"`
		Data   []embedding `json:"data"`
		Model  string      `json:"model"`
		Usage  counted     `json:"usage"`
	}{"list", data, a.model, counted{tokens, tokens}}), nil
}

// vector writes numbers, or the base64 of little-endian float32, which OpenAI's SDKs ask for unless told otherwise.
func (a embedded) vector(values []float64) jsontext.Value {
	if !a.base64 {
		return marshal(values)
	}
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
	}
	return marshal(base64.StdEncoding.EncodeToString(raw))
}
