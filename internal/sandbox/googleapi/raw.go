package googleapi

import (
	"net/http"

	"github.com/landbridge/landbridge/internal/sandbox/answer"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
)

// serveRaw is rawPredict and streamRawPredict: the body is the model's own. Anthropic's models speak their Messages
// API, endpoints take any JSON object.
func (a *API) serveRaw(rw http.ResponseWriter, r *http.Request, version string, t target, verb string) {
	rpc := "RawPredict"
	if verb == "streamRawPredict" {
		rpc = "StreamRawPredict"
	}
	c, p := a.admitVertex(r, version, rpc, t)
	if p != nil {
		p.write(rw)
		return
	}
	rw.Header().Set(CallerHeader, callerLine(c.grant))
	body, p := readBody(r)
	if p != nil {
		p.write(rw)
		return
	}
	switch t.publisher {
	case "anthropic":
		a.serveAnthropic(rw, r, c, body, verb == "streamRawPredict")
	case "":
		a.rawEndpoint(rw, c, body)
	case "google":
		(&problem{Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION", Message: "Gemini cannot be accessed through Vertex Predict/RawPredict API. Please follow https://cloud.google.com/vertex-ai/docs/generative-ai/start/quickstarts/quickstart-multimodal for Gemini usage."}).write(rw)
	default:
		unknown(r).write(rw)
	}
}

// rawEndpoint answers an endpoint's free JSON: predictions for instances, else one content.
func (a *API) rawEndpoint(rw http.ResponseWriter, c *vertexCall, body []byte) {
	object, err := message.Object(body)
	if err != nil {
		refused(err).write(rw)
		return
	}
	if _, ok := object["instances"].([]any); ok {
		c.body = body
		answers, p := a.predict(c)
		if p != nil {
			p.write(rw)
			return
		}
		compact(rw, map[string]any{"predictions": answers[0].(map[string]any)["predictions"]})
		return
	}
	compact(rw, map[string]any{"content": answer.To(instanceText(object)) + "\n\n[sandbox: called by " + callerLine(c.grant) + "]"})
}
