package googleapi

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
)

var grpcPath = bridge.FormOf(`^/google\.cloud\.aiplatform\.(v1|v1beta1)\.(?:PredictionService|LlmUtilityService)/([A-Za-z]+)$`)

// serveGRPC is the same service over gRPC: HTTP/2, one frame in, frames out, the status in the trailers. Frames are a
// byte that says whether the message is compressed, its length, and the message.
func (a *API) serveGRPC(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "application/grpc")
	frames, method, p := a.grpcCall(rw, r)
	rw.WriteHeader(http.StatusOK)
	if p == nil {
		flush := http.NewResponseController(rw)
		for _, frame := range frames {
			body, err := a.messages.ToWire(method.response, frame)
			if err != nil { // our own structs always encode
				panic(err)
			}
			head := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(body)))
			if _, err := rw.Write(append(head, body...)); err != nil || r.Context().Err() != nil {
				return // the caller went away
			}
			_ = flush.Flush()
		}
	}
	a.grpcStatus(rw.Header(), p)
}

// grpcCall answers one call with canonical JSON, which the caller turns into frames.
func (a *API) grpcCall(rw http.ResponseWriter, r *http.Request) ([]json.RawMessage, vertexMethod, *problem) {
	m := grpcPath().FindStringSubmatch(r.URL.Path)
	if m == nil {
		return nil, vertexMethod{}, unknown(r)
	}
	method, ok := a.methods[strings.ToLower(m[2][:1])+m[2][1:]]
	if !ok {
		return nil, method, unknown(r)
	}
	body, p := readFrame(r.Body)
	if p != nil {
		return nil, method, p
	}
	canonical, err := a.messages.FromWire(method.request, body)
	if err != nil {
		return nil, method, &problem{Code: http.StatusBadRequest, Status: "INTERNAL", Message: "Error decoding the request message."}
	}
	var names struct{ Model, Endpoint string }
	if err := json.Unmarshal(canonical, &names); err != nil {
		return nil, method, invalidArgument("Request contains an invalid argument.")
	}
	resource := names.Model
	if names.Endpoint != "" {
		resource = names.Endpoint
	}
	t, ok := parseTarget(resource)
	if !ok {
		return nil, method, invalidArgument("Invalid resource field value in the request.")
	}
	call, p := a.admitVertex(r, m[1], method.rpc, t)
	if p != nil {
		return nil, method, p
	}
	rw.Header().Set(CallerHeader, callerLine(call.grant))
	// Through the JSON rules once more: the answers read one form only.
	if call.body, err = a.messages.FromJSON(method.request, canonical); err != nil {
		return nil, method, refused(err)
	}
	answers, p := method.answer(a, call)
	if p != nil {
		return nil, method, p
	}
	frames := make([]json.RawMessage, len(answers))
	for i, answer := range answers {
		if frames[i], err = json.Marshal(answer); err != nil { // our own structs always encode
			panic(err)
		}
	}
	return frames, method, nil
}

func readFrame(body io.Reader) ([]byte, *problem) {
	var head [5]byte
	if _, err := io.ReadFull(body, head[:]); err != nil {
		return nil, &problem{Code: http.StatusBadRequest, Status: "INTERNAL", Message: "The request has no message."}
	}
	if head[0] != 0 {
		return nil, &problem{Code: http.StatusNotImplemented, Status: "UNIMPLEMENTED", Message: "the sandbox does not read compressed messages"}
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > maxBody {
		return nil, &problem{Code: http.StatusTooManyRequests, Status: "RESOURCE_EXHAUSTED", Message: fmt.Sprintf("Received message larger than max (%d vs. %d)", size, maxBody)}
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(body, out); err != nil {
		return nil, &problem{Code: http.StatusBadRequest, Status: "INTERNAL", Message: "The request message is cut short."}
	}
	return out, nil
}

// grpcStatus writes the trailers. The details travel in binary, as google.rpc.Status.
func (a *API) grpcStatus(h http.Header, p *problem) {
	if p == nil {
		h.Set(http.TrailerPrefix+"Grpc-Status", "0")
		return
	}
	code := grpcCode(p.Status)
	h.Set(http.TrailerPrefix+"Grpc-Status", strconv.Itoa(code))
	h.Set(http.TrailerPrefix+"Grpc-Message", percent(p.Message))
	if details, err := a.statusDetails(code, p); err == nil {
		h.Set(http.TrailerPrefix+"Grpc-Status-Details-Bin", base64.RawStdEncoding.EncodeToString(details))
	}
}

func (a *API) statusDetails(code int, p *problem) ([]byte, error) {
	status := message.Status{Code: code, Message: p.Message}
	for _, d := range p.Details {
		kind, _ := d["@type"].(string)
		body, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		value, err := a.messages.ToWire(kind[strings.LastIndexByte(kind, '.')+1:], body)
		if err != nil {
			return nil, err
		}
		status.Details = append(status.Details, message.Detail{TypeURL: kind, Value: value})
	}
	return status.Wire(), nil
}

// percent encodes a status message as gRPC wants it: printable ASCII but the percent sign stays.
func percent(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c >= ' ' && c <= '~' && c != '%' {
			b.WriteByte(c)
		} else {
			b.WriteString(url.PathEscape(string([]byte{c})))
		}
	}
	return b.String()
}

// grpcCode is the number of a google.rpc.Code.
func grpcCode(status string) int {
	for code, name := range []string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	} {
		if name == status {
			return code
		}
	}
	return 2
}
