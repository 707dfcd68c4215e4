package policy_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

func prices() []policy.Price {
	return []policy.Price{
		{Model: "google/gemini-2.5-flash-lite*", Input: "0.10", Output: "0.40"},
		{Model: "google/gemini-2.5-flash*", Input: "0.30", Output: "2.50", Cached: "0.0375"},
		{Model: "anthropic/*", Input: "1000000", Output: "1000000"},
		{Model: "google/tiny", Input: "0.0001", Output: "0.0000004"},
	}
}

func TestCost(t *testing.T) {
	t.Parallel()
	p, err := policy.Compile(policy.Options{Prices: prices()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		model string
		usage prompt.Usage
		want  int64
	}{
		{"google/gemini-2.5-flash", prompt.Usage{Input: 1_000_000}, 300_000_000},
		{"google/gemini-2.5-flash", prompt.Usage{Input: 1000, Output: 200, Thoughts: 50}, 1000*300 + 250*2500},
		{"google/gemini-2.5-flash", prompt.Usage{Input: 1000, Cached: 400}, 600*300 + 15_000},
		{"google/gemini-2.5-flash", prompt.Usage{Input: 1, Cached: 1}, 38}, // 37.5
		{"google/gemini-2.5-flash", prompt.Usage{Cached: 2}, 75},           // cached is a part of the input, or should be
		{"google/gemini-2.5-flash-lite", prompt.Usage{Input: 10, Cached: 10}, 1000},
		{"anthropic/c", prompt.Usage{Input: 1_000_000_000}, 1_000_000_000_000_000_000},
		{"google/tiny", prompt.Usage{Input: 4, Output: 1000}, 1}, // 0.4 and 0.4
		{"google/unknown", prompt.Usage{Input: 4}, 0},
		{"", prompt.Usage{Input: 4}, 0},
	} {
		if got := p.Cost(c.model, c.usage); got != c.want {
			t.Errorf("%s, %+v: %d, want %d", c.model, c.usage, got, c.want)
		}
	}
}
