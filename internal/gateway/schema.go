package gateway

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/landbridge/landbridge/internal/bridge"
)

// answerSchema is the JSON schema that the request's answer shall hold; nil where it has none, or one that is no schema.
// Google's responseSchema is OpenAPI's dialect: types in capitals, and nullable.
func answerSchema(raw []byte) *jsonschema.Resolved {
	if raw == nil {
		return nil
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil
	}
	plain, err := json.Marshal(plainSchema(doc))
	if err != nil {
		return nil
	}
	s := &jsonschema.Schema{}
	if err := json.Unmarshal(plain, s); err != nil {
		return nil
	}
	resolved, err := s.Resolve(nil) // without a loader: a schema refers to nothing outside of itself
	if err != nil {
		return nil
	}
	return resolved
}

// plainSchema turns OpenAPI's schema into JSON schema, in place.
func plainSchema(doc any) any {
	switch v := doc.(type) {
	case []any:
		for i := range v {
			v[i] = plainSchema(v[i])
		}
	case map[string]any:
		for key, value := range v {
			v[key] = plainSchema(value)
		}
		kind, ok := v["type"].(string)
		if !ok {
			return v
		}
		v["type"] = strings.ToLower(kind)
		if v["nullable"] == true {
			v["type"] = []any{strings.ToLower(kind), "null"}
		}
	}
	return doc
}

// holds checks the text of an answer.
func holds(s *jsonschema.Resolved, text string) bool {
	var doc any
	return json.Unmarshal([]byte(text), &doc) == nil && s.Validate(doc) == nil
}

// keepSaid sets up that the answer's text is held against the request's own schema.
func (c *call) keepSaid() {
	if c.guard.EnforceSchema && c.generates() {
		c.texts.schema = answerSchema(c.facts.schema)
	}
}

// checkSaid refuses an answer whose whole text does not hold the schema. One that the model has not finished is not
// looked at: its caller is told so.
func (c *call) checkSaid() error {
	t := &c.texts
	if t.schema == nil || t.failed != 0 || !strings.EqualFold(t.finish, "STOP") {
		return nil
	}
	for _, said := range t.said {
		if !holds(t.schema, said) {
			return &bridge.Error{
				Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_schema", Status: http.StatusBadGateway, Retry: true,
				Text: "the model's answer does not hold the request's JSON schema", Hint: "ask again, or make the schema simpler",
			}
		}
	}
	return nil
}
