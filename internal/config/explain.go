package config

// Value is one effective value of the configuration.
type Value struct {
	Path     string `json:"path"`
	Value    string `json:"value"`
	Origin   string `json:"origin"` // default, FILE:LINE:COLUMN, environment NAME, flag --NAME, or from PATH
	Variable string `json:"variable,omitempty"`
	Doc      string `json:"doc"`
	// Absent says that the path is a section that is not configured: it starts nothing, and its keys are left out.
	Absent bool `json:"absent,omitempty"`
}

// Explain lists every effective value and where it came from, in the order of the reference.
func (c *Config) Explain() []Value {
	var out []Value
	var visit func(*field)
	visit = func(f *field) {
		for _, child := range f.children {
			v := Value{Path: child.path, Origin: c.origins[child.path].String(), Doc: doc(child)}
			if child.shape == sections {
				for _, one := range child.elements(c) {
					visit(one)
				}
				continue
			}
			if child.shape != section {
				holder, _ := child.parent.in(c, false)
				v.Value = show(holder.Field(child.index))
				if !child.listed() {
					v.Variable = child.variable()
				}
				out = append(out, v)
				continue
			}
			if _, there := child.in(c, false); !there {
				v.Absent = true
				out = append(out, v)
				continue
			}
			visit(child)
		}
	}
	visit(schema())
	return out
}

// doc is the comment of the field in the Go source, from the generated reference.
func doc(f *field) string { return comment(f.owner + "." + f.name) }
