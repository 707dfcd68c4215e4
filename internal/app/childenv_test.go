package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChildEnv(t *testing.T) {
	t.Parallel()
	full := childEnv{MetadataAddr: "127.0.0.1:7", Project: "p", Location: "europe-west4", VertexURL: "http://127.0.0.1:9", EmptyConfigDir: "/tmp/empty"}
	plain := []string{"GCE_METADATA_HOST=127.0.0.1:7", "GCE_METADATA_IP=127.0.0.1:7", "GCE_METADATA_ROOT=127.0.0.1:7", "METADATA_SERVER_DETECTION=assume-present"}
	tests := []struct {
		name string
		env  childEnv
		base []string
		want []string
	}{
		{"nothing but HOME and PATH", childEnv{MetadataAddr: "127.0.0.1:7"}, []string{"HOME=/h", "PATH=/bin"}, append([]string{"HOME=/h", "PATH=/bin"}, plain...)},
		{"what would win over us goes", childEnv{MetadataAddr: "127.0.0.1:7"}, []string{"GOOGLE_APPLICATION_CREDENTIALS=/old.json", "NO_GCE_CHECK=true", "GCE_METADATA_HOST=elsewhere"}, plain},
		{"everything", full, nil, []string{
			"CLOUDSDK_CONFIG=/tmp/empty", "CLOUDSDK_CORE_PROJECT=p", "GCE_METADATA_HOST=127.0.0.1:7", "GCE_METADATA_IP=127.0.0.1:7", "GCE_METADATA_ROOT=127.0.0.1:7",
			"GOOGLE_CLOUD_LOCATION=europe-west4", "GOOGLE_CLOUD_PROJECT=p", "GOOGLE_GENAI_USE_VERTEXAI=true", "GOOGLE_VERTEX_BASE_URL=http://127.0.0.1:9", "METADATA_SERVER_DETECTION=assume-present",
		}},
		{"a proxy does not see the metadata server", childEnv{MetadataAddr: "127.0.0.1:7"}, []string{"HTTP_PROXY=http://proxy"}, append([]string{"HTTP_PROXY=http://proxy"}, append(plain, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")...)},
		{"nor when there is a list already", childEnv{MetadataAddr: "127.0.0.1:7"}, []string{"HTTP_PROXY=http://proxy", "NO_PROXY=.corp"}, append([]string{"HTTP_PROXY=http://proxy", "NO_PROXY=.corp,127.0.0.1"}, plain...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.env.apply(tt.base)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
