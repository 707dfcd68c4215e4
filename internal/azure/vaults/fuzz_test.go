package vaults

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/landbridge/landbridge/internal/protect"
)

// FuzzRow reads anything as any resource: a value or an error, and never a range that ends before it begins.
func FuzzRow(f *testing.F) {
	names, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var in struct {
			Response struct {
				Value []json.RawMessage `json:"value"`
			} `json:"response"`
		}
		if json.Unmarshal(content, &in) == nil {
			for _, one := range in.Response.Value {
				f.Add([]byte(one))
			}
		}
	}
	f.Add([]byte(`{"id":"/a/providers/Microsoft.DataProtection/backupVaults/v/x","tags":"","properties":{"restorableTimeRanges":[{"startTime":"2021-02-23T18:33:51.6349708Z","endTime":""}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r row
		if json.Unmarshal(text, &r) != nil {
			return
		}
		r.vault()
		if i, err := r.item(); err == nil && i.Workload == "" {
			t.Errorf("an item of no workload: %s", text)
		}
		if p, err := r.point(protect.Item{}); err == nil {
			for _, c := range p.Copies {
				if c.Tier == "" {
					t.Errorf("a copy nowhere: %s", text)
				}
			}
		}
		if j, err := r.job(); err == nil && (j.Progress < -1 || j.State == "") {
			t.Errorf("a job at %d %%: %s", j.Progress, text)
		}
		_, _ = r.policy()
		if ranges, err := r.ranges(); err == nil {
			for _, one := range ranges {
				if one.To.Before(one.From) {
					t.Errorf("a range backwards: %s", text)
				}
			}
		}
	})
}
