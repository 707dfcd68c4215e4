package app

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"runtime"
	"slices"

	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/mask/find"
	"github.com/landbridge/landbridge/internal/mask/names"
	"github.com/landbridge/landbridge/internal/measure"
	"github.com/landbridge/landbridge/internal/prompt"
)

// The checks of the guard.
const (
	CheckPII       = "pii"
	CheckInjection = "injection"
	CheckToxicity  = "toxicity"
)

// Checks are all of them.
var Checks = []string{CheckPII, CheckInjection, CheckToxicity}

// Scanner is the guard of one profile on texts by themselves. It is safe for use from many goroutines.
type Scanner struct {
	checks    []string
	profile   config.GuardProfile
	actions   map[string]mask.Action
	masker    *mask.Masker  // nil: everything is kept
	wide      *mask.Masker  // finds every type, the loose ones too
	names     mask.Detector // what it finds serves both: it is the dear part, and finds the same whatever is asked for
	inspector *inspect.Inspector
}

// Scanned is what the guard says of one text.
type Scanned struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Blocked bool            `json:"blocked"`
	Score   float32         `json:"score"` // the highest of the checks
	Reasons []string        `json:"reasons"`
	Spans   []ScannedSpan   `json:"spans"`
	Masked  string          `json:"masked"`
}

// ScannedSpan is a place with personal data; Start and End count code points, End is not part of it.
type ScannedSpan struct {
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Type   string  `json:"type"`
	Score  float32 `json:"score"`
	Action string  `json:"action"` // keep for types that the profile does not look for
}

// Scanner makes the guard of a profile; checks are some of Checks.
func (a *App) Scanner(cfg *config.Config, profile string, checks []string) (*Scanner, error) {
	p, at, err := profileOf(cfg, profile)
	if err != nil {
		return nil, err
	}
	g := guards{app: a, cfg: cfg}
	s := &Scanner{checks: checks, profile: p, names: names.New(), inspector: inspector(p.Injection)}
	if s.actions, _, err = g.actions(p.PersonalData, at+"personal_data."); err != nil {
		return nil, err
	}
	if s.masker, err = g.structured(p.PersonalData, at+"personal_data."); err != nil {
		return nil, err
	}
	wide := p.PersonalData
	wide.Action, wide.Actions, wide.Types, wide.KeyFile, wide.Key, wide.Tokens = "mask", nil, everyType(wide), "", "", "conversation"
	s.wide, err = g.structured(wide, at+"personal_data.")
	return s, err
}

// structured is a profile's masker without the detector of names: it is told of them.
func (g guards) structured(p config.GuardPersonalData, at string) (*mask.Masker, error) {
	o, err := g.maskOptions(p, at)
	if err != nil || o == nil {
		return nil, err
	}
	o.Detectors = o.Detectors[:1]
	return mask.New(*o)
}

// everyType is every type that can be looked for, the strict ones first: they win where two are as good.
func everyType(p config.GuardPersonalData) []string {
	var strict, loose []string
	for i, t := range nameTypes {
		if i < looseNames {
			strict = append(strict, t)
		} else {
			loose = append(loose, t)
		}
	}
	for _, t := range find.Types() {
		if t.Loose {
			loose = append(loose, t.Name)
		} else {
			strict = append(strict, t.Name)
		}
	}
	for _, pattern := range p.Patterns {
		strict = append(strict, pattern.Type)
	}
	return slices.Compact(slices.Concat(strict, loose))
}

// Scan says what the guard makes of one text.
func (s *Scanner) Scan(text string) Scanned {
	out := Scanned{Masked: text, Reasons: []string{}, Spans: []ScannedSpan{}}
	for _, check := range s.checks {
		switch check {
		case CheckPII:
			s.personalData(text, &out)
		case CheckInjection:
			if s.profile.Injection.Action != "off" {
				out.add(s.inspector.Prompt(text, inspect.User))
			}
		case CheckToxicity:
			out.add(inspect.Harm(text, share(s.profile.Answers.ToxicityThreshold)))
		}
	}
	return out
}

func (out *Scanned) add(v prompt.Verdict) {
	out.Blocked = out.Blocked || v.Blocked
	out.Score = max(out.Score, v.Score)
	out.Reasons = append(out.Reasons, v.Reasons...)
}

func (s *Scanner) personalData(text string, out *Scanned) {
	people := s.names.Find(text, nil)
	out.Spans = s.spans(text, people)
	if len(s.checks) == 1 {
		for _, span := range out.Spans {
			out.Score = max(out.Score, span.Score)
		}
	}
	if s.masker == nil {
		return
	}
	session := s.masker.Session("")
	masked, err := session.MaskWith(text, people)
	if err != nil { // a type that blocks, or more codes than a session keeps
		out.Blocked, out.Masked = true, ""
		out.Reasons = append(out.Reasons, "personal_data")
		return
	}
	out.Masked = masked
	for _, kind := range slices.Sorted(maps.Keys(session.Counts())) {
		out.Reasons = append(out.Reasons, "personal_data:"+kind)
	}
}

// spans are the places of every type: those that the profile masks, and beside them what it leaves.
func (s *Scanner) spans(text string, people []prompt.Finding) []ScannedSpan {
	var found []prompt.Finding
	acted := map[prompt.Finding]bool{}
	if s.masker != nil {
		found = s.masker.Session("").Findings(text, people)
		for _, f := range found {
			acted[f] = true
		}
	}
	for _, f := range s.wide.Session("").Findings(text, people) {
		if !slices.ContainsFunc(found, func(o prompt.Finding) bool { return f.Start < o.End && o.Start < f.End }) {
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b prompt.Finding) int { return a.Start - b.Start })
	offsets := make([]int, 0, 2*len(found))
	for _, f := range found {
		offsets = append(offsets, f.Start, f.End)
	}
	points := measure.CodePoints(text, offsets)
	out := make([]ScannedSpan, len(found))
	for i, f := range found {
		out[i] = ScannedSpan{Start: points[2*i], End: points[2*i+1], Type: f.Type, Score: f.Score, Action: string(mask.Keep)}
		if acted[f] {
			out[i].Action = string(s.action(f.Type))
		}
	}
	return out
}

func (s *Scanner) action(kind string) mask.Action {
	if a, ok := s.actions[kind]; ok {
		return a
	}
	return mask.Action(s.profile.PersonalData.Action)
}

// ScanLines reads JSON Lines with text and id, and hands out a verdict for each, in order. It uses every core.
func (s *Scanner) ScanLines(ctx context.Context, in io.Reader, each func(Scanned) error) error {
	type job struct {
		row  measure.Row
		done chan Scanned
	}
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan job), make(chan job, 4*workers)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for range workers {
		go func() {
			for j := range jobs {
				v := s.Scan(*j.row.Text)
				v.ID = j.row.ID
				j.done <- v
			}
		}()
	}
	read := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(jobs)
		read <- measure.Read(in, func(r measure.Row) error {
			j := job{r, make(chan Scanned, 1)}
			select {
			case order <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
			jobs <- j
			return nil
		})
	}()
	var failed error
	for j := range order {
		if v := <-j.done; failed == nil {
			if failed = each(v); failed != nil {
				stop()
			}
		}
	}
	if err := <-read; failed == nil {
		failed = err
	}
	return failed
}
