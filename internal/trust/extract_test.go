package trust

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	const path = "projects/_/buckets/acme-orders-aaa/objects/data_lake/orders/order_date=2019-11-03/aef87g87ae0876"
	tests := []struct{ template, want string }{
		{"/order_date={date}/", "2019-11-03"},
		{"buckets/{name}/", "acme-orders-aaa"},
		{"/orders/{empty}order_date", ""},
		{"{start}/objects/data_lake", "projects/_/buckets/acme-orders-aaa"},
		{"orders/{end}", "order_date=2019-11-03/aef87g87ae0876"},
		{"{all}", path},
		{"/orders/{none}/order_date=", ""},
		{"/orders/order_date=2019-11-03/{id}/data_lake", ""},
		{"buckets/{a.b}/", ""},
		{"buckets/{}/", ""},
		{"buckets/{name", ""},
		{"buckets", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := extract(path, tt.template); got != tt.want {
			t.Errorf("extract(%q) = %q, want %q", tt.template, got, tt.want)
		}
	}
}

// What was put between a prefix and a suffix comes out again, whatever it was.
func TestExtractFindsWhatWasPutIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[a-c:/]{0,6}`).Draw(t, "prefix")
		suffix := rapid.StringMatching(`[x-z:/]{1,6}`).Draw(t, "suffix")
		middle := rapid.StringMatching(`[0-9]{0,12}`).Draw(t, "middle")
		if got := extract(prefix+middle+suffix, prefix+"{id}"+suffix); got != middle {
			t.Fatalf("got %q, want %q", got, middle)
		}
		if got := extract(prefix+middle, prefix+"{id}"); got != middle {
			t.Fatalf("to the end: got %q, want %q", got, middle)
		}
	})
}

// Whatever is extracted was there, and a template never makes anything up.
func TestExtractGivesAPart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		template := rapid.String().Draw(t, "template")
		if got := extract(s, template); !strings.Contains(s, got) {
			t.Fatalf("extract(%q, %q) = %q, which is no part of it", s, template, got)
		}
	})
}

// The subject's budget is counted in bytes: no text of 127 bytes is too long, none of 128 fits, whatever its characters.
func TestSubjectBudget(t *testing.T) {
	t.Parallel()
	v, err := Compile(Provider{
		Name:             "projects/1/locations/global/workloadIdentityPools/pool/providers/prov",
		AttributeMapping: map[string]string{"google.subject": "assertion.sub"},
		OIDC:             OIDC{IssuerURI: "https://issuer.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		sub := rapid.StringN(1, 140, 200).Filter(utf8.ValidString).Draw(t, "sub")
		w := walk{v: v, req: &Request{}, token: &Token{Subject: sub, Claims: map[string]any{"sub": sub}}}
		w.attributes(t.Context())
		step, _ := w.out.Step(StepSubject)
		if step.OK != (len(sub) <= 127) {
			t.Fatalf("%d bytes: fits is %v", len(sub), step.OK)
		}
	})
}
