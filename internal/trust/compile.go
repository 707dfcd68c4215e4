package trust

import (
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// Verifier is a provider whose every rule has been checked and whose expressions are compiled. It is safe for use from
// many goroutines, and holds no state between tokens.
type Verifier struct {
	provider  Provider
	name      ProviderName
	audiences []string
	uploaded  *KeySet // nil: the issuer is asked
	mapping   []rule  // google.subject first, then the rest by name
	condition cel.Program
	wanted    []string // attribute.NAMEs that the condition reads
}

// rule is one line of the attribute mapping.
type rule struct {
	key  string // google.subject, google.groups or attribute.NAME
	text string
	run  cel.Program
}

// Compile checks everything about a provider that can be known without a token, as Google does when it is created. The
// error is Problems: all of them, not the first.
func Compile(p Provider) (*Verifier, error) {
	v := &Verifier{provider: clone(p)}
	var found Problems
	found = append(found, v.checkName()...)
	found = append(found, checkTexts(&v.provider)...)
	found = append(found, v.checkIssuer()...)
	found = append(found, v.checkAudiences()...)
	found = append(found, v.checkUploaded()...)
	envs, err := newCEL()
	if err != nil {
		return nil, err
	}
	found = append(found, v.compileMapping(envs.mapping)...)
	found = append(found, v.compileCondition(envs.condition)...)
	if len(found) > 0 {
		return nil, found
	}
	return v, nil
}

// Name is the provider's resource name, taken apart.
func (v *Verifier) Name() ProviderName { return v.name }

// Provider is what was compiled.
func (v *Verifier) Provider() Provider { return clone(v.provider) }

// Audiences lists what a token's "aud" may be.
func (v *Verifier) Audiences() []string { return slices.Clone(v.audiences) }

func (v *Verifier) compileMapping(e *cel.Env) []Problem {
	found := checkMapping(&v.provider)
	for _, key := range mappingKeys(v.provider.AttributeMapping) {
		text := v.provider.AttributeMapping[key]
		run, ast, mistakes := program(e, text)
		for _, m := range mistakes {
			m.Code, m.Field = "cel_syntax", "attributeMapping["+key+"]"
			m.Fix = `the expression may use "assertion", the standard CEL functions, extract, split and join`
			found = append(found, m)
		}
		if run == nil {
			continue
		}
		if want := resultOf(key); !fits(ast.OutputType(), want) {
			found = append(found, Problem{
				Code: "cel_type", Field: "attributeMapping[" + key + "]",
				Text: "the expression gives " + ast.OutputType().String() + ", " + want.String() + " is needed",
			})
		}
		v.mapping = append(v.mapping, rule{key, text, run})
	}
	return found
}

func (v *Verifier) compileCondition(e *cel.Env) []Problem {
	const field = "attributeCondition"
	text := v.provider.AttributeCondition
	found := checkCondition(&v.provider)
	if text == "" {
		return found
	}
	run, ast, mistakes := program(e, text)
	for _, m := range mistakes {
		m.Code, m.Field = "cel_syntax", field
		m.Fix = `the condition may use "assertion", "google", "attribute", the standard CEL functions, extract, split and join`
		found = append(found, m)
	}
	if run == nil {
		return found
	}
	if !fits(ast.OutputType(), cel.BoolType) {
		found = append(found, Problem{
			Code: "cel_type", Field: field,
			Text: "the condition gives " + ast.OutputType().String() + ", bool is needed",
		})
	}
	v.condition = run
	v.wanted = wantedAttributes(ast.NativeRep().Expr())
	if _, shared := sharedIssuer(v.provider.OIDC.IssuerURI); shared && !namesAny(ast, "assertion", "google", "attribute") {
		found = append(found, claimlessCondition(&v.provider))
	}
	return found
}

func resultOf(key string) *cel.Type {
	if key == groupsKey {
		return cel.ListType(cel.StringType)
	}
	return cel.StringType
}

// fits is generous where the type is only known with the token: a claim may be anything.
func fits(got, want *cel.Type) bool {
	switch {
	case got.IsEquivalentType(cel.DynType), got.IsEquivalentType(want):
		return true
	case want.Kind() == cel.ListKind && got.Kind() == cel.ListKind:
		return got.Parameters()[0].IsEquivalentType(cel.DynType)
	default:
		return false
	}
}

// mappingKeys puts google.subject first, because its refusals come first, and the rest in order.
func mappingKeys(mapping map[string]string) []string {
	keys := slices.Sorted(maps.Keys(mapping))
	if i := slices.Index(keys, subjectKey); i > 0 {
		keys = append([]string{subjectKey}, slices.Delete(keys, i, i+1)...)
	}
	return keys
}

func clone(p Provider) Provider {
	p.AttributeMapping = maps.Clone(p.AttributeMapping)
	p.OIDC.AllowedAudiences = slices.Clone(p.OIDC.AllowedAudiences)
	return p
}

// sameIssuer compares as Google does: one trailing slash makes no difference.
func sameIssuer(a, b string) bool {
	return strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/")
}
