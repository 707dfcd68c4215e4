package trust_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/trust"
)

// One RS256 token, three mappings and a condition: what the sandbox does for each exchange.
func BenchmarkVerify(b *testing.B) {
	v := compile(b, threeMappings)
	req := v.Request(signed(b, nil), now, published(b))
	b.ReportAllocs()
	for b.Loop() {
		if got := v.Verify(b.Context(), req); !got.Accepted {
			b.Fatal(got.Refusal)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	p := provider()
	threeMappings(&p)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := trust.Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}

func threeMappings(p *trust.Provider) {
	p.AttributeMapping = map[string]string{
		"google.subject":      "assertion.sub.extract('system:serviceaccount:{s}')",
		"attribute.namespace": "assertion['kubernetes.io']['namespace']",
		"attribute.account":   "assertion.sub.split(':')[3]",
	}
	p.AttributeCondition = "attribute.namespace == 'shop' && has(assertion.sub)"
}
