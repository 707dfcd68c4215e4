package googleapi

import (
	"encoding/json"
	"net/http"
	"strings"
)

// writeVertex answers over REST: one object; or for a stream, server-sent events with alt=sse, else one JSON array that
// is sent piece by piece.
func (a *API) writeVertex(rw http.ResponseWriter, r *http.Request, method vertexMethod, answers []any) {
	pieces := make([][]byte, len(answers))
	for i, answer := range answers {
		piece, err := json.Marshal(answer)
		if err == nil && strings.Contains(r.URL.Query().Get("$alt"), "enum-encoding=int") {
			piece, err = a.messages.EnumsAsNumbers(method.response, piece)
		}
		if err != nil { // our own structs always encode
			panic(err)
		}
		pieces[i] = piece
	}
	if !method.streams {
		writeJSON(rw, http.StatusOK, json.RawMessage(pieces[0]))
		return
	}
	sse := r.URL.Query().Get("alt") == "sse"
	contentType := "application/json; charset=UTF-8"
	if sse {
		contentType = "text/event-stream"
	}
	out := a.flow(rw, r, contentType)
	for i, piece := range pieces {
		before, after := ",\r\n", "\r\n"
		switch {
		case sse:
			before, after = "data: ", "\r\n\r\n"
		case i == 0:
			before = "["
		}
		if !sse && i == len(pieces)-1 {
			after = "\r\n]"
		}
		if !out.send(before + string(piece) + after) {
			return
		}
	}
}
