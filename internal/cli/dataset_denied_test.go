package cli_test

import (
	"testing"
)

// TestDatasetDenied are targets and sources that the identity may not use, or that are not there: the refusal says whose and what to do, and no
// manifest, run or object is left that claims otherwise.
func TestDatasetDenied(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.admin("PUT", "/buckets/landbridge-closed", map[string]any{"project": c.profile.Google.ProjectID})
	for name, tt := range map[string]struct {
		from, to string
		code     int
		texts    []string
	}{
		"a bucket without permission": {"gs://" + c.profile.Google.Bucket, "gs://landbridge-closed", 4, []string{"storage.objects.list", "landbridge-closed", "next: "}},
		"a bucket that is not":        {"gs://" + c.profile.Google.Bucket, "gs://landbridge-absent", 2, []string{"there is no bucket landbridge-absent", "next: "}},
		"a container that is not":     {"/training\n", "/absent\n", 2, []string{"there is no container absent in the storage account landbridgedemo", "next: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := *c
			c.t = t
			config := c.datasets(tt.from, tt.to)
			refused := c.say(tt.code, "dataset", "sync", "fraud", config)
			refused.has(t, tt.texts...)
			c.say(0, "dataset", "ls", config).has(t, "never")
			c.say(0, "jobs", "ls", config).has(t, "failed")
			if tokenShape.MatchString(refused.stderr) {
				t.Error("a token was printed")
			}
		})
	}
}
