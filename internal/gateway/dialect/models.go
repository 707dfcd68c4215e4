package dialect

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// modelsSince is the "created" of every model in a list: Vertex AI does not say, and clients want one (the day on which
// Vertex AI began to serve publishers' models, 2023-05-10).
const modelsSince = 1683676800

type (
	openaiModel struct {
		ID      string `json:"id"`
		Object  string `json:"object"` // model
		Created int64  `json:"created"`
		Owner   string `json:"owned_by"`
	}
	anthropicModel struct {
		Type    string `json:"type"` // model
		ID      string `json:"id"`
		Name    string `json:"display_name"`
		Created string `json:"created_at"` // RFC 3339
	}
)

// Models is the answer to GET /v1/models: the models that the caller may use, each written as PUBLISHER/MODEL.
func (d Dialect) Models(names []string) []byte {
	if d == Anthropic {
		list := make([]anthropicModel, 0, len(names))
		var first, last *string
		for _, name := range names {
			list = append(list, anthropicOne(name))
			last = &list[len(list)-1].ID
		}
		if len(list) > 0 {
			first = &list[0].ID
		}
		return marshal(struct {
			Data  []anthropicModel `json:"data"`
			More  bool             `json:"has_more"`
			First *string          `json:"first_id"`
			Last  *string          `json:"last_id"`
		}{list, false, first, last})
	}
	list := make([]openaiModel, 0, len(names))
	for _, name := range names {
		list = append(list, openaiOne(name))
	}
	return marshal(struct {
		Object string        `json:"object"`
		Data   []openaiModel `json:"data"`
	}{"list", list})
}

// Model is the answer to GET /v1/models/{id}, where id is decoded and written in any way that a request may name it. A
// model that the caller may not use is not found.
func (d Dialect) Model(names []string, id string) ([]byte, error) {
	want, err := target(id)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if has, err := target(name); err != nil || has != want {
			continue
		}
		if d == Anthropic {
			return marshal(anthropicOne(name)), nil
		}
		return marshal(openaiOne(name)), nil
	}
	return nil, &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "model_not_found", Status: 404,
		Text: "there is no such model that this workload may use", Hint: "GET /v1/models lists them",
	}
}

func openaiOne(name string) openaiModel {
	owner, _, ok := strings.Cut(name, "/")
	if !ok {
		owner = google
	}
	return openaiModel{name, "model", modelsSince, owner}
}

func anthropicOne(name string) anthropicModel {
	id := strings.TrimPrefix(name, anthropic+"/")
	return anthropicModel{"model", id, id, "2023-05-10T00:00:00Z"}
}
