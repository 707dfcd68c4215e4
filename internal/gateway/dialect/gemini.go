package dialect

import "github.com/go-json-experiment/json/jsontext"

// generate is the body of generateContent and streamGenerateContent
// (docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models/generateContent).
type generate struct {
	Contents []content `json:"contents"`
	System   *content  `json:"systemInstruction,omitzero"`
	settings
}

// append writes what marshal would.
func (g *generate) append(dst []byte) []byte {
	o := begin(dst)
	list(&o, "contents", g.Contents, (*content).append)
	if g.System != nil {
		o.name("systemInstruction")
		o = g.System.append(o)
	}
	if more := marshal(&g.settings); len(more) > len("{}") {
		o = append(append(o, ','), more[1:len(more)-1]...)
	}
	return o.end()
}

// settings are what stands beside the texts.
type settings struct {
	Tools          []tool            `json:"tools,omitzero"`
	ToolConfig     *toolConfig       `json:"toolConfig,omitzero"`
	Config         generationConfig  `json:"generationConfig,omitzero"`
	SafetySettings jsontext.Value    `json:"safetySettings,omitzero"`
	CachedContent  string            `json:"cachedContent,omitzero"`
	Labels         map[string]string `json:"labels,omitempty"`
}

type content struct {
	Role  string `json:"role,omitzero"` // user or model; none in a system instruction
	Parts []part `json:"parts"`
}

func (c *content) append(dst []byte) []byte {
	o := begin(dst)
	o.words("role", c.Role)
	list(&o, "parts", c.Parts, (*part).append)
	return o.end()
}

// part holds one of its fields, and a signature beside it.
type part struct {
	Text             *string           `json:"text,omitzero"`
	InlineData       *blob             `json:"inlineData,omitzero"`
	FileData         *file             `json:"fileData,omitzero"`
	FunctionCall     *functionCall     `json:"functionCall,omitzero"`
	FunctionResponse *functionResponse `json:"functionResponse,omitzero"`
	ExecutableCode   *executableCode   `json:"executableCode,omitzero"`
	CodeResult       *codeResult       `json:"codeExecutionResult,omitzero"`
	Thought          bool              `json:"thought,omitzero"`
	ThoughtSignature string            `json:"thoughtSignature,omitzero"` // base64
}

func (p *part) append(dst []byte) []byte {
	if *p != (part{Text: p.Text, InlineData: p.InlineData, Thought: p.Thought, ThoughtSignature: p.ThoughtSignature}) {
		return appendJSON(dst, p)
	}
	o := begin(dst)
	if p.Text != nil {
		o.text("text", *p.Text)
	}
	if p.InlineData != nil {
		o.name("inlineData")
		media := begin(o)
		media.text("mimeType", p.InlineData.MimeType)
		media.text("data", p.InlineData.Data)
		o = media.end()
	}
	if p.Thought {
		o.raw("thought", "true")
	}
	o.words("thoughtSignature", p.ThoughtSignature)
	return o.end()
}

type blob struct {
	MimeType string `json:"mimeType"`
	Data     string `json:"data"` // base64
}

type file struct {
	MimeType string `json:"mimeType"`
	FileURI  string `json:"fileUri"`
}

type functionCall struct {
	ID   string         `json:"id,omitzero"` // in answers; v1 does not take it back
	Name string         `json:"name"`
	Args jsontext.Value `json:"args,omitzero"`
}

type functionResponse struct {
	Name     string         `json:"name"`
	Response jsontext.Value `json:"response"`
	Parts    []part         `json:"parts,omitzero"`
}

type executableCode struct {
	Language string `json:"language"`
	Code     string `json:"code"`
}

type codeResult struct {
	Outcome string `json:"outcome"`
	Output  string `json:"output"`
}

type tool struct {
	Functions    []declaration `json:"functionDeclarations,omitzero"`
	GoogleSearch *struct{}     `json:"googleSearch,omitzero"`
}

type declaration struct {
	Name        string         `json:"name"`
	Description string         `json:"description,omitzero"`
	Parameters  jsontext.Value `json:"parametersJsonSchema,omitzero"`
}

type toolConfig struct {
	FunctionCalling functionCalling `json:"functionCallingConfig"`
}

type functionCalling struct {
	Mode    string   `json:"mode"` // AUTO, ANY, NONE, VALIDATED
	Allowed []string `json:"allowedFunctionNames,omitzero"`
}

type generationConfig struct {
	Temperature        *float64       `json:"temperature,omitzero"`
	TopP               *float64       `json:"topP,omitzero"`
	TopK               *int           `json:"topK,omitzero"`
	CandidateCount     *int           `json:"candidateCount,omitzero"`
	MaxOutputTokens    *int           `json:"maxOutputTokens,omitzero"`
	StopSequences      []string       `json:"stopSequences,omitempty"`
	Seed               *int32         `json:"seed,omitzero"`
	PresencePenalty    *float64       `json:"presencePenalty,omitzero"`
	FrequencyPenalty   *float64       `json:"frequencyPenalty,omitzero"`
	ResponseLogprobs   bool           `json:"responseLogprobs,omitzero"`
	Logprobs           *int           `json:"logprobs,omitzero"`
	ResponseMimeType   string         `json:"responseMimeType,omitzero"`
	ResponseJSONSchema jsontext.Value `json:"responseJsonSchema,omitzero"`
	ResponseModalities []string       `json:"responseModalities,omitempty"`
	ThinkingConfig     jsontext.Value `json:"thinkingConfig,omitzero"`
}
