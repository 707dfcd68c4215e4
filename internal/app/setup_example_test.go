package app

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/setup"
)

// TestSetupExample: the documented file is right, and says what package setup's golden plan shows.
func TestSetupExample(t *testing.T) {
	t.Parallel()
	cfg, problems := config.Load(config.Options{Path: "../../examples/setup/landbridge.yaml", ReadFile: os.ReadFile})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	all, err := setup.Desire(setupSpec(cfg.Setup))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, r := range all {
		got = append(got, r.Address)
	}
	data, err := os.ReadFile("../setup/testdata/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var plan setup.Plan
	if err := json.Unmarshal(data, &plan); err != nil {
		t.Fatal(err)
	}
	for _, s := range plan.Steps {
		want = append(want, s.Address)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-golden +file):\n%s", diff)
	}
}
