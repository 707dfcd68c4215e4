package linear

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModel(t *testing.T) {
	t.Parallel()
	const bits = 6
	weights := make([]float64, 1<<bits)
	b := NewBag(bits)
	b.Add(1)
	b.Add(2)
	b.Add(1)
	if len(b.Features()) != 2 {
		t.Fatalf("features %v", b.Features())
	}
	weights[b.Features()[0]], weights[b.Features()[1]] = 2, -1
	m := Quantize(bits, 0.5, weights)
	if got, want := m.Score(b), 0.5+1/math.Sqrt2; math.Abs(float64(got)-want) > 0.02 {
		t.Errorf("score %v, want %v", got, want)
	}
	b.Reset()
	if got := m.Score(b); got != 0.5 {
		t.Errorf("an empty bag scores %v", got)
	}

	again, rest, err := Read(append(m.Append(nil), "rest"...))
	if err != nil || string(rest) != "rest" {
		t.Fatalf("rest %q, error %v", rest, err)
	}
	if diff := cmp.Diff(m, again); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
}

func TestNet(t *testing.T) {
	t.Parallel()
	n := &Net{In: 2, Units: 1, Weights: []float32{1, -1, 0.5, 2, 0.25}}
	if got, want := n.Score([]float32{3, 3}), 2*math.Tanh(0.5)+0.25; math.Abs(float64(got)-want) > 1e-6 {
		t.Errorf("score %v, want %v", got, want)
	}
	if got := n.Score([]float32{0, 3}); got != n.Weights[3]*n.Unit(0, []float32{0, 3})+n.Weights[4] {
		t.Errorf("score %v is not that of its unit", got)
	}
	again, rest, err := ReadNet(n.Append(nil))
	if err != nil || len(rest) != 0 {
		t.Fatalf("rest %q, error %v", rest, err)
	}
	if diff := cmp.Diff(n, again); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
}

func TestDamagedWeights(t *testing.T) {
	t.Parallel()
	m := Quantize(3, 0, make([]float64, 8)).Append(nil)
	for n := range m {
		if _, _, err := Read(m[:n]); err == nil {
			t.Errorf("%d of %d bytes were read", n, len(m))
		}
	}
	net := (&Net{In: 1, Units: 1, Weights: make([]float32, Size(1, 1))}).Append(nil)
	for n := range net {
		if _, _, err := ReadNet(net[:n]); err == nil {
			t.Errorf("%d of %d bytes were read", n, len(net))
		}
	}
}
