package measure

// Rate is how many of a kind of row were blocked.
type Rate struct {
	Rows    int `json:"rows"`
	Blocked int `json:"blocked"`
}

// Share is Blocked of Rows.
func (r Rate) Share() float64 { return ratio(r.Blocked, r.Rows) }

// Labels is a measurement of verdicts on whole texts. The zero value is ready.
type Labels struct {
	Attacks Rate `json:"attacks"` // label 1: Share is the recall
	Benign  Rate `json:"benign"`  // label 0: Share is the rate of false positives
	// By source and kind, the label in front: "attack purplellama_x direct", "benign mt_bench".
	Attack   map[string]*Rate `json:"attacks_by_kind"`
	Harmless map[string]*Rate `json:"benign_by_kind"`
}

// Add takes in one row and whether it was blocked. A row without a label counts as benign.
func (l *Labels) Add(row Row, blocked bool) {
	if l.Attack == nil {
		l.Attack, l.Harmless = map[string]*Rate{}, map[string]*Rate{}
	}
	total, by := &l.Benign, l.Harmless
	if row.Label != nil && *row.Label == 1 {
		total, by = &l.Attacks, l.Attack
	}
	name := row.Source
	for _, part := range []string{row.Kind, row.Sub} {
		if part != "" {
			name += " " + part
		}
	}
	if by[name] == nil {
		by[name] = &Rate{}
	}
	for _, r := range []*Rate{total, by[name]} {
		r.Rows++
		if blocked {
			r.Blocked++
		}
	}
}

// Count is the measurement as precision and recall.
func (l *Labels) Count() Count {
	return Count{Gold: l.Attacks.Rows, Hit: l.Attacks.Blocked, Found: l.Attacks.Blocked + l.Benign.Blocked, Right: l.Attacks.Blocked}
}
