package injection

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/landbridge/landbridge/internal/inspect/linear"
)

// Append writes the models: attack, request, net, and the cuts (little endian).
func (m *Models) Append(to []byte) []byte {
	to = m.Attack.Append(to)
	to = m.Request.Append(to)
	to = m.Foreign.Append(to)
	for _, c := range m.Cut {
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(c))
	}
	return to
}

// ReadModels reads what Append wrote.
func ReadModels(from []byte) (*Models, error) {
	m := &Models{}
	var err error
	if m.Attack, from, err = linear.Read(from); err != nil {
		return nil, err
	}
	if m.Request, from, err = linear.Read(from); err != nil {
		return nil, err
	}
	if m.Foreign, from, err = linear.ReadNet(from); err != nil {
		return nil, err
	}
	if len(from) != 4*len(m.Cut) || m.Foreign.In != ContextN {
		return nil, fmt.Errorf("injection: the weights were made for other features")
	}
	for i := range m.Cut {
		m.Cut[i] = math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:]))
	}
	return m, nil
}
