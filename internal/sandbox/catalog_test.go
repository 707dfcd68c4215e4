package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox"
)

// The default world has a dataset and a model of Vertex AI's whose bytes are in the bucket of copies, for the job's identity to list.
func TestCatalogOfTheDefaultWorld(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Clock: time.Now})
	p := s.Profile()
	get := func(url string, header, value string, into any) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(header, value)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", url, resp.StatusCode, err)
		}
	}
	var token struct {
		Text string `json:"access_token"`
	}
	get("http://"+p.Google.MetadataHost+"/computeMetadata/v1/instance/service-accounts/default/token", "Metadata-Flavor", "Google", &token)
	for _, kind := range []string{"datasets", "models"} {
		var page map[string]json.RawMessage
		get(p.Google.VertexURL+"/v1/projects/"+p.Google.ProjectID+"/locations/"+p.Google.Location+"/"+kind, "Authorization", "Bearer "+token.Text, &page)
		if !strings.Contains(string(page[kind]), "gs://"+p.Google.Bucket+"/") {
			t.Errorf("%s: %s", kind, page)
		}
	}
}
