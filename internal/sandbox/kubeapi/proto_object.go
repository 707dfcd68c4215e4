package kubeapi

import (
	"encoding/base64"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// field says how a field of a message stands in JSON.
type field struct {
	name string
	form form
}

type form int

const (
	asText form = iota
	asBool
	asTexts   // map of texts
	asBytes   // map of bytes, base64 in JSON
	asMeta    // ObjectMeta
	asNothing // the server's own
)

// protoForms are the kinds that "kubectl create" sends in protobuf, with the numbers of their fields (k8s.io/api generated.proto).
func protoForms(kind string) map[protowire.Number]field {
	m := map[protowire.Number]field{1: {"metadata", asMeta}}
	switch kind {
	case "Namespace", "SelfSubjectAccessReview":
		m[2], m[3] = field{"spec", asNothing}, field{"status", asNothing}
	case "ServiceAccount":
		m[4] = field{"automountServiceAccountToken", asBool}
	case "ConfigMap":
		m[2], m[3], m[4] = field{"data", asTexts}, field{"binaryData", asBytes}, field{"immutable", asBool}
	case "Secret":
		m[2], m[3], m[4], m[5] = field{"data", asBytes}, field{"type", asText}, field{"stringData", asTexts}, field{"immutable", asBool}
	default:
		return nil
	}
	return m
}

// protoObject reads an object in Kubernetes' protobuf form. A field that it cannot read is an error.
func protoObject(body []byte) (object, error) {
	version, kind, message, err := protoEnvelope(body)
	if err != nil {
		return nil, err
	}
	forms := protoForms(kind)
	if forms == nil {
		return nil, fmt.Errorf("kind %q", kind)
	}
	out := object{"apiVersion": version, "kind": kind}
	return out, fill(out, message, forms)
}

func fill(out object, message []byte, forms map[protowire.Number]field) error {
	return eachField(message, func(n protowire.Number, value []byte, number uint64) error {
		f, ok := forms[n]
		if !ok && (len(value) > 0 || number > 0) {
			return fmt.Errorf("field %d", n)
		}
		if f.name == "" {
			return nil
		}
		switch f.form {
		case asText:
			if len(value) > 0 {
				out[f.name] = string(value)
			}
		case asBool:
			out[f.name] = number > 0
		case asTexts, asBytes:
			return fillMap(out, f, value)
		case asMeta:
			meta := object{}
			out[f.name] = meta
			return fill(meta, value, map[protowire.Number]field{
				1: {"name", asText}, 2: {"generateName", asText}, 3: {"namespace", asText}, 8: {"", asNothing},
				11: {"labels", asTexts}, 12: {"annotations", asTexts},
			})
		case asNothing:
		}
		return nil
	})
}

// fillMap adds one entry to a map.
func fillMap(out object, f field, entry []byte) error {
	into, ok := out[f.name].(object)
	if !ok {
		into = object{}
		out[f.name] = into
	}
	var key, value string
	err := eachField(entry, func(n protowire.Number, text []byte, _ uint64) error {
		switch n {
		case 1:
			key = string(text)
		case 2:
			value = string(text)
		}
		return nil
	})
	if f.form == asBytes {
		value = base64.StdEncoding.EncodeToString([]byte(value))
	}
	into[key] = value
	return err
}
