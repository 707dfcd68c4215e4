package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// rival is one who copies, in one setting.
type rival struct {
	name string
	copy func(t *target) (*exec.Cmd, error)

	best            cost
	rss             float64 // the most of any run
	source, servers time.Duration
}

// compare lets all copy a set in turns.
func compare(o options, dir string, source *azurite, s set) error {
	ours := &rival{name: "landbridge", copy: func(t *target) (*exec.Cmd, error) {
		return t.act(strings.TrimSuffix(source.url, "/"+account), t.http, s.name, "sync", "bench")
	}}
	rivals := []*rival{ours}
	if o.rclone != "" {
		for transfers := range strings.SplitSeq(s.transfers, ",") {
			rivals = append(rivals, &rival{name: "rclone --transfers " + transfers, copy: func(t *target) (*exec.Cmd, error) {
				return peer(o.rclone, source, t, s, transfers)
			}})
		}
	}
	var alone time.Duration // the best of reading everything and writing nothing
	for range o.rounds {
		took, err := source.read(s)
		if err != nil {
			return err
		}
		if alone == 0 || took < alone {
			alone = took
		}
		for _, r := range rivals {
			if err := r.run(o, dir, source, s); err != nil {
				return err
			}
		}
	}
	report(s, rivals)
	fmt.Printf("the source alone, read by 32 connections and thrown away: %.2f s\n", alone.Seconds())
	return nil
}

func (r *rival) run(o options, dir string, source *azurite, s set) error {
	t, err := startTarget(o.landbridge, filepath.Join(dir, "target"))
	if err != nil {
		return err
	}
	defer t.stop()
	cmd, err := r.copy(t)
	if err != nil {
		return err
	}
	sourceBefore, targetBefore := source.cpu(), t.cpu()
	c, _, err := measure(cmd)
	if err != nil {
		return err
	}
	sourceCPU, targetCPU := source.cpu()-sourceBefore, t.cpu()-targetBefore
	if err := t.holds(s); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	if r.rss = max(r.rss, c.rss); r.best.wall == 0 || c.wall < r.best.wall {
		r.best, r.source, r.servers = c, sourceCPU, targetCPU
	}
	return nil
}

// peer is rclone with the settings of https://rclone.org/azureblob and https://rclone.org/googlecloudstorage in its environment.
func peer(program string, source *azurite, t *target, s set, transfers string) (*exec.Cmd, error) {
	token, err := t.token()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "copy", "--checksum", "--config", "", "--stats", "0", "--transfers", transfers, "az:"+s.name, "gcs:"+t.bucket)
	cmd.Env = []string{
		"HOME=" + t.dir, "PATH=" + os.Getenv("PATH"),
		"RCLONE_CONFIG_AZ_TYPE=azureblob", "RCLONE_CONFIG_AZ_ACCOUNT=" + account, "RCLONE_CONFIG_AZ_ENDPOINT=" + source.url,
		"RCLONE_CONFIG_AZ_KEY=" + base64.StdEncoding.EncodeToString(source.key),
		"RCLONE_CONFIG_GCS_TYPE=google cloud storage", "RCLONE_CONFIG_GCS_ACCESS_TOKEN=" + token, "RCLONE_CONFIG_GCS_BUCKET_POLICY_ONLY=true",
		"RCLONE_CONFIG_GCS_NO_CHECK_BUCKET=true", "RCLONE_CONFIG_GCS_ENDPOINT=" + t.http + "/storage/v1/",
	}
	return cmd, nil
}

// holds asks the target for every object of a set: nobody is measured who did not copy.
func (t *target) holds(s set) error {
	token, err := t.token()
	if err != nil {
		return err
	}
	objects, size, page := 0, int64(0), ""
	for more := true; more; more = page != "" {
		var list struct {
			NextPageToken string
			Items         []struct {
				Name string
				Size int64 `json:",string"`
			}
		}
		if err := get(t.http+"/storage/v1/b/"+t.bucket+"/o?maxResults=1000&pageToken="+page, token, &list); err != nil {
			return err
		}
		for _, i := range list.Items {
			if !strings.HasPrefix(i.Name, ".landbridge/") {
				objects, size = objects+1, size+i.Size
			}
		}
		page = list.NextPageToken
	}
	if objects != s.objects || size != s.bytes() {
		return fmt.Errorf("%d objects of %d bytes are in the target, not %d of %d", objects, size, s.objects, s.bytes())
	}
	return nil
}

func report(s set, rivals []*rival) {
	fmt.Printf("\n%d x %d KiB, load %s\n%-24s %8s %8s %9s %8s %8s %10s %10s\n", s.objects, s.size>>10, load(), "", "s", "MB/s", "files/s", "RSS MiB", "CPU s",
		"source CPU", "target CPU")
	best := (*rival)(nil)
	for _, r := range rivals {
		fmt.Printf("%-24s %8.2f %8.0f %9.0f %8.0f %8.2f %10.2f %10.2f\n", r.name, r.best.wall.Seconds(), float64(s.bytes())/1e6/r.best.wall.Seconds(),
			float64(s.objects)/r.best.wall.Seconds(), r.rss, r.best.cpu.Seconds(), r.source.Seconds(), r.servers.Seconds())
		if r != rivals[0] && (best == nil || r.best.wall < best.best.wall) {
			best = r
		}
	}
	if ours := rivals[0]; best != nil {
		fmt.Printf("landbridge is %.2f x as fast as the best rclone (--transfers of it: %s), in %.2f of its memory\n",
			best.best.wall.Seconds()/ours.best.wall.Seconds(), strings.TrimPrefix(best.name, "rclone --transfers "), ours.rss/best.rss)
	}
}

func decode(b []byte, to any) error {
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%.200s: %w", b, err)
	}
	return nil
}
