package node

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// mended gives Google a key of the cluster's that the cluster does not have, as after a rotation, and waits until the chart's
// job, which crosses by the chart's own webhook, has taken it away.
func (c *cluster) mended(t *testing.T) {
	keys, err := c.control.JWKS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal([]byte(keys), &set); err != nil {
		t.Fatal(err)
	}
	old := maps.Clone(set.Keys[0])
	old["kid"] = "of-yesterday"
	set.Keys = append(set.Keys, old)
	both, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	c.PutProvider(t, "azure", "real-node", c.trusted(string(both)))
	var list struct{ Items []Pod }
	path := "/api/v1/namespaces/landbridge/pods?labelSelector=app.kubernetes.io/component%3Dwatch"
	if err := c.control.Call(t.Context(), http.MethodGet, path, nil, &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("the job has %d pods: %v", len(list.Items), err)
	}
	job := &list.Items[0]
	if _, err := c.node.WaitPod(t.Context(), "landbridge", job.Metadata.Name, func(*Pod) bool {
		out, err := c.node.Log(job, "watch")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(out, "uploaded the keys of here; gone: of-yesterday")
	}); err != nil {
		t.Error(err)
	}
}
