package gateway

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// named takes over the model that the body names, where that is the one that is called, and refuses a body that names
// another than the path: policy decides about one model, and that one must be called.
func (c *call) named() error {
	t := &c.target
	for _, model := range c.facts.models {
		switch {
		case t.Collection != "", t.Method == chatMethod && t.Endpoint == "openapi":
			if t.Publisher, t.Model = modelIn(model, t.Collection != ""); !name(t.Publisher, "-") || !name(t.Model, "-_.@") || len(model) > maxSegment {
				return badModel("the body's model is not one that Vertex AI can have", "write it as PUBLISHER/MODEL")
			}
			c.name()
		case t.Endpoint != "" && t.Method == chatMethod || t.Model == "count-tokens": // what counts has the name of what is counted
		case !sameModel(model, t.Model) && !sameModel(model, t.Endpoint):
			return badModel("the body names another model than the path", "leave it out of the body")
		}
	}
	return nil
}

// modelIn reads PUBLISHER/MODEL or, of a resource, publishers/PUBLISHER/models/MODEL and what stands before it. Models of
// a project's own are those of the publisher "models"; a bare name is one of Google's.
func modelIn(text string, resource bool) (publisher, model string) {
	if resource {
		if i := strings.LastIndex("/"+text, "/publishers/"); i >= 0 {
			publisher, model, _ = strings.Cut(text[i+len("publishers/"):], "/models/")
			return publisher, model
		}
		if i := strings.LastIndex("/"+text, "/models/"); i >= 0 {
			return "models", text[i+len("models/"):]
		}
		return "google", text
	}
	publisher, model, _ = strings.Cut(text, "/")
	return publisher, model
}

// sameModel compares what a body says, alone or at the end of a resource's name, with a name of the path. Versions behind
// an @ belong to the path.
func sameModel(said, name string) bool {
	said = said[strings.LastIndexByte(said, '/')+1:]
	said, _, _ = strings.Cut(said, "@")
	name, _, _ = strings.Cut(name, "@")
	return said == name
}

func badModel(text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "model_conflict", Text: text, Hint: hint}
}
