package trust

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// diff says in sentences what came otherwise than expected.
func (e *Expect) diff(got *outcome) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	wantAccepted := e.Code == "" && e.Text == "" && e.Problem == ""
	if e.Accepted != nil {
		wantAccepted = *e.Accepted
	}
	if e.Problem != "" {
		if !got.problems.Has(e.Problem) {
			add("expected the problem %q of the trust, got %s", e.Problem, problemCodes(got.problems))
		}
		return out
	}
	if len(got.problems) > 0 {
		add("the trust itself has problems: %s", strings.ReplaceAll(got.problems.Error(), "\n", "; "))
		return out
	}
	switch {
	case wantAccepted && !got.accepted:
		add("expected the token to be accepted, it was refused: %s (%s)", got.refusal.Error(), got.refusal.Reason)
		return out
	case !wantAccepted && got.accepted:
		add("expected the token to be refused, it was accepted as %s", got.principal)
		return out
	}
	if got.accepted {
		e.diffIdentity(got, add)
	} else {
		e.diffRefusal(got.refusal, add)
	}
	return out
}

func (e *Expect) diffIdentity(got *outcome, add func(string, ...any)) {
	if e.Principal != "" && e.Principal != got.principal {
		add("principal: expected %s, got %s", e.Principal, got.principal)
	}
	if e.Subject != "" && e.Subject != got.subject {
		add("subject: expected %q, got %q", e.Subject, got.subject)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		value, ok := got.attributes[strings.TrimPrefix(name, attributeKey)]
		switch {
		case !ok:
			add("attribute %s: expected %q, got none", name, e.Attributes[name])
		case value != e.Attributes[name]:
			add("attribute %s: expected %q, got %q", name, e.Attributes[name], value)
		}
	}
	if e.Groups != nil && !slices.Equal(e.Groups, got.groups) {
		add("groups: expected %q, got %q", e.Groups, got.groups)
	}
}

func (e *Expect) diffRefusal(got *Refusal, add func(string, ...any)) {
	if e.Code != "" && e.Code != got.Code && !strings.HasPrefix(got.Description, e.Code+":") {
		add("code: expected %s, got %s: %s", e.Code, got.Code, got.Description)
	}
	if e.Text != "" && !strings.Contains(got.Description, e.Text) && !strings.Contains(got.Reason, e.Text) {
		add("text: expected %q in %q or in the reason %q", e.Text, got.Description, got.Reason)
	}
}

func problemCodes(p Problems) string {
	if len(p) == 0 {
		return "none"
	}
	codes := make([]string, len(p))
	for i := range p {
		codes[i] = p[i].Code
	}
	return strings.Join(codes, ", ")
}
