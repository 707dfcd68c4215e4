package lineage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/lineage"
)

// history is a copy restored from a point, an increment on it, and what uses them.
func history() *lineage.History {
	source := lineage.Data{Place: dataset.Place{Store: dataset.Blob, Account: "staging", Name: "training"}, Group: "ml-prod"}
	target := lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "copies", Prefix: "fraud/"}}
	at := func(hour int) time.Time { return began.Add(time.Duration(hour) * time.Hour) }
	return lineage.NewHistory([]lineage.Copy{
		{Run: "run-3", Act: lineage.Sync, Manifest: "sha256:3", Previous: "sha256:2", Source: source, Target: target, Created: at(30)},
		{
			Run: "run-1", Act: lineage.Restore, Manifest: "sha256:1", Source: source, Target: target, Created: at(10), Proof: "crc32c",
			Point: lineage.Point{ID: "rp-1", Item: "item-1", Vault: "vault-1", Policy: "daily"},
		},
		{Run: "run-2", Act: lineage.Repair, Manifest: "sha256:2", Previous: "sha256:1", Source: source, Target: target, Created: at(20)},
	}, []lineage.Use{
		{Kind: lineage.UseModel, Name: "model-a", Title: "A", URIs: []string{"gs://copies/fraud/model"}, Created: at(11)},
		{Kind: lineage.UseModel, Name: "model-b", Inputs: []string{"vertex-1", "model-b"}, Created: at(25)},
		{Kind: lineage.UseDataset, Name: "vertex-1", URIs: []string{"gs://copies/fraud/x.csv"}, Created: at(21)},
		{Kind: lineage.UseModel, Name: "model-early", URIs: []string{"gs://copies/fraud/"}, Created: at(1)},
		{Kind: lineage.UseModel, Name: "model-else", URIs: []string{"gs://other/fraud/"}, Created: at(40)},
		{Kind: lineage.UseModel, Name: "model-recorded", URIs: []string{"gs://elsewhere/"}, Created: at(40), Manifest: "sha256:1"},
		{Kind: lineage.UseBucket, Name: "the-bucket", URIs: []string{"gs://copies/"}, Created: at(0)},
	})
}

func draw(nodes []*lineage.Node, depth int) string {
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&b, "%s%s %s", strings.Repeat("  ", depth), n.Kind, n.Name)
		if n.Detail != "" {
			fmt.Fprintf(&b, " (%s)", n.Detail)
		}
		b.WriteString("\n" + draw(n.From, depth+1))
	}
	return b.String()
}

func TestTree(t *testing.T) {
	t.Parallel()
	const first = `run run-1 (restore)
  source blob://staging/training/ (resource group ml-prod)
    recovery point rp-1 (vault-1, daily)
      protected item item-1
`
	below := func(depth int) string {
		lines := strings.Split(strings.TrimSuffix(first, "\n"), "\n")
		for i := range lines {
			lines[i] = strings.Repeat("  ", depth) + lines[i]
		}
		return strings.Join(lines, "\n") + "\n"
	}
	want := `bucket the-bucket
  copy gs://copies/fraud/ (sha256:3, by time)
    run run-3 (sync)
      source blob://staging/training/ (resource group ml-prod)
    copy gs://copies/fraud/ (sha256:2)
      run run-2 (repair)
        source blob://staging/training/ (resource group ml-prod)
      copy gs://copies/fraud/ (sha256:1, crc32c)
` + below(4) + `model model-a (A)
  copy gs://copies/fraud/ (sha256:1, crc32c, by time)
` + below(2) + `model model-b
  vertex dataset vertex-1
    copy gs://copies/fraud/ (sha256:2, by time)
      run run-2 (repair)
        source blob://staging/training/ (resource group ml-prod)
      copy gs://copies/fraud/ (sha256:1, crc32c)
` + below(4) + `model model-early
model model-recorded
  copy gs://copies/fraud/ (sha256:1, crc32c, recorded)
` + below(2)
	if diff := cmp.Diff(want, draw(history().Tree(), 0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFrom(t *testing.T) {
	t.Parallel()
	var got []string
	for _, r := range history().From("rp-1") {
		got = append(got, fmt.Sprintf("%s %s %v", r.Use.Name, r.Copy.Run, r.Later))
	}
	want := []string{"the-bucket run-1 true", "model-a run-1 false", "model-b run-1 true", "model-recorded run-1 false", "vertex-1 run-1 true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := history().From("rp-2"); len(got) != 0 {
		t.Errorf("of a point that nothing was restored from: %v", got)
	}
}

func TestTreeWithoutUses(t *testing.T) {
	t.Parallel()
	if got := lineage.NewHistory(nil, nil).Tree(); got != nil {
		t.Errorf("of nothing: %v", got)
	}
	one := lineage.Copy{Run: "r", Manifest: "sha256:1", Previous: "sha256:1", Created: began} // a circle
	if got := lineage.NewHistory([]lineage.Copy{one}, nil).Tree(); len(got) != 1 || len(got[0].From) != 1 {
		t.Error(draw(got, 0))
	}
}

// A training job that labels its model says from which copy it was made.
func TestManifestLabel(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("0a1b", 16)
	copies := []lineage.Copy{
		{Run: "old", Manifest: "sha256:" + digest, Point: lineage.Point{ID: "rp"}, Created: began},
		{Run: "new", Manifest: "sha256:" + strings.Repeat("f", 64), Created: began.Add(time.Hour)},
	}
	for label, want := range map[string]int{digest[:63]: 1, digest[:16]: 1, digest[:15]: 0, "": 0, strings.Repeat("e", 32): 0} {
		use := lineage.Use{Kind: lineage.UseModel, Name: "m", Labels: map[string]string{lineage.ManifestLabel: label}, Created: began.Add(2 * time.Hour)}
		if got := lineage.NewHistory(copies, []lineage.Use{use}).From("rp"); len(got) != want {
			t.Errorf("%q: %+v", label, got)
		}
	}
}

// A thousand runs in a row and a hundred models draw in no time: what two of them share is one node.
func TestTreeIsShared(t *testing.T) {
	t.Parallel()
	target := lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "b"}}
	var copies []lineage.Copy
	for i := range 1000 {
		copies = append(copies, lineage.Copy{Manifest: fmt.Sprint(i), Previous: fmt.Sprint(i - 1), Target: target, Created: began.Add(time.Duration(i) * time.Hour)})
	}
	var uses []lineage.Use
	for i := range 100 {
		uses = append(uses, lineage.Use{Name: fmt.Sprint(i), URIs: []string{"gs://b/x"}, Created: began.Add(9999 * time.Hour)})
	}
	nodes := map[*lineage.Node]bool{}
	var count func([]*lineage.Node)
	count = func(list []*lineage.Node) {
		for _, n := range list {
			if !nodes[n] {
				nodes[n] = true
				count(n.From)
			}
		}
	}
	count(lineage.NewHistory(copies, uses).Tree())
	if len(nodes) > 3*1000+3*100+100 {
		t.Errorf("%d nodes", len(nodes))
	}
}
