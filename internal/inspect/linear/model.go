// Package linear is a classifier small enough to ship: a weight of one byte for each hash of a feature.
//
// Hashes of features enter, a score leaves. What the features are is the business of the room that counts them; the
// trainer in tools/train and the product call the same code, so both see the same features. It never sees a text.
package linear

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Model is the weights of a logistic regression over hashed features. It is read-only and used by any number of
// goroutines.
type Model struct {
	Bits    int     // the table has 1<<Bits weights
	Scale   float32 // of one step of a weight
	Bias    float32
	Weights []byte // signed
}

// Score returns the log-odds of a bag: the mean weight of its features, grown by the root of how many there are, so
// that long and short texts compare.
func (m *Model) Score(b *Bag) float32 {
	if len(b.features) == 0 {
		return m.Bias
	}
	sum := 0
	for _, f := range b.features {
		sum += int(int8(m.Weights[f]))
	}
	return m.Bias + m.Scale*float32(sum)/float32(math.Sqrt(float64(len(b.features))))
}

// Probability of a log-odds.
func Probability(logit float32) float32 { return float32(1 / (1 + math.Exp(-float64(logit)))) }

// Quantize returns the model of weights in full precision; bits tells how many there are.
func Quantize(bits int, bias float64, weights []float64) *Model {
	most := 0.0
	for _, w := range weights {
		most = max(most, math.Abs(w))
	}
	m := &Model{Bits: bits, Bias: float32(bias), Scale: float32(max(most, 1e-9) / 127), Weights: make([]byte, 1<<bits)}
	for i, w := range weights {
		m.Weights[i] = byte(int8(math.Round(w / float64(m.Scale))))
	}
	return m
}

const magic = "LBm1"

// Append writes the model: magic, bits, scale, bias (little endian), one byte for each weight.
func (m *Model) Append(to []byte) []byte {
	to = append(to, magic...)
	to = append(to, byte(m.Bits))
	to = binary.LittleEndian.AppendUint32(to, math.Float32bits(m.Scale))
	to = binary.LittleEndian.AppendUint32(to, math.Float32bits(m.Bias))
	return append(to, m.Weights...)
}

var errMagic = errors.New("linear: not a model")

// Read reads what Append wrote and returns what follows it. The weights stay where they are.
func Read(from []byte) (*Model, []byte, error) {
	const head = len(magic) + 1 + 4 + 4
	if len(from) < head || string(from[:len(magic)]) != magic {
		return nil, nil, errMagic
	}
	bits := int(from[4])
	if bits > 24 || len(from) < head+1<<bits {
		return nil, nil, fmt.Errorf("linear: %d bytes hold no model of %d bits", len(from), bits)
	}
	m := &Model{
		Bits: bits, Scale: math.Float32frombits(binary.LittleEndian.Uint32(from[5:])), Bias: math.Float32frombits(binary.LittleEndian.Uint32(from[9:])),
		Weights: from[head : head+1<<bits : head+1<<bits],
	}
	return m, from[head+1<<bits:], nil
}
