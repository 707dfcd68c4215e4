package setup_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/setup"
)

// BenchmarkPlan is the work of a plan of 100 workloads in five clusters beside the clouds' own time.
func BenchmarkPlan(b *testing.B) {
	s := crowd()
	f := world(s)
	in := setup.Input{Spec: s, Keepers: f.keepers()}
	for b.Loop() {
		if _, err := setup.NewPlan(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck is the rules alone.
func BenchmarkCheck(b *testing.B) {
	s := crowd()
	for b.Loop() {
		if found := setup.Mistakes(setup.Check(s)); found != nil {
			b.Fatal(found)
		}
	}
}
