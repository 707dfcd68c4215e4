package config

import (
	"slices"
	"strings"
)

const prefix = "LANDBRIDGE_"

// ownVariables are read elsewhere, and are no part of the configuration.
var ownVariables = []string{"LANDBRIDGE_CONFIG", "LANDBRIDGE_STATE_DIR"}

// environ lays the environment over the file. An empty variable is an absent one.
func (l *loader) environ(environ []string) {
	byName := map[string]*field{}
	var names []string
	l.root.leaves(func(f *field) { byName[f.variable()] = f; names = append(names, f.variable()) })
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || value == "" || slices.Contains(ownVariables, name) || isServiceLink(name) {
			continue
		}
		origin := Origin{Variable: name}
		if f := byName[name]; f != nil {
			l.override(f, value, origin)
			continue
		}
		fix := "remove it; config explain lists the names"
		if near := nearestVariable(name, names); near != "" {
			fix = "did you mean " + near + "?"
		}
		l.at(Warning, origin, "", "names nothing in the configuration", fix)
	}
}

// flags lays the flags over the environment.
func (l *loader) flags(flags []Flag) {
	for _, fl := range flags {
		origin := Origin{Flag: fl.Name}
		f := l.find(fl.Path)
		switch {
		case f == nil:
			var paths []string
			l.root.leaves(func(f *field) { paths = append(paths, f.path) })
			fix := "config explain lists the paths"
			if near := Nearest(fl.Path, paths); near != "" {
				fix = "did you mean " + near + "?"
			}
			l.at(Mistake, origin, "", "no such path: "+quote(fl.Path), fix)
		case f.shape == section:
			l.at(Mistake, origin, "", quote(fl.Path)+" is a section", "name a key in it, such as "+f.path+"."+f.children[0].key)
		case f.shape == sections || f.listed():
			l.at(Mistake, origin, "", quote(fl.Path)+" is in a list of sections, which only the file can have", "write it in landbridge.yaml")
		default:
			l.override(f, fl.Value, origin)
		}
	}
}

// override sets a field from outside the file, making the sections on the way.
func (l *loader) override(f *field, value string, origin Origin) {
	for s := f.parent; s != nil && s.path != ""; s = s.parent {
		if _, ok := l.cfg.origins[s.path]; !ok {
			l.cfg.origins[s.path] = origin
		}
	}
	holder, _ := f.parent.in(l.cfg, true)
	v := holder.Field(f.index)
	l.forget(f.path)
	if value == "" {
		v.SetZero()
		return
	}
	l.cfg.origins[f.path] = origin
	if l.refuseValue(f.path, value, origin) {
		return
	}
	parts := []string{value}
	if f.shape == texts || f.shape == numbers {
		parts = strings.Split(value, ",")
	}
	if _, wrong, fix := l.set(v, f, parts); wrong != "" {
		l.at(Mistake, origin, f.path, wrong, fix)
	}
}

// forget drops where a value that is overridden stood: it no longer counts, and the checks look at the new one. What was
// wrong with it stays reported, because it still stands in the file.
func (l *loader) forget(path string) {
	for p := range l.cfg.origins {
		if p == path || strings.HasPrefix(p, path+"[") {
			delete(l.cfg.origins, p)
			delete(l.spoiled, p)
		}
	}
}

// find returns the field at a path, or nil.
func (l *loader) find(path string) *field {
	f := l.root
	for key := range strings.SplitSeq(path, ".") {
		if f = f.child(key); f == nil {
			return nil
		}
	}
	return f
}

func nearestVariable(name string, names []string) string {
	if near := Nearest(name, lower(names)); near != "" {
		return strings.ToUpper(near)
	}
	return ""
}

func lower(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToLower(w)
	}
	return out
}

// isServiceLink recognises the variables that Kubernetes gives every pod for a Service called landbridge or
// landbridge-something: nobody meant them as configuration.
func isServiceLink(name string) bool {
	if strings.HasSuffix(name, "_SERVICE_HOST") || strings.HasSuffix(name, "_SERVICE_PORT") || strings.HasSuffix(name, "_PORT") {
		return true
	}
	if strings.Contains(name, "_SERVICE_PORT_") {
		return true
	}
	_, rest, ok := strings.Cut(name, "_PORT_")
	return ok && rest != "" && rest[0] >= '0' && rest[0] <= '9'
}
