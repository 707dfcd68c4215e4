package gateway

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/landbridge/landbridge/internal/bridge"
)

// answerSchema is the JSON schema that the request's answer shall hold; nil where it has none, or one that is no schema.
// Google's responseSchema is OpenAPI's dialect: types in capitals, and nullable.
func answerSchema(raw []byte) *jsonschema.Schema {
	if raw == nil {
		return nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource("schema:answer", plainSchema(doc)); err != nil {
		return nil
	}
	s, err := compiler.Compile("schema:answer")
	if err != nil {
		return nil
	}
	return s
}

// noLoader loads nothing: a schema is what the request holds.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("a schema refers to nothing outside of itself")
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
func holds(s *jsonschema.Schema, text string) bool {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	return err == nil && s.Validate(doc) == nil
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
