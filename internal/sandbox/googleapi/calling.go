package googleapi

import (
	"encoding/json"
	"slices"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
)

type tool struct{ FunctionDeclarations []declaration }

type declaration struct {
	Name                 string
	Parameters           map[string]any
	ParametersJSONSchema map[string]any `json:"parametersJsonSchema"`
}

type callingConfig struct {
	Mode                 string
	AllowedFunctionNames []string
}

type functionCall struct {
	ID   string         `json:"id,omitempty"`
	Name string         `json:"name"`
	Args map[string]any `json:"args"`
}

// turn is what a generateContent request asks of the model.
func (req *generateRequest) turn(caller string) *turn {
	last := lastOf(req)
	calling, config := req.ToolConfig.FunctionCallingConfig, req.GenerationConfig
	t := &turn{
		prompt: textOf(last), system: textOf(req.SystemInstruction), caller: caller, force: calling.Mode == "ANY",
		json: config.ResponseMIMEType == "application/json", schema: config.ResponseSchema,
	}
	if t.schema == nil {
		t.schema = config.ResponseJSONSchema
	}
	for _, p := range last.Parts {
		var response struct {
			Name     string
			Response map[string]any
		}
		if p.Response != nil && json.Unmarshal(p.Response, &response) == nil {
			t.results = append(t.results, result(response.Name, response.Response))
		}
	}
	for _, tool := range req.Tools {
		for _, d := range tool.FunctionDeclarations {
			if calling.Mode == "NONE" || len(calling.AllowedFunctionNames) > 0 && !slices.Contains(calling.AllowedFunctionNames, d.Name) {
				continue
			}
			f := answer.Function{Name: d.Name, Parameters: d.Parameters}
			if f.Parameters == nil {
				f.Parameters = d.ParametersJSONSchema
			}
			t.functions = append(t.functions, f)
		}
	}
	return t
}

// lastOf is the caller's last turn; a model sees the others too, but what it answers is that.
func lastOf(req *generateRequest) content {
	for _, c := range slices.Backward(req.Contents) {
		if c.Role != "model" {
			return c
		}
	}
	return req.Contents[len(req.Contents)-1]
}
