package gateway_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/gateway"
)

// A job that names a model in its body is held to the models of the rule, and called as it was written.
func TestModelsOfBodiesAreDecided(t *testing.T) {
	t.Parallel()
	const jobs = "/v1/projects/demo/locations/europe-west4/batchPredictionJobs"
	for model, want := range map[string]int{
		"publishers/google/models/gemini-2.5-flash":                                      200,
		"projects/demo/locations/europe-west4/publishers/google/models/gemini-2.5-flash": 200,
		"publishers/google/models/gemini-2.5-pro":                                        403,
		"publishers/anthropic/models/claude-opus-4":                                      403,
		"projects/demo/locations/europe-west4/models/4711":                               403,
		"publishers/google/models/gemini-2.5-flash/../gemini-2.5-pro":                    400,
	} {
		t.Run(model, func(t *testing.T) {
			t.Parallel()
			one := rule()
			one.Models = []string{"google/gemini-2.5-flash"}
			far := farSide(t, says("application/json", `{}`))
			d := open(t, far, func(o *gateway.Options) { o.Policy = rules(t, one) })
			status, body, _ := d.post(t, jobs, `{"displayName":"x","model":"`+model+`"}`)
			if status != want {
				t.Fatalf("%d %s", status, body)
			}
			if path, asked, _ := far.asked(); want == 200 && (path != jobs || !strings.Contains(asked, model)) {
				t.Errorf("asked %s %s", path, asked)
			}
		})
	}
}
