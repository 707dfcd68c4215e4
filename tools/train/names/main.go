// Command names trains the tagger of people, addresses, places and organisations in internal/mask/names.
//
//	go run ./train/names -data DIR -out ../internal/mask/names/model
//
// It reads the lists and templates beside it and, with -data, the labelled rows of a directory; it writes lexicon.bin and
// weights.bin, the same bytes for the same input. With -hold SOURCE it keeps a source apart, writes nothing and prints
// what the model does to it.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/mask/names"
	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// options of a training.
type options struct {
	data, out, hold string
	epochs, fills   int
	least           float64
	examples        bool
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "directory of pii.jsonl and injection.jsonl; none: generated sentences only")
	flag.StringVar(&o.out, "out", "", "directory to write lexicon.bin and weights.bin to")
	flag.StringVar(&o.hold, "hold", "", "sources to keep apart and judge by, separated by commas; part: a fifth of all patterns")
	flag.IntVar(&o.epochs, "epochs", 10, "times that each row is learnt")
	flag.IntVar(&o.fills, "fills", 50, "times that each template is filled")
	flag.Float64Var(&o.least, "least", 0.5, "least score of a finding that counts in the report")
	flag.BoolVar(&o.examples, "examples", false, "print what is found wrongly or missed")
	flag.Parse()
	if err := run(context.Background(), o, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o options, w io.Writer) error {
	var rows []row
	if o.data != "" {
		var err error
		if rows, err = read(o.data); err != nil {
			return err
		}
	}
	learnt, held := split(rows, o.hold)
	lexicon := tag.NewLexicon(words())
	prose, err := comments(ctx, 4000)
	if err != nil {
		return err
	}
	model := train(lexicon, slices.Concat(generate(o.fills), prose, learnt), o.epochs)
	finder := names.With(lexicon, model)
	for _, s := range bySource(held) {
		judge(finder, s.rows, float32(o.least)).write(w, s.name, o.examples)
	}
	if o.out == "" {
		return nil
	}
	if err := os.WriteFile(filepath.Join(o.out, "lexicon.bin"), []byte(lexicon), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.out, "weights.bin"), []byte(model), 0o600)
}

// train learns the rows in an order of its own, the same each time.
func train(lexicon tag.Lexicon, rows []row, epochs int) tag.Model {
	l := newLearner(lexicon, 7)
	for epoch := range epochs {
		l.random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for _, r := range rows {
			l.learn(r, min(0.3*float64(epoch), 0.9))
		}
	}
	return l.model()
}

// generate fills the templates; those of other languages half as often, and those of public figures and of things that
// bear a name two thirds: learnt more, they would hide people.
func generate(fills int) []row {
	g := newGenerator(11)
	var rows []row
	for _, f := range []struct {
		name  string
		times int
	}{{"en", fills}, {"record", fills}, {"other", fills / 2}, {"none", fills}, {"figure", 2 * fills / 3}} {
		for _, template := range lines("templates/" + f.name + ".txt") {
			for range f.times {
				rows = append(rows, g.fill(template))
			}
		}
	}
	return rows
}

// split parts the rows to learn from the rows to judge by; rows of one pattern stay together.
func split(rows []row, hold string) (learn, held []row) {
	apart := map[string]bool{}
	for _, r := range rows {
		if strings.Contains(hold, r.source) {
			apart[r.group] = true
		}
	}
	for _, r := range rows {
		switch {
		case unseen[r.source] || strings.Contains(hold, r.source) || hold == "part" && fifth(r.group):
			held = append(held, r)
		case !apart[r.group]:
			learn = append(learn, r)
		}
	}
	return learn, held
}

// fifth says whether a pattern is of the part that is kept apart.
func fifth(group string) bool { return tag.Hash(group)%5 == 0 }

// source is the rows of one source.
type source struct {
	name string
	rows []row
}

// bySource parts rows, in the order of the sources' names.
func bySource(rows []row) []source {
	by := map[string][]row{}
	for _, r := range rows {
		name := r.source
		if r.benign {
			name = "benign: " + name
		}
		by[name] = append(by[name], r)
	}
	var out []source
	for _, name := range slices.Sorted(maps.Keys(by)) {
		out = append(out, source{name, by[name]})
	}
	return out
}
