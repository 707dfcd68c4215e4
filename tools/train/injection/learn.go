package main

import (
	"math"
	"math/rand/v2"

	"github.com/landbridge/landbridge/internal/inspect/linear"
)

// example is what a linear model learns from: the places of its features, what it is, and how much it counts.
type example struct {
	features []uint32
	attack   bool
	weight   float64
}

// passes is how many times fit begins anew, each time in another order; the mean of what they find depends less on the
// order than any of them.
const passes = 4

// fit trains a logistic regression by Adagrad: the same examples, in the same order, give the same weights.
func fit(examples []example, bits, epochs int, l2 float64) *linear.Model {
	mean := make([]float64, 1<<bits)
	bias := 0.0
	for pass := range passes {
		l := &logistic{w: make([]float64, 1<<bits), seen: make([]float64, 1<<bits), biasSeen: 1e-6, l2: l2}
		r := rand.New(rand.NewPCG(uint64(pass)+1, uint64(bits)))
		order := r.Perm(len(examples))
		for range epochs {
			r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			for _, at := range order {
				l.learn(examples[at])
			}
		}
		for i, w := range l.w {
			mean[i] += w / passes
		}
		bias += l.bias / passes
	}
	return linear.Quantize(bits, bias, mean)
}

// logistic is a regression in the making; seen are the sums of the squares of the gradients.
type logistic struct {
	w, seen            []float64
	bias, biasSeen, l2 float64
}

func (l *logistic) learn(e example) {
	const rate = 0.5
	value := 1 / math.Sqrt(float64(max(len(e.features), 1)))
	sum := 0.0
	for _, f := range e.features {
		sum += l.w[f]
	}
	g := (sigmoid(l.bias+sum*value) - truth(e.attack)) * e.weight
	l.biasSeen += g * g
	l.bias -= rate * g / math.Sqrt(l.biasSeen)
	for _, f := range e.features {
		d := g*value + l.l2*l.w[f]
		l.seen[f] += d * d
		l.w[f] -= rate * d / (math.Sqrt(l.seen[f]) + 1e-6)
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func truth(attack bool) float64 {
	if attack {
		return 1
	}
	return 0
}

// point is what the net learns from.
type point struct {
	x      []float32
	attack bool
	weight float64
}

// fitNet trains a net by Adam, one point at a time in small steps.
func fitNet(points []point, in, units, epochs int) *linear.Net {
	n := &linear.Net{In: in, Units: units, Weights: make([]float32, linear.Size(in, units))}
	r := rand.New(rand.NewPCG(2, uint64(units)))
	for i := range n.Weights {
		n.Weights[i] = float32(r.NormFloat64() * 0.15)
	}
	a := newAdam(len(n.Weights))
	order := r.Perm(len(points))
	for epoch := range epochs {
		rate := 0.002 * (1 - float64(epoch)/float64(epochs+1))
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for from := 0; from < len(order); from += batch {
			clear(a.gradient)
			for _, at := range order[from:min(from+batch, len(order))] {
				descend(n, points[at], a.gradient)
			}
			a.step(n.Weights, rate)
		}
	}
	return n
}

// batch is how many points make a step.
const batch = 32

// descend adds a point's gradient.
func descend(n *linear.Net, p point, gradient []float64) {
	units := make([]float32, n.Units)
	out := n.Weights[n.Units*(n.In+1):]
	sum := out[n.Units]
	for u := range units {
		units[u] = n.Unit(u, p.x)
		sum += out[u] * units[u]
	}
	g := (sigmoid(float64(sum)) - truth(p.attack)) * p.weight
	last := n.Units * (n.In + 1)
	gradient[last+n.Units] += g
	for u, v := range units {
		gradient[last+u] += g * float64(v)
		d := g * float64(out[u]) * float64(1-v*v)
		row := gradient[u*(n.In+1):]
		for i, x := range p.x {
			row[i] += d * float64(x)
		}
		row[n.In] += d
	}
}

// adam is the state of the optimizer of that name, with a little decay of weights.
type adam struct {
	gradient, mean, square []float64
	t                      int
}

func newAdam(n int) *adam {
	return &adam{gradient: make([]float64, n), mean: make([]float64, n), square: make([]float64, n)}
}

func (a *adam) step(w []float32, rate float64) {
	const b1, b2, decay = 0.9, 0.999, 0.002
	a.t++
	c1, c2 := 1-math.Pow(b1, float64(a.t)), 1-math.Pow(b2, float64(a.t))
	for i := range w {
		g := a.gradient[i] / batch
		a.mean[i] = b1*a.mean[i] + (1-b1)*g
		a.square[i] = b2*a.square[i] + (1-b2)*g*g
		w[i] -= float32(rate * (a.mean[i]/c1/(math.Sqrt(a.square[i]/c2)+1e-8) + decay*float64(w[i])))
	}
}
