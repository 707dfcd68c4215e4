package linear

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Net is a layer of units over a few numbers, and one output: what decides where numbers matter only together.
type Net struct {
	In, Units int
	// Weights: for each unit its In weights and its bias; then the output's weight of each unit and its bias.
	Weights []float32
}

// Size is how many weights a net has.
func Size(in, units int) int { return units*(in+1) + units + 1 }

// Score returns the log-odds of x, which has In numbers. Most of them are 0, so all units are counted number by number
// rather than one unit after the other; each adds up in the same order as Unit.
func (n *Net) Score(x []float32) float32 {
	var room [32]float32
	sums := room[:0]
	for u := range n.Units {
		sums = append(sums, n.Weights[u*(n.In+1)+n.In])
	}
	for i, v := range x {
		if v == 0 {
			continue
		}
		for u := range sums {
			sums[u] += n.Weights[u*(n.In+1)+i] * v
		}
	}
	out := n.Weights[n.Units*(n.In+1):]
	score := out[n.Units]
	for u, sum := range sums {
		score += out[u] * float32(math.Tanh(float64(sum)))
	}
	return score
}

// Unit returns the value of one unit, -1 to 1.
func (n *Net) Unit(u int, x []float32) float32 {
	w := n.Weights[u*(n.In+1) : (u+1)*(n.In+1)]
	sum := w[n.In]
	for i, v := range x {
		sum += w[i] * v
	}
	return float32(math.Tanh(float64(sum)))
}

// Append writes the net: In, Units (two bytes each, little endian), the weights.
func (n *Net) Append(to []byte) []byte {
	to = binary.LittleEndian.AppendUint16(to, uint16(n.In))
	to = binary.LittleEndian.AppendUint16(to, uint16(n.Units))
	for _, w := range n.Weights {
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(w))
	}
	return to
}

// ReadNet reads what Append wrote and returns what follows it.
func ReadNet(from []byte) (*Net, []byte, error) {
	if len(from) < 4 {
		return nil, nil, fmt.Errorf("linear: %d bytes hold no net", len(from))
	}
	n := &Net{In: int(binary.LittleEndian.Uint16(from)), Units: int(binary.LittleEndian.Uint16(from[2:]))}
	from = from[4:]
	size := Size(n.In, n.Units)
	if len(from) < 4*size {
		return nil, nil, fmt.Errorf("linear: %d bytes hold no net of %d weights", len(from), size)
	}
	for i := range size {
		n.Weights = append(n.Weights, math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:])))
	}
	return n, from[4*size:], nil
}
