package config

import "fmt"

// check looks at the effective values: file, environment, flags and defaults together.
func (l *loader) check() {
	c := l.cfg
	if l.file != "" {
		if _, ok := c.origins["version"]; !ok {
			l.mistake("version", "is missing", "begin the file with: version: 1")
		}
	}
	if c.ToGoogle != nil {
		l.checkGoogle(c.ToGoogle)
	}
	if c.ToAzure != nil {
		l.checkAzure(c.ToAzure)
	}
	if c.Setup != nil {
		l.checkSetup(c.Setup)
	}
	l.checkDoors(c)
	l.checkPolicy(c)
	l.checkGuard(c)
	l.checkBackup(c)
	if c.Telemetry != nil {
		l.checkTelemetry(c.Telemetry)
	}
	if c.TLS != nil {
		l.checkTLS(c.TLS)
	}
	if c.Audit != nil {
		l.checkAudit(c.Audit)
	}
}

// required reports an absent value of a section that is there.
func (l *loader) required(path, value, fix string) bool {
	if value == "" {
		l.mistake(path, "is missing", fix)
	}
	return value != ""
}

// written says whether somebody wrote the value; a default or a derived one does not count.
func (l *loader) written(path string) bool {
	o, ok := l.cfg.origins[path]
	return ok && o.From == ""
}

// unused reports values that the section's kind does not read, so that nothing is written in vain. A kind that overrides
// another from outside the file leaves the file's keys for that other one alone.
func (l *loader) unused(prefix, kind string, used map[string]bool, all ...string) {
	if l.spoiled[prefix+"kind"] {
		return
	}
	rank := l.cfg.origins[prefix+"kind"].rank()
	for _, key := range all {
		if l.written(prefix+key) && !used[key] && l.cfg.origins[prefix+key].rank() >= rank {
			l.mistake(prefix+key, fmt.Sprintf("is not used by kind %s", kind), "remove it, or name another kind")
		}
	}
}

// rival is one of several values of which only one can hold.
type rival struct {
	path  string
	value *string
}

// oneOf lets the strongest of the rivals that are written hold: a flag's before the environment's before the file's. Two
// of one strength are a mistake.
func (l *loader) oneOf(text, fix string, rivals ...rival) {
	best := rival{}
	for _, r := range rivals {
		if !l.written(r.path) {
			continue
		}
		rank, bestRank := l.cfg.origins[r.path].rank(), l.cfg.origins[best.path].rank()
		switch {
		case best.value != nil && rank == bestRank:
			l.mistake(r.path, text, fix)
		case best.value == nil || rank > bestRank:
			l.drop(best)
			best = r
		default:
			l.drop(r)
		}
	}
}

func (l *loader) drop(r rival) {
	if r.value != nil {
		*r.value = ""
		delete(l.cfg.origins, r.path)
	}
}

// addressAt checks a URL that may be absent.
func (l *loader) addressAt(path, value string, linkLocal bool) {
	if value == "" {
		return
	}
	if wrong, fix := address(value, linkLocal); wrong != "" {
		l.mistake(path, wrong, fix)
	}
}

// matches checks a value that may be absent against its shape.
func (l *loader) matches(path, value string, ok func(string) bool, what, fix string) {
	if value != "" && !ok(value) {
		l.mistake(path, quote(value)+" is not "+what, fix)
	}
}
