package googleapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
)

// maxBody bounds a request body; Vertex itself takes 20 MB.
const maxBody = 20 << 20

// readBody reads a bounded request body.
func readBody(r *http.Request) ([]byte, *problem) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, &problem{Code: http.StatusRequestEntityTooLarge, Status: "INVALID_ARGUMENT", Message: "Request payload size exceeds the limit: 20971520 bytes."}
	}
	if err != nil {
		return nil, invalidArgument("The request body could not be read.")
	}
	return body, nil
}

// read takes a request's JSON body as a message of this name into a struct with camelCase names.
func (a *API) read(r *http.Request, name string, into any) *problem {
	body, p := readBody(r)
	if p != nil {
		return p
	}
	return a.decode(name, body, into)
}

func (a *API) decode(name string, body []byte, into any) *problem {
	canonical, err := a.messages.FromJSON(name, body)
	if err != nil {
		return refused(err)
	}
	if err := json.Unmarshal(canonical, into); err != nil {
		return invalidArgument("Request contains an invalid argument.")
	}
	return nil
}

// refused is a JSON body's refusal as a BadRequest.
func refused(err error) *problem {
	p := invalidArgument(err.Error())
	if refusal, ok := errors.AsType[*message.Refusal](err); ok {
		violations := make([]map[string]any, len(refusal.Violations))
		for i, v := range refusal.Violations {
			violations[i] = map[string]any{"description": v.Description}
			if v.Field != "" {
				violations[i]["field"] = v.Field
			}
		}
		p.Details = []map[string]any{{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}}
	}
	return p
}
