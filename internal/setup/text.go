package setup

import (
	"fmt"
	"strings"
)

// signs stand before each step of a printed plan.
var signs = map[Action]string{
	Create: "+", Update: "~", Undelete: "^", Remove: "-", Keep: " ", Read: " ", Manual: "?", Blocked: "!", Failed: "!",
}

// widest is how much of a value a line shows: conditions are long, uploaded keys longer. The middle is what is left out.
const widest = 260

// Lines is the plan for people, without colours: what changes, what stands in the way, what is left to do by hand, and a
// sum. What stays as it is is counted; all of it is listed when everything is true. Destroy always lists what it leaves.
func (p *Plan) Lines(everything bool) []string {
	var out []string
	reasons := map[string]string{} // why something could not be read, and what was the first: told once
	for i := range p.Steps {
		s := &p.Steps[i]
		quiet := s.Action == Read || s.Action == Keep && p.Verb != "destroy"
		if quiet && !everything {
			continue
		}
		lines := s.lines()
		if first, told := reasons[s.Reason]; told && s.err != nil {
			lines = []string{lines[0], "      the same as for " + first}
		} else if s.err != nil {
			reasons[s.Reason] = s.Address
		}
		out = append(out, lines...)
	}
	for _, w := range p.Warnings {
		out = append(out, "warning: "+w.String())
	}
	return append(out, p.Sum())
}

// Text is Lines as one text.
func (p *Plan) Text(everything bool) string { return strings.Join(p.Lines(everything), "\n") + "\n" }

// Sum counts the plan in one sentence.
func (p *Plan) Sum() string {
	n := p.Changes()
	var parts []string
	for _, c := range []struct {
		action Action
		form   string
	}{
		{Create, "%d to create"},
		{Update, "%d to change"},
		{Undelete, "%d to undelete"},
		{Remove, "%d to remove"},
		{Blocked, "%d blocked"},
		{Failed, "%d could not be read"},
		{Manual, "%d to be done elsewhere"},
	} {
		if n[c.action] > 0 {
			parts = append(parts, fmt.Sprintf(c.form, n[c.action]))
		}
	}
	still := n[Keep] + n[Read]
	if len(parts) == 0 {
		if p.Verb == "apply" {
			return fmt.Sprintf("nothing to do: all %d things are as they shall be", still)
		}
		return "nothing to do"
	}
	what := "as they shall be"
	if p.Verb != "apply" {
		what = "left as they are"
	}
	if still > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", still, what))
	}
	return strings.Join(parts, ", ")
}

func (s *Step) lines() []string {
	head := signs[s.Action] + " " + string(s.Action) + " " + s.Address
	if len(s.Workloads) > 0 && len(s.Workloads) <= 3 {
		head += "  (" + strings.Join(s.Workloads, ", ") + ")"
	} else if len(s.Workloads) > 3 {
		head += fmt.Sprintf("  (%d workloads)", len(s.Workloads))
	}
	out := []string{head}
	for _, c := range s.Changes {
		if s.Action == Create && c.New == false {
			continue // "not disabled" is no news of a new thing
		}
		out = append(out, "      "+c.String())
	}
	if s.Reason != "" {
		out = append(out, "      "+strings.ReplaceAll(s.Reason, "\n", "\n      "))
	}
	if s.Hint != "" {
		out = append(out, "      next: "+s.Hint)
	}
	return out
}

// String is one line: the field and what becomes of it.
func (c Change) String() string {
	switch {
	case c.Old == nil:
		return c.Field + ": + " + value(c.New)
	case c.New == nil:
		return c.Field + ": - " + value(c.Old)
	default:
		return c.Field + ": " + value(c.Old) + " -> " + value(c.New)
	}
}

func value(v any) string {
	text := fmt.Sprint(v)
	if r := []rune(text); len(r) > widest {
		text = string(r[:widest/2]) + " … " + string(r[len(r)-widest/2:])
	}
	if text == "" {
		return `""`
	}
	return text
}
