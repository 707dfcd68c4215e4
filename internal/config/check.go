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
	l.checkDoors(c)
	if c.TLS != nil {
		l.checkTLS(c.TLS)
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

// unused reports values that the section's kind does not read, so that nothing is written in vain.
func (l *loader) unused(prefix, kind string, used map[string]bool, all ...string) {
	if l.spoiled[prefix+"kind"] {
		return
	}
	for _, key := range all {
		if l.written(prefix+key) && !used[key] {
			l.mistake(prefix+key, fmt.Sprintf("is not used by kind %s", kind), "remove it, or name another kind")
		}
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
