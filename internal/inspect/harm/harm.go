// Package harm scores how toxic a text is: insults, threats, hate, obscenity.
//
// A text enters; a score from 0 to 1 leaves, by a linear model over words, pairs of words and pieces of words that is
// embedded here (MODEL.md says what it was trained on and what it reaches). It keeps nothing, reports no word of the text,
// and must not be the only protection: it is a backstop for models that rate nothing themselves.
package harm

import (
	_ "embed"
	"encoding/binary"
	"math"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed weights.bin
var weights []byte

// The file: "LBH1", bias and scale as float32, then a signed byte for each bucket, all little-endian.
const (
	magic    = "LBH1"
	header   = len(magic) + 8
	Buckets  = 1 << 18 // a power of two: a feature's bucket is its hash cut off
	maxPiece = 400     // bytes of text that are judged as one
)

type model struct {
	bias, scale float32
	weights     []byte
}

var load = sync.OnceValue(func() model {
	return model{
		bias: math.Float32frombits(binary.LittleEndian.Uint32(weights[4:])), scale: math.Float32frombits(binary.LittleEndian.Uint32(weights[8:])),
		weights: weights[header:],
	}
})

// Score is the highest score of the text's pieces, 0 to 1: a long friendly answer does not hide one threat. 0.5 is where the
// model is as often right as wrong on the texts that it was trained on; docs/benchmarks/guard.md has the rates at others.
func Score(text string) float32 {
	m := load()
	high := float32(math.Inf(-1))
	f := features.Get().(*Features)
	defer f.leave()
	for piece := range pieces(text) {
		high = max(high, m.logit(f, piece))
	}
	return float32(1 / (1 + math.Exp(-float64(high))))
}

func (m model) logit(f *Features, piece string) float32 {
	sum := 0
	all := f.Of(piece)
	for _, h := range all {
		sum += int(int8(m.weights[h]))
	}
	if len(all) == 0 {
		return m.bias
	}
	return m.bias + m.scale*float32(sum)*norm(len(all))
}

// norm keeps long texts from scoring high by length alone, and short ones by a word: each of n features weighs 1/sqrt(n), as
// in training, and never more than in a text of a few words.
func norm(n int) float32 { return float32(1 / math.Sqrt(float64(max(n, fewWords)))) }

const fewWords = 48 // features of about four words

// Norm is norm, for the training program.
func Norm(n int) float32 { return norm(n) }

var features = sync.Pool{New: func() any { return new(Features) }}

// leave gives the buffers back, with nothing of the text in them.
func (f *Features) leave() {
	clear(f.words[:cap(f.words)])
	clear(f.text[:cap(f.text)])
	clear(f.out[:cap(f.out)])
	features.Put(f)
}

// pieces cuts a text at line ends and at ends of sentences once a piece is long enough to judge.
func pieces(text string) func(yield func(string) bool) {
	const enough = 120
	return func(yield func(string) bool) {
		for len(text) > 0 {
			end := cut(text, enough)
			if p := strings.TrimSpace(text[:end]); p != "" && !yield(p) {
				return
			}
			text = text[end:]
		}
	}
}

func cut(text string, enough int) int {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' && i >= enough/3, (c == '.' || c == '!' || c == '?') && i >= enough:
			return i + 1
		case i >= maxPiece && utf8.RuneStart(c):
			return i
		}
	}
	return len(text)
}
