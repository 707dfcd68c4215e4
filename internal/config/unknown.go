package config

import (
	"slices"
	"strconv"
	"strings"
)

// unknown reports a key that nobody reads, with the key that was most likely meant.
func (l *loader) unknown(f *field, path, key string, where Origin) {
	var known []string
	for _, c := range f.children {
		known = append(known, c.key)
	}
	fix := "known here: " + strings.Join(known, ", ")
	if near := Nearest(key, known); near != "" {
		fix = "did you mean " + near + "?"
		l.spoiled[f.child(near).path] = true // it is not missing too
	} else if homes := l.homes(key); len(homes) > 0 {
		fix = "it belongs in " + strings.Join(homes, " or ")
	}
	l.at(Mistake, where, path, "unknown key "+strconv.Quote(safeKey(key)), fix)
}

// homes are the sections that do know the key.
func (l *loader) homes(key string) []string {
	var out []string
	var visit func(*field)
	visit = func(f *field) {
		for _, c := range f.children {
			if c.key == key {
				home := f.path
				if home == "" {
					home = "the top level"
				}
				out = append(out, home)
			}
			visit(c)
		}
	}
	visit(l.root)
	slices.Sort(out)
	return out
}

// sectionFix shows what a section looks like.
func (l *loader) sectionFix(f *field) string {
	if f.parent == nil {
		return "begin with: version: 1"
	}
	if f.at > 0 {
		return "write - " + f.children[0].key + ": ... and its other keys below"
	}
	return "write " + f.key + ": and indent its keys below, such as " + f.children[0].key
}
