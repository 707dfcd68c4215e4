package trust

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// mapped is what the attribute mapping made of a token.
type mapped struct {
	subject    string
	groups     []string
	attributes map[string]string // by NAME, without "attribute."
	absent     []string          // custom attributes that got no value, each with the reason
	size       int
}

// mappingError is a mapping that Google refuses the token for.
type mappingError struct {
	key  string
	want string // the type that is needed; empty when there is no value at all
	why  string
}

func (e *mappingError) Error() string { return e.key + ": " + e.why }

// apply runs the mapping over the claims. Only google.subject must have a value: another attribute whose claim is absent
// is left out, and a binding or condition that needs it does not match.
func (v *Verifier) apply(ctx context.Context, claims map[string]any) (mapped, error) {
	m := mapped{attributes: make(map[string]string, len(v.mapping))}
	vars := map[string]any{"assertion": claims}
	for i := range v.mapping {
		r := &v.mapping[i]
		out, err := evaluate(ctx, r.run, vars)
		if err != nil {
			if r.key == subjectKey {
				return m, &mappingError{key: r.key, why: celReason(err)}
			}
			m.absent = append(m.absent, r.key+" ("+celReason(err)+")")
			continue
		}
		if err := m.set(r.key, out); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (m *mapped) set(key string, out ref.Val) error {
	if key == groupsKey {
		list, err := textList(out)
		if err != nil {
			return &mappingError{key: key, want: "LIST", why: "a list of strings is needed, the expression gave " + typeName(out)}
		}
		m.groups = list
		for _, g := range list {
			m.size += len(g)
		}
		return nil
	}
	text, ok := out.(types.String)
	if !ok {
		return &mappingError{key: key, want: "STRING", why: "a string is needed, the expression gave " + typeName(out)}
	}
	m.size += len(text)
	if key == subjectKey {
		m.subject = string(text)
		if text == "" {
			return &mappingError{key: key, why: "the expression gave an empty string"}
		}
		return nil
	}
	m.attributes[strings.TrimPrefix(key, attributeKey)] = string(text)
	return nil
}

// largest is the key of the biggest value but the subject's.
func (m *mapped) largest() string {
	key, size := groupsKey, 0
	for _, g := range m.groups {
		size += len(g)
	}
	for name, value := range m.attributes {
		if len(value) > size {
			key, size = attributeKey+name, len(value)
		}
	}
	return key
}

// admits evaluates the condition; the reason says why it does not hold.
func (v *Verifier) admits(ctx context.Context, claims map[string]any, m *mapped) (ok bool, reason string) {
	google := map[string]any{"subject": m.subject}
	if m.groups != nil {
		google["groups"] = m.groups
	}
	out, err := evaluate(ctx, v.condition, map[string]any{"assertion": claims, "google": google, "attribute": m.attributes})
	if err != nil {
		return false, celReason(err)
	}
	switch out {
	case types.True:
		return true, ""
	case types.False:
		return false, "the condition is false for this token"
	default:
		return false, "the condition gave " + typeName(out) + ", not true or false"
	}
}

// celReason puts CEL's error into a sentence. A missing claim is an error and not false, which surprises most.
func celReason(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "no such key: "); ok {
		return fmt.Sprintf("the token has no claim %q; a missing claim is an error and not false: guard it with has()", name)
	}
	if strings.Contains(text, "cost limit exceeded") {
		return fmt.Sprintf("the expression costs more than %d steps on this token", celCost)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return "the evaluation was cut off: " + err.Error()
	}
	return text
}

func typeName(v ref.Val) string {
	if name := v.Type().TypeName(); name != "" {
		return name
	}
	return "another type"
}

// textList reads a CEL list of strings.
func textList(v ref.Val) ([]string, error) {
	list, ok := v.(traits.Lister)
	if !ok {
		return nil, errors.New("not a list")
	}
	n, ok := list.Size().(types.Int)
	if !ok {
		return nil, errors.New("not a list")
	}
	out := make([]string, 0, int(n))
	for i := types.Int(0); i < n; i++ {
		s, ok := list.Get(i).(types.String)
		if !ok {
			return nil, errors.New("not a list of strings")
		}
		out = append(out, string(s))
	}
	return out, nil
}
