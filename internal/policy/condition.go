package policy

import (
	"context"
	"errors"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	// conditionCost bounds one evaluation. A condition with a few string operations over a token's claims costs some hundreds.
	conditionCost = 10_000
	// conditionInterrupt is how many comprehension steps go by between two looks at the context.
	conditionInterrupt = 100
)

// condition is a rule's When, compiled.
type condition struct{ run cel.Program }

// variables of a condition. Each is declared by its whole name, so that a misspelt one is found when it is compiled.
const variables = "caller.name, caller.issuer, caller.subject, caller.claims, call.method, call.publisher, call.model, call.endpoint, " +
	"call.project, call.location, call.stream, call.tools, call.labels and now"

var conditionEnv = sync.OnceValues(func() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.StdLib(),
		cel.EagerlyValidateDeclarations(true),
		cel.ParserRecursionLimit(64),
		cel.ExpressionNestingDepthLimit(64),
		cel.Variable("caller.claims", cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable("call.stream", cel.BoolType),
		cel.Variable("call.tools", cel.ListType(cel.StringType)),
		cel.Variable("call.labels", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("now", cel.TimestampType),
	}
	for _, name := range []string{
		"caller.name", "caller.issuer", "caller.subject", "call.method", "call.publisher", "call.model", "call.endpoint", "call.project", "call.location",
	} {
		options = append(options, cel.Variable(name, cel.StringType))
	}
	return cel.NewCustomEnv(options...)
})

// newCondition compiles one condition; mistakes come back with their places in the text.
func newCondition(text string) (*condition, []Problem) {
	env, err := conditionEnv()
	if err != nil {
		return nil, []Problem{{Text: err.Error()}}
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		var found []Problem
		for _, mistake := range issues.Errors() {
			found = append(found, Problem{
				Line: max(mistake.Location.Line(), 1), Column: max(mistake.Location.Column(), 0) + 1,
				Text: mistake.Message, Fix: "the condition may use " + variables,
			})
		}
		return nil, found
	}
	if got := ast.OutputType(); !got.IsEquivalentType(cel.BoolType) {
		return nil, []Problem{{Line: 1, Column: 1, Text: "the condition gives " + got.String() + ", bool is needed", Fix: "compare it with something"}}
	}
	run, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(conditionCost), cel.InterruptCheckFrequency(conditionInterrupt))
	if err != nil {
		return nil, []Problem{{Line: 1, Column: 1, Text: err.Error()}}
	}
	return &condition{run}, nil
}

// holds evaluates the condition for a call in a project and a location: those of the rule where the caller named none, and
// empty, which is no value, where a rule to deny cannot know them. The error says why there is no answer, without a value
// of the caller's.
func (c *condition) holds(ctx context.Context, a *Ask, project, location string) (bool, error) {
	out, _, err := c.run.ContextEval(ctx, &activation{*a, project, location})
	if err != nil {
		return false, reason(err)
	}
	return out == types.True, nil
}

// reason keeps what names parts of the condition, and drops what could repeat a claim.
func reason(err error) error {
	text := err.Error()
	for _, known := range []string{"no such key", "no such attribute"} {
		if strings.Contains(text, known) {
			return errors.New("it reads something that this call does not have")
		}
	}
	if strings.Contains(text, "cost limit exceeded") {
		return errors.New("it costs more than is allowed")
	}
	return errors.New("a value is not of the kind that it needs")
}

// activation hands a call's values to a condition, each when it is read.
type activation struct {
	Ask
	project, location string
}

func (v *activation) Parent() cel.Activation { return nil }

func (v *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "caller.name":
		return v.Caller.Name, true
	case "caller.issuer":
		return v.Caller.Issuer, true
	case "caller.subject":
		return v.Caller.Subject, true
	case "caller.claims":
		return v.Caller.Claims, true
	case "call.method":
		return MethodName(&v.Target), true
	case "call.publisher":
		return v.Target.Publisher, true
	case "call.model":
		return v.Target.Model, true
	case "call.endpoint":
		return v.Target.Endpoint, true
	case "call.project":
		return v.project, v.project != ""
	case "call.location":
		return v.location, v.location != ""
	case "call.stream":
		return v.Stream, true
	case "call.tools":
		return append(v.Tools[:len(v.Tools):len(v.Tools)], v.BuiltIns...), true
	case "call.labels":
		return v.Labels, true
	case "now":
		return v.Now, true
	}
	return nil, false
}

var _ cel.Activation = (*activation)(nil)

func conditionFailed(r *rule, why error) error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "policy_condition_failed",
		Text: "the condition of rule " + r.Name + " cannot be answered for this call: " + why.Error(),
		Hint: "change when of rule " + r.Name + file + "; has(caller.claims.NAME) asks whether there is one",
	}
}
