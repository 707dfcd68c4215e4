//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/testkit/postgres"
)

// shown is what "jobs show --pages" says.
type shown struct {
	Run   app.Run
	Pages []struct {
		Kind, State, Worker string
		Attempts, Objects   int64
	}
}

// TestThreeWorkers shares a sync of some thousand objects among three processes on PostgreSQL, and kills one with pages in its hands: everything
// arrives, each object once.
func TestThreeWorkers(t *testing.T) {
	t.Parallel()
	db := postgres.Start(t)
	c := startClouds(t)
	const objects = 6000
	c.seed("big", objects)
	c.admin("PUT", "/buckets/landbridge-shared", map[string]any{"project": c.profile.Google.ProjectID, "versioned": true})
	for _, role := range []string{"roles/storage.objectUser", "roles/storage.bucketViewer"} {
		c.admin("POST", "/bindings", map[string]any{"resource": "gs://landbridge-shared", "role": role, "member": "serviceAccount:" + c.profile.Google.ServiceAccount})
	}
	dsn := filepath.Join(t.TempDir(), "dsn")
	if err := os.WriteFile(dsn, []byte(db.DSN("postgres")), 0o600); err != nil {
		t.Fatal(err)
	}
	config := c.datasets("/training\n", "/big\n", "gs://"+c.profile.Google.Bucket+"/fraud/", "gs://landbridge-shared/big/", "  jobs:\n", "  jobs:\n    store: postgres\n    dsn_file: "+dsn+"\n    workers: 1\n")

	id := decode[struct{ Run string }](t, c.say(0, "dataset", "sync", "fraud", "--detach", "--output", "json", config)).Run
	var workers [3]*exec.Cmd
	for i := range workers {
		workers[i] = c.worker(config)
	}
	victim := fmt.Sprintf("/%d", workers[0].Process.Pid)
	show := func() shown {
		return decode[shown](t, c.say(0, "jobs", "show", id, "--pages", "--output", "json", config))
	}
	c.until(func() bool { // the first worker and another have pages
		busy := map[string]bool{}
		for _, p := range show().Pages {
			if p.Kind == "copy" && p.State == "running" {
				busy[p.Worker] = true
			}
		}
		for who := range busy {
			if strings.Contains(who, victim) && len(busy) > 1 {
				return true
			}
		}
		return false
	})
	_ = workers[0].Process.Kill()
	killed := time.Now()
	c.until(func() bool { return show().Run.State.Ended() })
	last := show()
	t.Logf("done %v after the kill", time.Since(killed).Round(100*time.Millisecond))
	if last.Run.State != "done" || last.Run.Totals.Objects != objects {
		t.Errorf("the run is %s with %d objects: %s", last.Run.State, last.Run.Totals.Objects, last.Run.Error)
	}
	who, again := map[string]int{}, 0
	for _, p := range last.Pages {
		if p.Kind == "copy" {
			who[p.Worker]++
		}
		if p.Attempts > 1 {
			again++
		}
	}
	if len(who) < 2 || again == 0 {
		t.Errorf("pages were done by %v, %d were begun again", who, again)
	}
	if n := c.generations("landbridge-shared", "big/"); n != objects {
		t.Errorf("the bucket has %d generations of %d objects: some were copied twice, or not at all", n, objects)
	}
	c.say(0, "dataset", "verify", "fraud", "--deep", config).has(t, "6,000 objects", "every byte")
}

// seed makes many small blobs.
func (c *clouds) seed(container string, n int) {
	c.t.Helper()
	var all sync.WaitGroup
	for lane := range 4 {
		all.Go(func() {
			for i := lane; i < n; i += 4 {
				text, _ := json.Marshal(map[string]any{
					"account": c.profile.Azure.StorageAccount, "container": container, "blob": fmt.Sprintf("%05d.csv", i), "data": fmt.Appendf(nil, "row %d", i),
				})
				resp, err := http.Post(c.profile.AdminURL+"/storage/blobs", "application/json", bytes.NewReader(text))
				if err != nil {
					c.t.Error(err)
					return
				}
				_ = resp.Body.Close()
				if resp.StatusCode >= 300 {
					c.t.Errorf("blob %d: %s", i, resp.Status)
				}
			}
		})
	}
	all.Wait()
}

// worker is "jobs work" as a process of its own, until the test ends.
func (c *clouds) worker(config string) *exec.Cmd {
	c.t.Helper()
	var said bytes.Buffer
	cmd := exec.Command("landbridge", "jobs", "work", "--sandbox", config)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = []string{"LANDBRIDGE_STATE_DIR=" + c.state, "HOME=" + c.state}, c.state, &said, &said
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if c.t.Failed() {
			c.t.Logf("worker %d: %s", cmd.Process.Pid, said.String())
		}
	})
	return cmd
}

// until looks again and again.
func (c *clouds) until(good func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if good() {
			return
		}
	}
	c.t.Fatal("it did not come about in three minutes")
}

// generations counts what a bucket with versions has seen below a prefix.
func (c *clouds) generations(bucket, prefix string) int {
	c.t.Helper()
	token, n, page := strings.TrimSpace(c.say(0, "token").stdout), 0, ""
	for {
		req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.profile.Google.StorageURL+"/storage/v1/b/"+bucket+"/o?versions=true&prefix="+prefix+"&pageToken="+page, http.NoBody)
		if err != nil {
			c.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			c.t.Fatal(err)
		}
		var list struct {
			Items         []struct{ Name string }
			NextPageToken string
		}
		err = json.NewDecoder(resp.Body).Decode(&list)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			c.t.Fatal(resp.Status, err)
		}
		for _, i := range list.Items {
			if !strings.HasPrefix(i.Name, prefix+".landbridge/") {
				n++
			}
		}
		if page = list.NextPageToken; page == "" {
			return n
		}
	}
}
