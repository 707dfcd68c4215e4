package googleapi_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
)

// rpc makes a gRPC call over clear HTTP/2 and returns the messages, as JSON, and the trailers.
func rpc(t *testing.T, g *google, path, request, response, body string) ([]string, http.Header) {
	t.Helper()
	srv := httptest.NewUnstartedServer(g.api)
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	defer srv.Close()
	set := message.Load()
	wire, err := set.ToWire(request, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	frame := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(wire))), wire...)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+path, bytes.NewReader(frame))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	name, value, _ := strings.Cut(g.federated(), ": ")
	req.Header.Set(name, value)
	transport := &http.Transport{Protocols: srv.Config.Protocols}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for len(answer) > 0 {
		size := binary.BigEndian.Uint32(answer[1:5])
		canonical, err := set.FromWire(response, answer[5:5+size])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(canonical))
		answer = answer[5+size:]
	}
	return out, resp.Trailer
}

func TestGRPC(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	resource := strings.TrimPrefix(flash, "/v1/")
	asked := `{"model":"` + resource + `","contents":[{"role":"user","parts":[{"text":"hello bridge"}]}]}`
	out, trailer := rpc(t, g, "/google.cloud.aiplatform.v1.PredictionService/GenerateContent", "GenerateContentRequest", "GenerateContentResponse", asked)
	var got generated
	if err := json.Unmarshal([]byte(out[0]), &got); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.text(), helloText) || trailer.Get("Grpc-Status") != "0" {
		t.Errorf("%+v %v", got, trailer)
	}
	out, _ = rpc(t, g, "/google.cloud.aiplatform.v1beta1.PredictionService/StreamGenerateContent", "GenerateContentRequest", "GenerateContentResponse", asked)
	if len(out) < 3 {
		t.Errorf("%d pieces", len(out))
	}
	out, _ = rpc(t, g, "/google.cloud.aiplatform.v1.PredictionService/Predict", "PredictRequest", "PredictResponse", `{"endpoint":"`+strings.TrimPrefix(endpoint, "/v1/")+`","instances":[{"content":"hello bridge"}]}`)
	if !strings.Contains(out[0], "hello bridge") {
		t.Errorf("%v", out)
	}
	out, _ = rpc(t, g, "/google.cloud.aiplatform.v1.LlmUtilityService/CountTokens", "CountTokensRequest", "CountTokensResponse", `{"endpoint":"`+resource+`","contents":[{"parts":[{"text":"hello bridge"}]}]}`)
	if !strings.Contains(strings.ReplaceAll(out[0], " ", ""), `"totalTokens":3`) {
		t.Errorf("%v", out)
	}
}

func TestGRPCRefusals(t *testing.T) {
	t.Parallel()
	g := newGoogle(t)
	for _, tc := range []struct{ name, path, resource, status, message string }{
		{"denied", "/google.cloud.aiplatform.v1.PredictionService/GenerateContent", "projects/other/locations/l/publishers/google/models/flash", "7", "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/other/locations/l/publishers/google/models/flash' (or it may not exist)."},
		{"no resource", "/google.cloud.aiplatform.v1.PredictionService/GenerateContent", "x", "3", "Invalid resource field value in the request."},
		{"unknown method", "/google.cloud.aiplatform.v1.PredictionService/Explain", "x", "12", "the sandbox does not know POST /google.cloud.aiplatform.v1.PredictionService/Explain; docs/sandbox.md lists what it knows"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := &google{t, g.world, g.api}
			_, trailer := rpc(t, g, tc.path, "GenerateContentRequest", "GenerateContentResponse", `{"model":"`+tc.resource+`"}`)
			if trailer.Get("Grpc-Status") != tc.status || trailer.Get("Grpc-Message") != tc.message {
				t.Errorf("%v", trailer)
			}
			details, err := base64.RawStdEncoding.DecodeString(trailer.Get("Grpc-Status-Details-Bin"))
			if err != nil {
				t.Fatal(err)
			}
			if number, _, n := protowire.ConsumeTag(details); n < 0 || number != 1 {
				t.Errorf("details %x", details)
			}
		})
	}
}
