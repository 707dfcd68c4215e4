package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/internal/app"
)

// TestDatasetRefusals are what commands on datasets say no to, each with its next step.
func TestDatasetRefusals(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	for name, tt := range map[string]struct {
		args  []string
		code  int
		texts []string
	}{
		"another name":        {[]string{"dataset", "sync", "frod"}, 2, []string{`there is no dataset "frod" in the configuration`, "did you mean fraud?"}},
		"no name":             {[]string{"dataset", "verify"}, 2, []string{"wants the name of one dataset", "landbridge dataset ls lists them"}},
		"restore to nothing":  {[]string{"dataset", "restore", "fraud"}, 2, []string{"restore wants one of --at, --recovery-point and --last-good"}},
		"restore to two":      {[]string{"dataset", "restore", "fraud", "--at", "24h", "--last-good"}, 2, []string{"restore wants one of"}},
		"no time":             {[]string{"dataset", "restore", "fraud", "--at", "yesterday"}, 2, []string{"yesterday is not a time", "write 2026-11-20T08:00:00Z, or 36h for 36 hours ago"}},
		"a time to come":      {[]string{"dataset", "sync", "fraud", "--at", "2999-01-01T00:00:00Z"}, 2, []string{"2999-01-01T00:00:00Z is yet to come: name a time of the past"}},
		"a sample of none":    {[]string{"dataset", "drill", "fraud", "--sample", "0"}, 2, []string{`"0" for "--sample" flag: write a whole number of at least 1`}},
		"less than none":      {[]string{"dataset", "drill", "fraud", "--sample", "-1"}, 2, []string{`"-1" for "--sample" flag: write a whole number of at least 1`}},
		"no limit":            {[]string{"jobs", "ls", "--limit", "-1"}, 2, []string{`"-1" for "--limit" flag: write a whole number of at least 1`}},
		"another state":       {[]string{"jobs", "ls", "--state", "done,sleeping"}, 2, []string{`--state "sleeping" is not known`, "write one of waiting, queued, running, paused, done, failed, cancelled"}},
		"another act":         {[]string{"jobs", "ls", "--act", "copy"}, 2, []string{`--act "copy" is not known`, "write one of sync, verify, repair, restore, drill, rotate"}},
		"verify before sync":  {[]string{"dataset", "verify", "fraud"}, 2, []string{"dataset fraud has no manifest: it was never copied", "landbridge dataset sync fraud"}},
		"repair before sync":  {[]string{"dataset", "repair", "fraud"}, 2, []string{"it was never copied"}},
		"dry run of another":  {[]string{"dataset", "sync", "nothing", "--dry-run"}, 2, []string{`there is no dataset "nothing"`, "landbridge dataset ls lists them"}},
		"a run that is not":   {[]string{"jobs", "show", "01ABC"}, 2, []string{"01ABC"}},
		"cancel what is not":  {[]string{"jobs", "cancel", "01ABC"}, 2, []string{"01ABC"}},
		"a run without an id": {[]string{"jobs", "retry"}, 2, []string{"wants the id of one run", "landbridge jobs ls lists them"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := *c
			inner.t = t
			inner.say(tt.code, tt.args...).has(t, tt.texts...)
		})
	}
	t.Run("no section", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "empty.yaml")
		if err := os.WriteFile(path, []byte("version: 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := c.run("dataset", "ls", "--sandbox", "--config", path)
		said{code, "", stderr}.has(t, "the configuration has no section backup", "add backup.datasets")
		if code != 2 {
			t.Errorf("exit code %d, want 2", code)
		}
	})
}

// TestLeftOut is a sync that cannot copy all that is there, and says so.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.admin("POST", "/storage/blobs", map[string]any{"account": c.profile.Azure.StorageAccount, "container": "training", "blob": "old.csv", "data": "b2xk", "tier": "Archive"})
	c.say(0, "dataset", "sync", "fraud").has(t, "left out: 1 object, 3 B: excluded, or not to be copied", "landbridge dataset sync fraud --dry-run --output json says why of each")
	c.say(0, "dataset", "sync", "fraud", "--dry-run", "--output", "json").has(t, `"name": "old.csv"`, `"reason": "archived: it must be rehydrated before it can be read"`)
}

// TestFoundWhole repairs an object that other hands have written again with the very bytes that it had.
func TestFoundWhole(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.say(0, "dataset", "sync", "fraud")
	c.put(weights, c.object(weights))
	c.say(0, "dataset", "repair", "fraud").has(t, "fraud: 0 objects mended, 1 more mended or found whole, 0 B came from the source")
}

// TestManifestTamperedWith changes a manifest by one digit: whatever is asked of the dataset then is refused, and says by what.
func TestManifestTamperedWith(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	run := decode[app.Run](t, c.say(0, "dataset", "sync", "fraud", "--output", "json"))
	found, err := filepath.Glob(filepath.Join(c.home(), "backup", "manifests", "fraud", run.ID+".jsonl"))
	if err != nil || len(found) != 1 {
		t.Fatalf("manifests of %s: %v %v", run.ID, found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(text, []byte(`"size":`), []byte(`"size":1`), 1)
	if bytes.Equal(forged, text) {
		t.Fatalf("no size in %s", text[:min(len(text), 500)])
	}
	if err := os.WriteFile(found[0], forged, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "fraud"}, {"repair", "fraud"}, {"sync", "fraud"}, {"sync", "fraud", "--dry-run"}, {"restore", "fraud", "--at", "72h"}} {
		c.say(6, append([]string{"dataset"}, args...)...).has(t, "manifest", run.ID)
	}
	list := decode[struct{ Datasets []app.DatasetState }](t, c.say(0, "dataset", "ls", "--output", "json"))
	if list.Datasets[0].Problem == "" || list.Datasets[0].Manifest != "" {
		t.Errorf("dataset ls believes it: %+v", list.Datasets[0])
	}
}
