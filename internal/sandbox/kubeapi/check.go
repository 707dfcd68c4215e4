package kubeapi

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

var (
	subdomain = bridge.FormOf(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	dnsLabel  = bridge.FormOf(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	labelText = bridge.FormOf(`^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$`)
)

// check refuses what a kube-apiserver does: names, labels, annotations, and a pod without its account.
func (s *store) check(c call, o object) *status {
	m := metaOf(o)
	if c.name == "" {
		return invalid(c.kind.kind, c.kind.group, "", "FieldValueRequired", "metadata.name", "Required value: name or generateName is required")
	}
	if !subdomain().MatchString(c.name) || len(c.name) > 253 || c.kind.resource == "namespaces" && (!dnsLabel().MatchString(c.name) || len(c.name) > 63) {
		return invalid(c.kind.kind, c.kind.group, c.name, "FieldValueInvalid", "metadata.name", fmt.Sprintf("Invalid value: %q: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character", c.name))
	}
	for field, labels := range map[string]bool{"labels": true, "annotations": false} {
		if m[field] == nil {
			continue
		}
		for key, value := range stringsOf(m[field]) {
			if !qualifiedName(key) {
				return invalid(c.kind.kind, c.kind.group, c.name, "FieldValueInvalid", "metadata."+field, fmt.Sprintf("Invalid value: %q: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", key))
			}
			if labels && (len(value) > 63 || !labelText().MatchString(value)) {
				return invalid(c.kind.kind, c.kind.group, c.name, "FieldValueInvalid", "metadata."+field, fmt.Sprintf("Invalid value: %q: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character", value))
			}
		}
	}
	if c.kind.resource == "pods" {
		spec, _ := o["spec"].(object)
		if name := text(spec, "serviceAccountName"); s.objects["serviceaccounts"][c.namespace+"/"+name] == nil {
			return failure(http.StatusForbidden, "Forbidden", fmt.Sprintf("pods %q is forbidden: error looking up service account %s/%s: serviceaccount %q not found", c.name, c.namespace, name, name))
		}
	}
	if c.kind.resource == "secrets" {
		for key, value := range stringsOf(o["data"]) {
			if _, err := base64.StdEncoding.DecodeString(value); err != nil {
				return badRequest("Secret in version \"v1\" cannot be handled as a Secret: data.%s: illegal base64 data", key)
			}
		}
	}
	return nil
}

// qualifiedName is [DNS subdomain/]name with a name of 63 characters.
func qualifiedName(key string) bool {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		prefix, name = "", key
	}
	return name != "" && len(name) <= 63 && labelText().MatchString(name) && (!prefixed || subdomain().MatchString(prefix) && len(prefix) <= 253)
}

// strict refuses fields that the kind does not have, when the request asks for it.
func (c call) strict(r *http.Request, o object) *status {
	if r.URL.Query().Get("fieldValidation") != "Strict" {
		return nil
	}
	known := slices.Concat([]string{"apiVersion", "kind", "metadata"}, c.kind.fields())
	for field := range o {
		if !slices.Contains(known, field) {
			return badRequest("%s in version %q cannot be handled as a %s: strict decoding error: unknown field %q", c.kind.kind, c.kind.version, c.kind.kind, field)
		}
	}
	return nil
}

// fields are the kind's own, at the top.
func (k kind) fields() []string {
	switch k.resource {
	case "configmaps":
		return []string{"binaryData", "data", "immutable"}
	case "secrets":
		return []string{"data", "immutable", "stringData", "type"}
	case "serviceaccounts":
		return []string{"automountServiceAccountToken", "imagePullSecrets", "secrets"}
	case "mutatingwebhookconfigurations":
		return []string{"webhooks"}
	default:
		return []string{"spec", "status"}
	}
}

// encodeStrings moves a Secret's stringData into its data.
func encodeStrings(o object) {
	if o["stringData"] == nil {
		return
	}
	data, ok := o["data"].(object)
	if !ok {
		data = object{}
		o["data"] = data
	}
	for key, value := range stringsOf(o["stringData"]) {
		data[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	delete(o, "stringData")
}

func alike(a, b object) bool { return reflect.DeepEqual(a, b) }
