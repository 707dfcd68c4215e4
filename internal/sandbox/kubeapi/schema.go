package kubeapi

import (
	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// The names of the types that the merge engine works with.
const (
	deduced = "deduced" // maps by their keys, lists as a whole
	whole   = "whole"   // all as a whole
	strs    = "strings"
	meta    = "meta"
)

// typeOf is the schema of a kind: what is merged by its keys, and what as a whole. It is as the listType and mapType markers
// of the Kubernetes API say.
func typeOf(k kind) typed.ParseableType {
	byName := func(element string, keys ...string) schema.TypeRef {
		return schema.TypeRef{Inlined: schema.Atom{List: &schema.List{ElementType: named(element), ElementRelationship: schema.Associative, Keys: keys}}}
	}
	atomic := schema.TypeRef{Inlined: schema.Atom{List: &schema.List{ElementType: named(whole), ElementRelationship: schema.Atomic}}}
	fields := map[string]schema.TypeRef{"apiVersion": named(deduced), "kind": named(deduced), "metadata": named(meta)}
	for _, field := range k.fields() {
		fields[field] = named(deduced)
	}
	switch k.resource {
	case "configmaps":
		fields["data"], fields["binaryData"] = named(strs), named(strs)
	case "secrets":
		fields["data"], fields["stringData"] = named(strs), named(strs)
	case "serviceaccounts":
		fields["secrets"], fields["imagePullSecrets"] = byName(deduced, "name"), atomic
	case "mutatingwebhookconfigurations":
		fields["webhooks"] = byName(deduced, "name")
	}
	untyped := schema.Scalar("untyped")
	parser := &typed.Parser{Schema: schema.Schema{Types: []schema.TypeDef{
		{Name: k.kind, Atom: structure(fields)},
		{Name: meta, Atom: structure(map[string]schema.TypeRef{
			"name": named(deduced), "generateName": named(deduced), "namespace": named(deduced), "labels": named(strs), "annotations": named(strs),
			"finalizers":      {Inlined: schema.Atom{List: &schema.List{ElementType: named(whole), ElementRelationship: schema.Associative}}},
			"ownerReferences": byName(deduced, "uid"), "deletionTimestamp": named(deduced), "deletionGracePeriodSeconds": named(deduced),
		})},
		{Name: strs, Atom: schema.Atom{Map: &schema.Map{ElementType: named(whole), ElementRelationship: schema.Separable}}},
		{Name: deduced, Atom: schema.Atom{
			Scalar: &untyped,
			List:   &schema.List{ElementType: named(whole), ElementRelationship: schema.Atomic},
			Map:    &schema.Map{ElementType: named(deduced), ElementRelationship: schema.Separable},
		}},
		{Name: whole, Atom: schema.Atom{
			Scalar: &untyped,
			List:   &schema.List{ElementType: named(whole), ElementRelationship: schema.Atomic},
			Map:    &schema.Map{ElementType: named(whole), ElementRelationship: schema.Atomic},
		}},
	}}}
	return parser.Type(k.kind)
}

func named(name string) schema.TypeRef { return schema.TypeRef{NamedType: &name} }

func structure(fields map[string]schema.TypeRef) schema.Atom {
	m := &schema.Map{}
	for name, ref := range fields {
		m.Fields = append(m.Fields, schema.StructField{Name: name, Type: ref})
	}
	return schema.Atom{Map: m}
}
