package googleapi

import "slices"

type tool struct{ FunctionDeclarations []declaration }

type declaration struct {
	Name       string
	Parameters struct {
		Properties map[string]struct{ Type string }
		Required   []string
	}
}

type callingConfig struct {
	Mode                 string
	AllowedFunctionNames []string
}

type functionCall struct {
	Name string         `json:"name"`
	Args map[string]any `json:"args"`
}

// mustCall is the function call that the request demands (mode ANY), with a value of the right type for each required
// argument. In the other modes the model is free, and this one talks.
func (req *generateRequest) mustCall() *functionCall {
	config := req.ToolConfig.FunctionCallingConfig
	if config.Mode != "ANY" {
		return nil
	}
	for _, t := range req.Tools {
		for _, d := range t.FunctionDeclarations {
			if len(config.AllowedFunctionNames) > 0 && !slices.Contains(config.AllowedFunctionNames, d.Name) {
				continue
			}
			call := &functionCall{Name: d.Name, Args: map[string]any{}}
			for _, name := range d.Parameters.Required {
				call.Args[name] = sample(d.Parameters.Properties[name].Type, name)
			}
			return call
		}
	}
	return nil
}

func sample(kind, name string) any {
	switch kind {
	case "NUMBER", "INTEGER":
		return 1
	case "BOOLEAN":
		return true
	case "ARRAY":
		return []any{}
	case "OBJECT":
		return map[string]any{}
	default:
		return name
	}
}
