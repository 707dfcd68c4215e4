package phrase

import (
	"strconv"
	"strings"
)

// steps reads a phrase.
func (c *compiler) steps(fields []string) []step {
	var p []step
	gap := 0
	for _, f := range fields {
		if n, ok := strings.CutPrefix(f, ".."); ok {
			g, err := strconv.Atoi(n)
			if err != nil || g < 1 || g > maxGap {
				panic("phrase: gap " + f)
			}
			gap = g
			continue
		}
		next := step{gap: gap, alts: c.alternatives(f)}
		for _, alt := range next.alts {
			next.atoms |= alt[0].bit()
		}
		p = append(p, next)
		gap = 0
	}
	if gap != 0 || p[0].gap != 0 {
		panic("phrase: a gap begins or ends " + strings.Join(fields, " "))
	}
	return p
}

func (c *compiler) alternatives(field string) [][]atom {
	var alts [][]atom
	for a := range strings.SplitSeq(field, "|") {
		var seq []atom
		for w := range strings.SplitSeq(a, "_") {
			seq = append(seq, c.atoms(w)...)
		}
		if len(seq) == 0 {
			panic("phrase: empty alternative in " + field)
		}
		alts = append(alts, seq)
	}
	return alts
}

// atoms are one, or several where a language writes without spaces.
func (c *compiler) atoms(word string) []atom {
	if stem, ok := strings.CutSuffix(word, "*"); ok {
		if len(stem) > maxPrefix || len(stem) < 2 {
			panic("phrase: prefix " + word)
		}
		c.stems = append(c.stems, stem)
		return []atom{{hash: Hash(stem), prefix: uint8(len(stem))}}
	}
	var seq []atom
	for _, w := range Words(word, nil) {
		seq = append(seq, atom{hash: w.Hash})
	}
	return seq
}
