package provision

import "strings"

// mask gathers what a patch changes: the paths for Google, and the fields that its client must send though they are zero.
type mask struct{ path, force []string }

func (m *mask) add(path, field string) {
	m.path = append(m.path, path)
	m.force = append(m.force, field)
}

func (m *mask) empty() bool   { return len(m.path) == 0 }
func (m *mask) paths() string { return strings.Join(m.path, ",") }
