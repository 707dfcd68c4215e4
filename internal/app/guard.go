package app

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/gateway"
	"github.com/landbridge/landbridge/internal/google/vertex"
	"github.com/landbridge/landbridge/internal/inspect"
	"github.com/landbridge/landbridge/internal/mask"
	"github.com/landbridge/landbridge/internal/mask/find"
	"github.com/landbridge/landbridge/internal/mask/names"
	"github.com/landbridge/landbridge/internal/splice"
	"github.com/landbridge/landbridge/internal/wire"
)

// nameTypes are what package names finds, the loose ones last: they are found in harmless texts too, and are looked for only
// where a profile names them.
var nameTypes = []string{"PERSON", "STREET_ADDRESS", "LOCATION", "ORGANIZATION", "NRP", "TITLE"}

const looseNames = 2 // in nameTypes, from here on

// profileOf is a profile of the configuration, by its name.
func profileOf(cfg *config.Config, name string) (config.GuardProfile, string, error) {
	if cfg.Guard != nil {
		for i, p := range cfg.Guard.Profiles {
			if p.Name == name {
				return p, fmt.Sprintf("guard.profiles[%d].", i), nil
			}
		}
	}
	if name == config.StandardProfile {
		return config.Standard(), "guard.", nil
	}
	return config.GuardProfile{}, "", &bridge.Error{Kind: bridge.Usage, Code: "profile_unknown", Text: fmt.Sprintf("the configuration has no guard profile %q", name), Hint: "guard.profiles names them; standard is always there"}
}

// guards are the profiles of a configuration, made once.
type guards struct {
	app   *App
	cfg   *config.Config
	wire  *wire.Client
	rings *rings // nil where no cloud is asked: pseudonyms are then of a key that ends with the process
}

// all makes the guard of every profile that a rule names.
func (g guards) all() (map[string]*gateway.Guard, error) {
	out := map[string]*gateway.Guard{}
	for _, r := range g.cfg.Policy.Rules {
		if out[r.Guard] != nil || r.Guard == "" {
			continue
		}
		made, err := g.guard(r.Guard)
		if err != nil {
			return nil, err
		}
		out[r.Guard] = made
	}
	return out, nil
}

func (g guards) guard(name string) (*gateway.Guard, error) {
	p, at, err := profileOf(g.cfg, name)
	if err != nil {
		return nil, err
	}
	masker, err := g.masker(p.PersonalData, at+"personal_data.")
	if err != nil {
		return nil, err
	}
	paths, err := g.predictPaths(p.PredictPaths, at+"predict_paths")
	if err != nil {
		return nil, err
	}
	out := &gateway.Guard{
		Masker: masker, Injection: gateway.Action(p.Injection.Action), Inspector: inspector(p.Injection), Canary: p.Injection.Canary,
		Safety: p.Answers.Safety, Toxicity: gateway.Action(p.Answers.Toxicity), HarmThreshold: share(p.Answers.ToxicityThreshold),
		Links: gateway.Action(p.Answers.Links), LinkHosts: p.Answers.LinkHosts, EnforceSchema: p.Answers.EnforceSchema, HoldBack: p.Answers.HoldBack,
		BlockAsError: p.BlockAs == "error", PredictPaths: paths,
	}
	return out, g.second(out, p)
}

// second adds the opinions that are asked over the network.
func (g guards) second(out *gateway.Guard, p config.GuardProfile) error {
	var google config.ToGoogle
	if g.cfg.ToGoogle != nil {
		google = *g.cfg.ToGoogle
	}
	if m := p.Injection.ModelArmor; m.Template != "" {
		armor, err := vertex.NewModelArmor(vertex.SecondOptions{Wire: g.wire, Timeout: m.Timeout, Endpoint: google.Endpoints.ModelArmor, UniverseDomain: google.UniverseDomain}, m.Template)
		if err != nil {
			return err
		}
		out.Screener, out.ScreenAnswers, out.ScreenTimeout, out.ScreenOpen = armor, m.Answers, m.Timeout, m.WhenDown == "pass"
	}
	if d := p.PersonalData.DLP; d.Parent != "" {
		dlp, err := vertex.NewDLP(vertex.SecondOptions{Wire: g.wire, Timeout: d.Timeout, Endpoint: google.Endpoints.DLP, UniverseDomain: google.UniverseDomain}, d.Parent, d.InfoTypes)
		if err != nil {
			return err
		}
		out.Finder, out.FinderTimeout, out.FinderOpen = dlp, d.Timeout, d.WhenDown == "pass"
	}
	return nil
}

func inspector(i config.GuardInjection) *inspect.Inspector {
	return inspect.New(inspect.Options{Threshold: share(i.Threshold), DataThreshold: share(i.DataThreshold)})
}

// masker is nil where a profile keeps everything.
func (g guards) masker(p config.GuardPersonalData, at string) (*mask.Masker, error) {
	o, err := g.maskOptions(p, at)
	if err != nil || o == nil {
		return nil, err
	}
	return mask.New(*o)
}

// maskOptions are nil where a profile keeps everything.
func (g guards) maskOptions(p config.GuardPersonalData, at string) (*mask.Options, error) {
	actions, keeps, err := g.actions(p, at)
	if err != nil || keeps {
		return nil, err
	}
	detectors, err := g.detectors(p, at)
	if err != nil {
		return nil, err
	}
	o := &mask.Options{
		Detectors: detectors, Action: mask.Action(p.Action), Actions: actions, Types: p.Types, MinScore: share(p.MinScore), Allow: p.Allow, Stable: p.Tokens == "stable",
	}
	if len(p.Types) == 0 {
		o.Except = nameTypes[looseNames:]
	}
	if p.Answers {
		o.AnswersAction = mask.Action(p.AnswersAction)
	}
	o.Keys, err = g.keys(p)
	return o, err
}

// keys are those of hashes and stable tokens; nil where the profile names none.
func (g guards) keys(p config.GuardPersonalData) (mask.KeySource, error) {
	switch {
	case p.Key == "" && p.KeyFile == "":
		return nil, nil //nolint:nilnil // mask makes one of its own
	case p.Key == "":
		return maskKeys{g.app.keyFile(p.KeyFile).get}, nil
	case g.rings == nil:
		return maskKeys{throwaway()}, nil
	}
	get, err := g.rings.source(p.Key, p.KeyFile)
	return maskKeys{get}, err
}

// actions are those of single types; keeps says that nothing is done with any.
func (g guards) actions(p config.GuardPersonalData, at string) (map[string]mask.Action, bool, error) {
	out, keeps := map[string]mask.Action{}, p.Action == string(mask.Keep)
	for i, pair := range p.Actions {
		kind, action, _ := strings.Cut(pair, "=")
		if !slices.Contains(typesOf(p), kind) {
			return nil, false, g.unknown(fmt.Sprintf("%sactions[%d]", at, i), kind, p)
		}
		out[kind] = mask.Action(action)
		keeps = keeps && action == string(mask.Keep)
	}
	return out, keeps, nil
}

// typesOf are all types that a profile can know: ours, and those of its own patterns.
func typesOf(p config.GuardPersonalData) []string {
	out := slices.Clone(nameTypes)
	for _, t := range find.Types() {
		out = append(out, t.Name)
	}
	for _, pattern := range p.Patterns {
		out = append(out, pattern.Type)
	}
	return out
}

func (g guards) unknown(path, kind string, p config.GuardPersonalData) error {
	fix := "docs/guard.md lists the types"
	if near := config.Nearest(kind, typesOf(p)); near != "" {
		fix = "did you mean " + near + "?"
	}
	return config.Problems{g.cfg.Problem(config.Mistake, path, fmt.Sprintf("%q is not a type of personal data", kind), fix)}.Err()
}

// detectors are those of the types that a profile looks for: structured data and secrets first, and then names.
func (g guards) detectors(p config.GuardPersonalData, at string) ([]mask.Detector, error) {
	o, named := find.Options{Countries: p.Countries}, len(p.Types) == 0
	for _, c := range p.Patterns {
		o.Patterns = append(o.Patterns, find.Pattern{Type: c.Type, Pattern: c.Pattern, Words: c.Words, Score: share(c.Score), Context: c.Context})
	}
	if len(p.Types) > 0 {
		o.Types = []string{}
	}
	for i, t := range p.Types {
		switch {
		case slices.Contains(nameTypes, t):
			named = true
		case slices.ContainsFunc(find.Types(), func(k find.Type) bool { return k.Name == t }):
			o.Types = append(o.Types, t)
		case !slices.ContainsFunc(p.Patterns, func(c config.GuardPattern) bool { return c.Type == t }):
			return nil, g.unknown(fmt.Sprintf("%stypes[%d]", at, i), t, p)
		}
	}
	structured, err := find.New(o)
	if err != nil {
		return nil, err
	}
	if !named {
		return []mask.Detector{structured}, nil
	}
	return []mask.Detector{structured, names.New()}, nil
}

// share is a percentage as a part of 1.
func share(percent int) float32 { return float32(percent) / 100 }

// predictPaths reads where the text of a predict request stands.
func (g guards) predictPaths(paths []string, at string) ([][]string, error) {
	out := make([][]string, len(paths))
	for i, p := range paths {
		var err error
		if out[i], err = splice.Pattern(p); err != nil {
			return nil, config.Problems{g.cfg.Problem(config.Mistake, fmt.Sprintf("%s[%d]", at, i), err.Error(), bridge.HintOf(err))}.Err()
		}
	}
	return out, nil
}
