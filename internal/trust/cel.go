package trust

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

const (
	// celCost bounds one evaluation. A condition with a few string operations over a 2 kB token costs some hundreds.
	celCost = 100_000
	// celInterrupt is how many comprehension steps go by between two looks at the context.
	celInterrupt = 100
	// joinLimit bounds what join may build: 8 times what all mapped values together may hold.
	joinLimit = 64 << 10
)

// celEnvs are the two dialects: a mapping sees the token's claims, a condition the mapped values as well.
type celEnvs struct{ mapping, condition *cel.Env }

// newCEL builds Google's dialect: the standard functions and extract, split and join. Nothing of the wider string
// extensions is loaded: a mapping that only works here would be refused by Google when it is created.
func newCEL() (celEnvs, error) {
	claims := cel.MapType(cel.StringType, cel.DynType)
	mapping, err := cel.NewCustomEnv(
		cel.StdLib(cel.StdLibSubset(standard())),
		cel.EagerlyValidateDeclarations(true),
		cel.ClearMacros(),
		cel.Macros(cel.StandardMacros...),
		cel.ParserRecursionLimit(64),
		cel.ExpressionNestingDepthLimit(64),
		cel.Variable("assertion", claims),
		cel.Function("extract", cel.MemberOverload("string_extract_string",
			[]*cel.Type{cel.StringType, cel.StringType}, cel.StringType, cel.BinaryBinding(celExtract))),
		cel.Function("split", cel.MemberOverload("string_split_string",
			[]*cel.Type{cel.StringType, cel.StringType}, cel.ListType(cel.StringType), cel.BinaryBinding(celSplit))),
		cel.Function("join",
			cel.MemberOverload("list_join", []*cel.Type{cel.ListType(cel.StringType)}, cel.StringType,
				cel.UnaryBinding(func(list ref.Val) ref.Val { return celJoin(list, types.String("")) })),
			cel.MemberOverload("list_join_string", []*cel.Type{cel.ListType(cel.StringType), cel.StringType}, cel.StringType,
				cel.BinaryBinding(celJoin))),
	)
	if err != nil {
		return celEnvs{}, err
	}
	condition, err := mapping.Extend(
		cel.Variable("google", claims),
		cel.Variable("attribute", cel.MapType(cel.StringType, cel.StringType)),
	)
	return celEnvs{mapping, condition}, err
}

// standard is CEL's library without timestamp(int), which Google's does not have.
func standard() *env.LibrarySubset {
	return env.NewLibrarySubset().AddExcludedFunctions(
		env.NewFunction("timestamp", env.NewOverload("int64_to_timestamp", nil, nil)))
}

// program compiles one expression; a mistake comes back with its place in the text.
func program(e *cel.Env, text string) (cel.Program, *cel.Ast, []Problem) {
	ast, issues := e.Compile(text)
	if issues.Err() != nil {
		found := make([]Problem, 0, len(issues.Errors()))
		for _, mistake := range issues.Errors() {
			found = append(found, Problem{Line: max(mistake.Location.Line(), 1), Column: max(mistake.Location.Column(), 0) + 1, Text: mistake.Message})
		}
		return nil, nil, found
	}
	p, err := e.Program(ast, cel.CostLimit(celCost), cel.CostTracking(callCost{}), cel.InterruptCheckFrequency(celInterrupt))
	if err != nil {
		return nil, nil, []Problem{{Line: 1, Column: 1, Text: err.Error()}}
	}
	return p, ast, nil
}

// evaluate runs a program; nil and an error when a claim is absent, a type does not fit or the cost is too high.
func evaluate(ctx context.Context, p cel.Program, vars map[string]any) (ref.Val, error) {
	out, _, err := p.ContextEval(ctx, vars)
	if err != nil {
		return nil, err
	}
	if types.IsUnknownOrError(out) {
		return nil, errors.New("no value")
	}
	return out, nil
}

// namesAny says whether an expression uses one of the variables.
func namesAny(ast *cel.Ast, variables ...string) bool {
	used := false
	celast.PreOrderVisit(ast.NativeRep().Expr(), celast.NewExprVisitor(func(e celast.Expr) {
		used = used || e.Kind() == celast.IdentKind && slices.Contains(variables, e.AsIdent())
	}))
	return used
}

// callCost charges Google's three functions for the bytes that they read, like CEL does for its own string functions.
type callCost struct{}

func (callCost) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	switch function {
	case "extract", "split", "join":
	default:
		return nil
	}
	cost := uint64(1)
	for _, a := range args {
		switch v := a.(type) {
		case types.String:
			cost += uint64(len(v)) / 10
		case interface{ Size() ref.Val }:
			if n, ok := v.Size().(types.Int); ok {
				cost += uint64(max(n, 0))
			}
		}
	}
	return &cost
}

func celExtract(s, template ref.Val) ref.Val {
	text, ok1 := s.(types.String)
	pattern, ok2 := template.(types.String)
	if !ok1 || !ok2 {
		return types.MaybeNoSuchOverloadErr(s)
	}
	return types.String(extract(string(text), string(pattern)))
}

func celSplit(s, sep ref.Val) ref.Val {
	text, ok1 := s.(types.String)
	at, ok2 := sep.(types.String)
	if !ok1 || !ok2 {
		return types.MaybeNoSuchOverloadErr(s)
	}
	return types.DefaultTypeAdapter.NativeToValue(strings.Split(string(text), string(at)))
}

func celJoin(list, sep ref.Val) ref.Val {
	items, err := textList(list)
	between, ok := sep.(types.String)
	if err != nil || !ok {
		return types.MaybeNoSuchOverloadErr(list)
	}
	size := len(between) * max(len(items)-1, 0)
	for _, s := range items {
		size += len(s)
	}
	if size > joinLimit {
		return types.NewErr("join: the text is longer than %d bytes", joinLimit)
	}
	return types.String(strings.Join(items, string(between)))
}
