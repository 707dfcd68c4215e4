package trust

import (
	"errors"
	"regexp"
	"strings"
)

// expression is a flexible credential's claimsMatchingExpression, language version 1: terms that must all hold, as in
// claims['sub'] matches 'repo:contoso/*' and claims['job_workflow_ref'] eq 'contoso/repo/.github/workflows/a.yml@refs/heads/main'
type expression []term

type term struct {
	claim string
	op    string // "eq" or "matches"; in a pattern * is any text and ? any one character
	value string
}

var errExpression = errors.New("a term is claims['NAME'] eq 'VALUE' or claims['NAME'] matches 'PATTERN', terms are joined by and")

func parseExpression(text string) (expression, error) {
	var out expression
	for rest := strings.TrimSpace(text); ; {
		var t term
		var ok bool
		if rest, ok = strings.CutPrefix(rest, "claims['"); !ok {
			return nil, errExpression
		}
		if t.claim, rest, ok = strings.Cut(rest, "']"); !ok || t.claim == "" {
			return nil, errExpression
		}
		if t.op, rest, ok = strings.Cut(strings.TrimSpace(rest), " "); !ok || (t.op != "eq" && t.op != "matches") {
			return nil, errExpression
		}
		if rest, ok = strings.CutPrefix(strings.TrimSpace(rest), "'"); !ok {
			return nil, errExpression
		}
		if t.value, rest, ok = strings.Cut(rest, "'"); !ok || t.value == "" {
			return nil, errExpression
		}
		out = append(out, t)
		if rest = strings.TrimSpace(rest); rest == "" {
			return out, nil
		}
		if rest, ok = strings.CutPrefix(rest, "and "); !ok {
			return nil, errExpression
		}
		rest = strings.TrimSpace(rest)
	}
}

func (e expression) match(claims map[string]any) bool {
	for _, t := range e {
		got, ok := claims[t.claim].(string)
		if !ok || (t.op == "eq" && got != t.value) || (t.op == "matches" && !wildcard(t.value, got)) {
			return false
		}
	}
	return len(e) > 0
}

// wildcard matches the whole text against a pattern of * and ?. RE2 does it in linear time, whatever the pattern.
func wildcard(pattern, text string) bool {
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.NewReplacer(`\*`, `(?s:.*)`, `\?`, `(?s:.)`).Replace(quoted)
	re, err := regexp.Compile(`\A(?:` + quoted + `)\z`)
	return err == nil && re.MatchString(text)
}
