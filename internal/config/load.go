package config

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
)

// Options say what to load.
type Options struct {
	// Path of the YAML file; empty loads the environment and flags alone.
	Path string
	// ReadFile reads Path, and the files that the configuration names as sources. It should bound what it reads.
	ReadFile func(path string) ([]byte, error)
	// Environ is the environment as KEY=VALUE. The whole of it is wanted: an unknown LANDBRIDGE_ variable is reported.
	Environ []string
	// Flags override the environment, in order.
	Flags []Flag
}

// Flag is a value that a command-line flag gives for one path. An empty Value takes the value away: the default holds.
type Flag struct {
	Name  string // without dashes, for Explain and problems
	Path  string // such as to_google.provider
	Value string // a list's items are separated by commas
}

// Load reads the file, lays the environment and then the flags over it, fills in defaults and checks the whole. It
// returns every problem at once, and always a Config: a good one when Problems.Err is nil.
func Load(o Options) (*Config, Problems) {
	l := &loader{cfg: &Config{origins: map[string]Origin{}}, root: schema(), readFile: o.ReadFile, spoiled: map[string]bool{}}
	if o.Path != "" {
		l.read(o.Path)
	}
	l.environ(o.Environ)
	l.flags(o.Flags)
	l.defaults()
	if !l.unreadable {
		l.check()
	}
	l.problems.sort()
	return l.cfg, l.problems
}

// loader is one load under way.
type loader struct {
	cfg        *Config
	root       *field
	readFile   func(string) ([]byte, error)
	file       string
	spoiled    map[string]bool // paths with a problem already: the checks leave them alone
	unreadable bool            // the file could not be read as YAML: what is missing in it means nothing
	problems   Problems
}

// read takes in the file.
func (l *loader) read(path string) {
	l.file = path
	data, err := l.readFile(path)
	if err != nil {
		l.unreadable = true
		l.add(Problem{Severity: Mistake, Where: path, File: path, Text: "cannot be read: " + cause(err), Fix: "check --config, or LANDBRIDGE_CONFIG"})
		return
	}
	if !mentionsKey(string(data)) {
		l.cfg.lines = strings.Split(string(data), "\n")
	}
	l.yaml(data)
}

// defaults fills in what nobody set, in the sections that are there.
func (l *loader) defaults() {
	l.root.leavesIn(l.cfg, func(f *field) {
		holder, ok := f.parent.in(l.cfg, false)
		if _, set := l.cfg.origins[f.path]; !ok || set || !f.hasValue {
			return
		}
		l.set(holder.Field(f.index), f, strings.Split(f.fallback, ","))
	})
	if g := l.cfg.ToGoogle; g != nil && g.ProjectNumber == "" {
		if name, ok := parseProvider(g.Provider); ok {
			g.ProjectNumber = name.number
			l.cfg.origins["to_google.project_number"] = Origin{From: "to_google.provider"}
		}
	}
}

// set stores texts at v. The first fault ends it and is returned with its index.
func (l *loader) set(v reflect.Value, f *field, items []string) (at int, wrong, fix string) {
	if f.shape != texts && f.shape != numbers {
		x, wrong, fix := f.parse(items[0])
		if wrong == "" {
			v.Set(x)
		}
		return 0, wrong, fix
	}
	list := reflect.MakeSlice(v.Type(), 0, len(items))
	for i, item := range items {
		x, wrong, fix := f.parse(strings.TrimSpace(item))
		if wrong != "" {
			return i, wrong, fix
		}
		list = reflect.Append(list, x)
	}
	v.Set(list)
	return 0, "", ""
}

// add appends a problem with a place of its own.
func (l *loader) add(p Problem) { l.problems = append(l.problems, p) }

// at appends a problem that stands at an origin, with the excerpt where that is in the file.
func (l *loader) at(s Severity, o Origin, path, text, fix string) {
	if s == Mistake && path != "" {
		l.spoiled[path] = true
	}
	l.add(l.cfg.problem(s, o, path, text, fix))
}

// Problem is something wrong with the value at a path that only another room could see: it stands where the value was
// written, or else the nearest thing round it.
func (c *Config) Problem(s Severity, path, text, fix string) Problem {
	return c.problem(s, c.place(path), path, text, fix)
}

func (c *Config) problem(s Severity, o Origin, path, text, fix string) Problem {
	where := o.String()
	if o == (Origin{}) {
		where = "configuration"
	}
	return Problem{
		Severity: s, Origin: o, File: o.File, Line: o.Line, Column: o.Column, Where: where,
		Path: path, Text: text, Fix: fix, Excerpt: c.excerpt(o),
	}
}

// mistake reports what is wrong with the value at path, unless that value has a problem already.
func (l *loader) mistake(path, text, fix string) {
	if !l.spoiled[path] {
		l.at(Mistake, l.cfg.place(path), path, text, fix)
	}
}

// warn reports what somebody should look at.
func (l *loader) warn(path, text, fix string) {
	if !l.spoiled[path] {
		l.at(Warning, l.cfg.place(path), path, text, fix)
	}
}

// place is where the value at path was set, or else the nearest thing round it.
func (c *Config) place(path string) Origin {
	for {
		if o, ok := c.origins[path]; ok && o.From == "" {
			return o
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return c.origins[""]
		}
		path = path[:cut]
	}
}

// Origin says where the value at path came from.
func (c *Config) Origin(path string) Origin { return c.origins[path] }

// cause is a file error without its path, which the problem names already.
func cause(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err.Error()
	}
	return err.Error()
}
