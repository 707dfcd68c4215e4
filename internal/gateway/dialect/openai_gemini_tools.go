package dialect

import "slices"

// tools maps tools, their choice, and web search. A choice of allowed tools leaves the others unsaid: Gemini's own list
// of allowed names works in some modes only.
func (c *chat) tools(g *generate) error {
	choice := c.ToolChoice
	var list []declaration
	strict := false
	add := func(f *function) {
		if choice.Allowed == nil || slices.Contains(choice.Allowed, f.Name) {
			list = append(list, declaration{f.Name, f.Description, f.Parameters})
			strict = strict || f.Strict
		}
	}
	for i := range c.Functions {
		choice = c.FunctionCall
		add(&c.Functions[i])
	}
	for i, t := range c.Tools {
		at := index("tools", i)
		if t.Type != "function" {
			return invalid(at+".type", "only functions can be mapped to Gemini", "describe the tool as a function with parameters")
		}
		if t.Function == nil || t.Function.Name == "" {
			return invalid(at+".function.name", "the function is not named", "")
		}
		add(t.Function)
	}
	for _, name := range choice.Allowed {
		if !slices.ContainsFunc(list, func(d declaration) bool { return d.Name == name }) {
			return invalid("tool_choice", "it names a function that is not among the tools", "")
		}
	}
	if len(list) > 0 {
		g.Tools = append(g.Tools, tool{Functions: list})
	}
	if c.WebSearch != nil {
		g.Tools = append(g.Tools, tool{GoogleSearch: &struct{}{}})
	}
	mode, err := callingMode(choice.Mode, strict)
	if err != nil || mode == "" || len(list) == 0 {
		return err
	}
	g.ToolConfig = &toolConfig{functionCalling{Mode: mode}}
	return nil
}

// callingMode is functionCallingConfig.mode; "" leaves it to Gemini, which is AUTO. A strict function asks for arguments
// that its schema holds for, which is Gemini's VALIDATED.
func callingMode(choice string, strict bool) (string, error) {
	switch choice {
	case "", "auto":
		if strict {
			return "VALIDATED", nil
		}
		return "", nil
	case "none":
		return "NONE", nil
	case "required":
		return "ANY", nil
	default:
		return "", invalid("tool_choice", "this choice is not known here", "use auto, none, required, or name a function")
	}
}
