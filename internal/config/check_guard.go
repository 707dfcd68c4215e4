package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// StandardProfile is the profile that is there without being written.
const StandardProfile = "standard"

// Standard is the profile that is there without being written.
func Standard() GuardProfile {
	cfg, _ := Load(Options{Path: StandardProfile, ReadFile: func(string) ([]byte, error) {
		return []byte("version: 1\nguard: {profiles: [{name: " + StandardProfile + "}]}"), nil
	}})
	return cfg.Guard.Profiles[0]
}

// actions are what may be done with a finding.
var actions = []string{"token", "mask", "hash", "redact", "block", "keep"}

// profiles are the names of the guard's profiles.
func (c *Config) profiles() []string {
	names := []string{StandardProfile}
	if c.Guard != nil {
		for _, p := range c.Guard.Profiles {
			if p.Name != "" && !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// checkGuard looks at what each value is alone; types and patterns are judged by the guard itself before any door opens.
func (l *loader) checkGuard(c *Config) {
	g := c.Guard
	if g == nil {
		return
	}
	names := map[string]string{}
	for i := range g.Profiles {
		if at := item("guard.profiles", i); !l.spoiled[at] {
			p := &g.Profiles[i]
			if l.required(at+".name", p.Name, "give it a name of your own; rules name it as guard") {
				l.matches(at+".name", p.Name, ruleName, "a profile's name", "write 1 to 64 of a-z, A-Z, 0-9, -, _ and .")
				l.unique(at+".name", p.Name, names)
			}
			l.checkProfile(at+".", p)
		}
	}
	l.listed("guard.default", g.Default, c.profiles(), "a profile of guard.profiles")
}

func (l *loader) checkProfile(at string, p *GuardProfile) {
	l.checkPersonalData(at+"personal_data.", &p.PersonalData)
	i := p.Injection
	l.threshold(at+"injection.threshold", i.Threshold)
	l.threshold(at+"injection.data_threshold", i.DataThreshold)
	l.matches(at+"injection.model_armor.template", i.ModelArmor.Template, armorTemplate, "a template of Model Armor", "write projects/PROJECT/locations/LOCATION/templates/TEMPLATE")
	l.between(at+"injection.model_armor.timeout", i.ModelArmor.Timeout, 10*time.Millisecond, time.Minute)
	if i.Action == "ask" && i.ModelArmor.Template == "" {
		l.mistake(at+"injection.action", "ask needs Model Armor, and model_armor.template is absent", "add model_armor: {template: projects/PROJECT/locations/LOCATION/templates/TEMPLATE}")
	}
	if i.ModelArmor.Template == "" {
		for _, key := range []string{"answers", "timeout", "when_down"} {
			if l.written(at + "injection.model_armor." + key) {
				l.mistake(at+"injection.model_armor."+key, "is not used without a template", "add template, or remove it")
			}
		}
	}
	l.threshold(at+"answers.toxicity_threshold", p.Answers.ToxicityThreshold)
	if n := p.Answers.HoldBack; n < 64 || n > 1<<16 {
		l.mistake(at+"answers.hold_back", fmt.Sprintf("%d is outside of 64 to 65536 bytes", n), "512 holds a sentence or two")
	}
}

// threshold is a percentage that something must reach: nothing reaches less than 1.
func (l *loader) threshold(path string, n int) {
	if n < 1 || n > 100 {
		l.mistake(path, fmt.Sprintf("%d is not a threshold", n), "write 1 to 100")
	}
}

func (l *loader) checkPersonalData(at string, p *GuardPersonalData) {
	l.percent(at+"min_score", p.MinScore)
	for i, pair := range p.Actions {
		kind, action, ok := strings.Cut(pair, "=")
		if !ok || kind == "" {
			l.mistake(item(at+"actions", i), quote(pair)+" is not TYPE=ACTION", "write such as CREDIT_CARD=block")
			continue
		}
		l.listed(item(at+"actions", i), action, actions, "an action")
	}
	for i, country := range p.Countries {
		if len(country) != 2 || !only(strings.ToLower(country), "abcdefghijklmnopqrstuvwxyz") {
			l.mistake(item(at+"countries", i), quote(country)+" is not a country in two letters", "write such as DE (ISO 3166-1)")
		}
	}
	for i := range p.Patterns {
		l.checkPattern(item(at+"patterns", i)+".", &p.Patterns[i])
	}
	l.checkRing(at, p.Key, p.KeyFile)
	if p.Tokens == "stable" && p.Key == "" {
		l.required(at+"key_file", p.KeyFile, "openssl rand -base64 32 > FILE makes a key")
	}
	l.matches(at+"dlp.parent", p.DLP.Parent, dlpParent, "a project and location", "write projects/PROJECT/locations/LOCATION")
	l.between(at+"dlp.timeout", p.DLP.Timeout, 10*time.Millisecond, time.Minute)
	if p.DLP.Parent == "" {
		for _, key := range []string{"info_types", "timeout", "when_down"} {
			if l.written(at + "dlp." + key) {
				l.mistake(at+"dlp."+key, "is not used without a parent", "add parent, or remove it")
			}
		}
	}
}

func (l *loader) checkPattern(at string, p *GuardPattern) {
	if l.required(at+"type", p.Type, "name the type that a finding has, such as EMPLOYEE_ID") {
		l.matches(at+"type", p.Type, typeName, "a type's name", "write A-Z, 0-9 and _, beginning with a letter")
	}
	l.percent(at+"score", p.Score)
	switch {
	case p.Pattern == "" && len(p.Words) == 0:
		l.mistake(at+"pattern", "is missing", "write a regular expression, or words in its place")
	case p.Pattern != "" && len(p.Words) > 0:
		l.mistake(at+"words", "stands beside pattern", "keep one of the two")
	case p.Pattern != "":
		re, err := regexp.Compile(p.Pattern)
		switch {
		case err != nil:
			l.mistake(at+"pattern", "is not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "the syntax is RE2's: no look-around and no back-references")
		case re.MatchString(""):
			l.mistake(at+"pattern", "matches nothing at all, so it would be found everywhere", "write + where there is *")
		}
	}
}

func typeName(s string) bool {
	return len(s) <= 64 && s[0] >= 'A' && s[0] <= 'Z' && only(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
}

func armorTemplate(s string) bool {
	part := strings.Split(s, "/")
	return len(part) == 6 && dlpParent(strings.Join(part[:4], "/")) && part[4] == "templates" && part[5] != ""
}

func dlpParent(s string) bool {
	part := strings.Split(s, "/")
	if len(part) != 4 || part[0] != "projects" || part[2] != "locations" {
		return false
	}
	ok, _ := region(part[3])
	return ok && (projectID(part[1]) || digits(part[1]))
}
