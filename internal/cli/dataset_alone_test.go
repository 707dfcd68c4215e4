package cli_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/cli"
)

// TestOneActAtATime asks for acts on a dataset while another has not ended: they are refused, or wait. The end of one that is cancelled is on record
// and told to lineage, once, though nobody worked on it.
func TestOneActAtATime(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	first := strings.TrimSpace(c.say(0, "dataset", "sync", "fraud", "--detach").stdout)
	for _, args := range [][]string{{"restore", "fraud", "--at", "72h"}, {"repair", "fraud"}, {"drill", "fraud"}} {
		c.say(2, append([]string{"dataset"}, args...)...).has(t, `sync of dataset "fraud" has not ended: run `+first, "with --wait this begins after it")
	}
	second := strings.TrimSpace(c.say(0, "dataset", "restore", "fraud", "--at", "72h", "--detach").stdout)
	c.say(0, "jobs", "ls", "--state", "waiting").has(t, second, "waiting")
	c.say(0, "jobs", "cancel", first)
	c.say(0, "jobs", "cancel", second)
	c.say(0, "dataset", "sync", "fraud", "--wait").has(t, "copied 9,")
	for file, text := range map[string]string{"audit.jsonl": `"outcome":"cancelled"`, "lineage.jsonl": `"eventType":"ABORT"`} {
		log, err := os.ReadFile(filepath.Join(c.home(), file))
		if n := bytes.Count(log, []byte(text)); err != nil || n != 2 {
			t.Errorf("%s has %s %d times: %v", file, text, n, err)
		}
	}
}

// TestInterrupted ends a command while its run waits for a paused one: it says what goes on with its run, and that does.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	first := strings.TrimSpace(c.say(0, "dataset", "sync", "fraud", "--detach").stdout)
	c.say(0, "jobs", "pause", first)
	stderr := c.interrupted(1, "waiting", 1, "dataset", "sync", "fraud", "--wait")
	id := c.inState("waiting")[0].ID
	said{1, "", stderr}.has(t, "interrupted; run "+id+" goes on where it was", "next: landbridge jobs work goes on now, landbridge jobs cancel "+id+" ends it")
	c.say(0, "jobs", "resume", first)
	c.interrupted(0, "done", 2, "jobs", "work")
}

// TestAdopt points at an older manifest, as who can write where they lie can do: what is asked of the dataset then is refused, and says how to go on.
func TestAdopt(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	latest := filepath.Join(c.home(), "backup", "manifests", "fraud", "latest")
	first := decode[app.Run](t, c.say(0, "dataset", "sync", "fraud", "--output", "json")).ID
	old, err := os.ReadFile(latest)
	if err != nil {
		t.Fatal(err)
	}
	second := decode[app.Run](t, c.say(0, "dataset", "sync", "fraud", "--output", "json")).ID
	if err := os.WriteFile(latest, old, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "fraud"}, {"sync", "fraud", "--dry-run"}} {
		c.say(6, append([]string{"dataset"}, args...)...).has(t, "of run "+first, "of run "+second, "next: see who can write where manifests are kept", "landbridge dataset adopt fraud")
	}
	c.say(0, "dataset", "ls").has(t, "the job database knows a newer one")
	c.say(0, "dataset", "adopt", "fraud").has(t, "is believed from now on")
	c.say(0, "dataset", "verify", "fraud").has(t, "9 objects")
	if log, err := os.ReadFile(filepath.Join(c.home(), "audit.jsonl")); err != nil || !bytes.Contains(log, []byte(`"act":"adopt"`)) {
		t.Errorf("it is not on record: %v", err)
	}
}

// TestRestoreTo restores to a place apart, and nowhere that is somebody's.
func TestRestoreTo(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.say(0, "dataset", "sync", "fraud")
	now := c.object(corrected)
	to := "gs://" + c.profile.Google.Bucket + "/aside/"
	c.say(0, "dataset", "restore", "fraud", "--at", "72h", "--to", to).has(t, "they are in "+to, "the dataset's target is as it was")
	if !bytes.Equal(c.object(corrected), now) {
		t.Error("the target has changed")
	}
	if old := c.object("aside/" + strings.TrimPrefix(corrected, "fraud/")); bytes.Equal(old, now) {
		t.Error("the state of three days ago is that of today")
	}
	c.say(0, "dataset", "verify", "fraud", "--deep").has(t, "9 objects")
	for to, text := range map[string]string{
		"gs://" + c.profile.Google.Bucket + "/fraud/sub/":         "overlaps with gs://" + c.profile.Google.Bucket + "/fraud/, the target of fraud",
		"blob://" + c.profile.Azure.StorageAccount + "/training/": "the source of fraud",
		"files://landbridgedemo/share/":                           "is an Azure Files share, which is only read",
		"somewhere":                                               `"somewhere" is not a place`,
	} {
		got, stdout, stderr := c.run("dataset", "restore", "fraud", "--at", "72h", "--to", to, "--sandbox")
		said{got, stdout, stderr}.has(t, text)
		if got == 0 {
			t.Errorf("a restore to %s was done", to)
		}
	}
}

// TestJobsKeyOfOthers is refused.
func TestJobsKeyOfOthers(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	c.say(0, "jobs", "ls")
	key := filepath.Join(c.home(), "backup", "jobs.key")
	if err := os.Chmod(key, 0o640); err != nil {
		t.Fatal(err)
	}
	c.say(2, "jobs", "ls").has(t, key+" can be read by others: it is no longer a secret", "chmod 600 "+key)
}

// inState are the runs in a state.
func (c *clouds) inState(state string) []app.Run {
	c.t.Helper()
	return decode[struct{ Runs []app.Run }](c.t, c.say(0, "jobs", "ls", "--state", state, "--output", "json")).Runs
}

// interrupted runs a command, and interrupts it when so many runs are in a state. It returns what the command has said.
func (c *clouds) interrupted(code int, state string, n int, args ...string) (stderr string) {
	c.t.Helper()
	ctx, interrupt := context.WithCancel(c.t.Context())
	defer interrupt()
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(ctx, c.io(append(args, "--sandbox"), io.Discard, &errs), "v0.0.0-test")
	}()
	for deadline := time.Now().Add(time.Minute); len(c.inState(state)) != n; {
		if time.Now().After(deadline) {
			c.t.Fatalf("no %d runs are %s after a minute", n, state)
		}
	}
	interrupt()
	if got := <-ended; got != code {
		c.t.Errorf("landbridge %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, errs.String())
	}
	return errs.String()
}
