package policy

// Workloads is a set of workloads by name, as a rule has it: a * stands for any characters. The empty set holds none.
type Workloads []glob

// NewWorkloads is the set of these patterns.
func NewWorkloads(patterns []string) Workloads { return newGlobs(patterns) }

// Has says whether a workload, ISSUER/SUBJECT, is one of them.
func (w Workloads) Has(name string) bool { return matchAny(w, name) }
