package policy_test

import (
	"fmt"
	"testing"

	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

// many is 200 rules, of which the last is for the caller of ask.
func many(t testing.TB, when string) *policy.Policy {
	t.Helper()
	var rules []policy.Rule
	for i := range 199 {
		rules = append(rules, with(func(r *policy.Rule) {
			r.Name, r.Workloads = fmt.Sprintf("rule-%d", i), []string{fmt.Sprintf("aks-%d/system:serviceaccount:*", i)}
		}))
	}
	return compile(t, append(rules, with(func(r *policy.Rule) { r.Models, r.When = []string{"google/gemini-*"}, when }))...)
}

func benchmark(b *testing.B, p *policy.Policy, a policy.Ask) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Decide(b.Context(), a); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	a := ask(func(a *policy.Ask) { a.Tools, a.Media = []string{"get_weather"}, nil })
	b.Run("remembered", func(b *testing.B) { benchmark(b, many(b, ""), a) })
	b.Run("condition", func(b *testing.B) {
		benchmark(b, many(b, `call.model.startsWith("gemini-") && caller.subject.endsWith(":chat")`), a)
	})
	b.Run("parallel", func(b *testing.B) {
		p := many(b, "")
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = p.Decide(b.Context(), a)
			}
		})
	})
	b.Run("new", func(b *testing.B) { // each time a model that was never asked
		p := many(b, "")
		models := make([]string, 1<<16)
		for i := range models {
			models[i] = fmt.Sprintf("gemini-%d", i)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a.Target.Model = models[i%len(models)]
			if _, err := p.Decide(b.Context(), a); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkQuota(b *testing.B) {
	q := policy.NewQuotas(policy.QuotasOptions{Clock: (&clock{}).now})
	quota := policy.Quota{RequestsPerMinute: 1 << 40, RequestsPerDay: 1 << 40, TokensPerMinute: 1 << 50, TokensPerDay: 1 << 50, Concurrent: 10}
	b.ReportAllocs()
	for b.Loop() {
		r, err := q.Reserve(b.Context(), "chat:workload", quota, 1000)
		if err != nil {
			b.Fatal(err)
		}
		r.Settle(900)
	}
}

func BenchmarkCost(b *testing.B) {
	p, err := policy.Compile(policy.Options{Prices: prices()})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Cost("google/gemini-2.5-flash", prompt.Usage{Input: 1000, Output: 500})
	}
}

// A decision that is remembered costs no allocation.
func TestDecideAllocations(t *testing.T) {
	p, a := many(t, ""), ask(func(a *policy.Ask) { a.Tools = []string{"get_weather"} })
	if n := testing.AllocsPerRun(100, func() { _, _ = p.Decide(t.Context(), a) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
