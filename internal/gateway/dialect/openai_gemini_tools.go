package dialect

import "slices"

// tools maps tools, their choice, and web search.
func (c *chat) tools(g *generate) error {
	list, choice, err := c.functions()
	if err != nil {
		return err
	}
	strict := false
	var declared []declaration
	for _, f := range list {
		declared = append(declared, declaration{f.Name, f.Description, f.Parameters})
		strict = strict || f.Strict
	}
	if len(declared) > 0 {
		g.Tools = append(g.Tools, tool{Functions: declared})
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

// functions are those that may be called, and the choice among them. A choice of allowed tools leaves the others unsaid:
// Gemini's own list of allowed names works in some modes only, and Claude has none.
func (c *chat) functions() ([]*function, toolChoice, error) {
	choice := c.ToolChoice
	if len(c.Functions) > 0 {
		choice = c.FunctionCall
	}
	var list []*function
	add := func(f *function) {
		if choice.Allowed == nil || slices.Contains(choice.Allowed, f.Name) {
			list = append(list, f)
		}
	}
	for i := range c.Functions {
		add(&c.Functions[i])
	}
	for i, t := range c.Tools {
		at := index("tools", i)
		if t.Type != "function" {
			return nil, choice, invalid(at+".type", "only functions can be mapped", "describe the tool as a function with parameters")
		}
		if t.Function == nil || t.Function.Name == "" {
			return nil, choice, invalid(at+".function.name", "the function is not named", "")
		}
		add(t.Function)
	}
	for _, name := range choice.Allowed {
		if !slices.ContainsFunc(list, func(f *function) bool { return f.Name == name }) {
			return nil, choice, invalid("tool_choice", "it names a function that is not among the tools", "")
		}
	}
	return list, choice, nil
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
