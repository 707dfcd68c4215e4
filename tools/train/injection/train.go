package main

import (
	"math/rand/v2"
	"strings"

	"github.com/landbridge/landbridge/internal/inspect/injection"
	"github.com/landbridge/landbridge/internal/inspect/linear"
)

const (
	attackBits  = 20
	requestBits = 19
	netUnits    = 16
)

// trainer makes the three models out of labelled rows and the grammar.
type trainer struct {
	g       grammar
	prose   []string
	pieces  []string
	scale   float64 // of how much the grammar makes; 1 for what ships
	attacks *linear.Bag
	request *linear.Bag
}

func newTrainer(g grammar, prose, pieces []string, scale float64) *trainer {
	return &trainer{g: g, prose: prose, pieces: pieces, scale: scale, attacks: linear.NewBag(attackBits), request: linear.NewBag(requestBits)}
}

func (t *trainer) n(n int) int { return max(int(float64(n)*t.scale), 4) }

// train returns the models that rows and the grammar teach; the cuts are not set.
func (t *trainer) train(rows []row, seed uint64) *injection.Models {
	m := &maker{g: t.g, r: rand.New(rand.NewPCG(seed, 7)), prose: t.prose, pieces: t.pieces}
	for _, r := range rows {
		switch {
		case r.Kind == "benign_context":
			m.clean = append(m.clean, r.Text)
		case r.Planted != "":
			m.lines = append(m.lines, r.Planted)
		}
	}
	models := &injection.Models{Attack: t.attack(rows, m), Request: t.requests(rows, m)}
	models.Foreign = t.foreign(models, rows, m)
	return models
}

// attack trains the model of whole texts.
func (t *trainer) attack(rows []row, m *maker) *linear.Model {
	var examples []example
	add := func(rows []row, weight float64) {
		for _, r := range rows {
			examples = append(examples, t.wholeExamples(r, weight)...)
		}
	}
	for _, r := range rows {
		switch r.Kind {
		case "jailbreak", "benign", "hard_negative":
			add([]row{r}, 2)
		case "direct":
			add([]row{r}, 2)
		case "benign_context":
			add([]row{r}, 1)
		case "indirect":
			if r.Planted == "" {
				add([]row{r}, 1)
			}
		}
	}
	add(m.rows(t.n(7000), "direct", "direct", 1), 0.5)
	add(m.rows(t.n(2500), "jailbreak", "jailbreak", 1), 0.5)
	add(m.rows(t.n(800), "agent", "indirect", 1), 0.3)
	add(m.rows(t.n(1200), "takeover", "indirect", 1), 0.3)
	add(m.rows(t.n(16000), "benign", "benign", 0), 0.7)
	add(m.rows(t.n(3000), "data", "data", 0), 0.7)
	add(m.rows(t.n(600), "tamper", "benign", 0), 0.3)
	for range t.n(1500) {
		add([]row{m.asked()}, 0.7)
		add([]row{{Text: m.pieces[m.r.IntN(len(m.pieces))]}}, 0.5)
	}
	for _, s := range t.prose {
		add([]row{{Text: s}}, 0.3)
	}
	return fit(examples, attackBits, 1, 1e-5)
}

// wholeExamples are the windows of a text; of an attack only the first, which is where attacks begin.
func (t *trainer) wholeExamples(r row, weight float64) []example {
	reading := injection.Read(r.Text)
	windows := reading.Windows()
	if r.Label == 1 {
		windows = windows[:1]
	}
	var examples []example
	for _, w := range windows {
		t.attacks.Reset()
		reading.Attack(t.attacks, w)
		examples = append(examples, example{append([]uint32(nil), t.attacks.Features()...), r.Label == 1, weight / float64(len(windows))})
	}
	return examples
}

// requests trains the model of parts: what is said to an assistant, against what data says.
func (t *trainer) requests(rows []row, m *maker) *linear.Model {
	var examples []example
	add := func(text string, request bool, weight float64, most int) {
		reading := injection.Read(text)
		for i := range reading.Parts[:min(most, len(reading.Parts))] {
			t.request.Reset()
			reading.Request(t.request, &reading.Parts[i])
			examples = append(examples, example{append([]uint32(nil), t.request.Features()...), request, weight})
		}
	}
	for _, r := range rows {
		switch {
		case r.Kind == "benign":
			add(r.Text, true, 1, 1)
		case r.Kind == "hard_negative":
			add(r.Text, true, 0.3, 1)
		case r.Kind == "benign_context":
			add(r.Text, false, 1, 100)
		case r.Planted != "":
			add(r.Planted, true, 0.3, 1)
		case r.Kind == "direct":
			add(r.Text, true, 1, 2)
		}
	}
	for _, n := range lessons {
		for range t.n(n.n) {
			add(m.say(n.rule), n.request, n.weight, n.most)
		}
	}
	for _, s := range t.prose {
		add(s, false, 0.7, 10)
	}
	for range t.n(4000) {
		add(m.pieces[m.r.IntN(len(m.pieces))], false, 0.7, 20)
	}
	return fit(examples, requestBits, 4, 1e-5)
}

// lessons say what the grammar teaches the request model.
var lessons = []struct {
	rule    string
	n       int
	request bool
	weight  float64
	most    int
}{
	{"task", 7000, true, 1, 2},
	{"tamper", 5000, true, 1, 1},
	{"agent", 2000, true, 1, 2},
	{"takeover", 2000, true, 1, 2},
	{"codeask", 1500, true, 1, 1},
	{"direct", 1500, true, 0.5, 1},
	{"userask", 400, true, 0.5, 1},
	{"data", 6000, false, 0.7, 100},
	{"email", 2000, false, 0.7, 100},
	{"sentence", 500, false, 1, 3},
}

// foreign trains the net that judges a request by its surroundings.
func (t *trainer) foreign(models *injection.Models, rows []row, m *maker) *linear.Net {
	var points []point
	add := func(r row, weight float64) {
		reading := injection.Read(r.Text)
		target, _, _ := strings.Cut(r.Planted, "\n")
		planted := injection.Read(target).Text
		reading.Contexts(models.Said(reading, t.request, t.attacks), func(i int, x []float32) {
			part := strings.TrimSpace(reading.Parts[i].Text())
			if target != "" && !strings.Contains(planted, part) && !strings.Contains(part, planted) && reading.Parts[i].Shape != injection.Hidden {
				points = append(points, point{append([]float32(nil), x...), false, weight * 0.3})
				return
			}
			points = append(points, point{append([]float32(nil), x...), r.Label == 1, weight})
		})
	}
	for _, r := range rows {
		if r.Label == 0 {
			add(r, 3)
		}
	}
	for range t.n(11000) {
		add(m.planted(), 1)
	}
	for range t.n(3000) {
		add(m.askedPlanted(), 0.5)
	}
	for range t.n(5000) {
		add(row{Text: m.data()}, 2)
		add(m.asked(), 2)
		add(row{Text: m.say("benign")}, 2)
	}
	return fitNet(points, injection.ContextN, netUnits, 12)
}
