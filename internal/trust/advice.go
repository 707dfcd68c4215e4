package trust

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Advice names what Google takes without a word and what goes wrong later, or lets too many in.
func (v *Verifier) Advice() Problems {
	var found Problems
	p := &v.provider
	if p.AttributeCondition == "" {
		who := "every identity of the issuer gets a principal in the pool"
		fix := "assertion.sub.startsWith('system:serviceaccount:NAMESPACE:')"
		if hint, shared := sharedIssuer(p.OIDC.IssuerURI); shared {
			who, fix = "every identity of the tenant can ask for such a token, and gets a principal in the pool", hint.claim
		}
		found = append(found, Problem{Code: "no_condition", Field: "attributeCondition", Text: who, Fix: v.update("--attribute-condition", fix)})
	}
	if i := slices.IndexFunc(p.OIDC.AllowedAudiences, func(a string) bool { return a == ExchangeAudience }); i >= 0 {
		found = append(found, Problem{
			Code: "shared_audience", Field: fmt.Sprintf("oidc.allowedAudiences[%d]", i),
			Text: "the same token opens Entra too: whoever steals it has both clouds",
			Fix:  "mount a token of its own with the audience " + v.name.TokenAudience(),
		})
	}
	if p.AttributeMapping[subjectKey] == "assertion.sub" && strings.Contains(p.OIDC.IssuerURI, ".prod-aks.azure.com/") {
		found = append(found, Problem{
			Code: "subject_budget", Field: "attributeMapping[google.subject]",
			Text: "a namespace and account name of more than 104 bytes together do not fit into google.subject, whose 127 bytes begin with system:serviceaccount:",
			Fix:  v.fixMapping(append([]string{"google.subject=assertion.sub.extract('system:serviceaccount:{s}')"}, v.mappingWithout(subjectKey)...)),
		})
	}
	for _, name := range v.wanted {
		if _, ok := p.AttributeMapping[attributeKey+name]; !ok {
			found = append(found, Problem{
				Code: "unmapped_attribute", Field: "attributeCondition",
				Text: "the condition needs attribute." + name + ", which is not mapped: that part never holds",
				Fix:  v.fixMapping(append(v.mappingWithout(""), attributeKey+name+"=assertion."+name)),
			})
		}
	}
	return found
}

// wantedAttributes lists the attribute.NAME that an expression reads, each once. A name inside has() is not needed.
func wantedAttributes(root celast.Expr) []string {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	celast.PreOrderVisit(root, celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.SelectKind:
			if s := e.AsSelect(); !s.IsTestOnly() && isAttribute(s.Operand()) {
				add(s.FieldName())
			}
		case celast.CallKind:
			c := e.AsCall()
			if c.FunctionName() != operators.Index || len(c.Args()) != 2 || !isAttribute(c.Args()[0]) || c.Args()[1].Kind() != celast.LiteralKind {
				return
			}
			if name, ok := c.Args()[1].AsLiteral().(types.String); ok {
				add(string(name))
			}
		}
	}))
	return out
}

func isAttribute(e celast.Expr) bool {
	return e.Kind() == celast.IdentKind && e.AsIdent() == "attribute"
}
