package kube

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// StrayKind is what sort of long-lived key lies about.
type StrayKind string

// The kinds of stray keys.
const (
	GoogleKey   StrayKind = "google-service-account-key"
	AzureSecret StrayKind = "azure-client-secret"
)

// StrayKey is a long-lived key that was found in a cluster: where and whose, never the key itself.
type StrayKey struct {
	Kind      StrayKind
	Where     string // Secret, ConfigMap, Pod
	Namespace string
	Name      string
	Key       string   // of the data; of a pod CONTAINER.VARIABLE
	Email     string   // Google's client_email
	KeyID     string   // Google's private_key_id
	ClientID  string   // Azure's, where it stands beside the secret
	TenantID  string   // Azure's, where it stands beside the secret
	UsedBy    []string // pods that mount it or have it in a variable
}

// StrayKeys looks through secrets, ConfigMaps and the literal variables of pods for Google service-account keys and Azure
// client secrets. What may not be read is an error beside what was found elsewhere.
func (s Scope) StrayKeys(ctx context.Context) ([]StrayKey, error) {
	var found []StrayKey
	var errs []error
	for _, namespace := range s.namespaces {
		errs = append(errs,
			s.client.each(ctx, secrets, namespace, "", func(o *unstructured.Unstructured) { found = append(found, strayIn(o, secretValues(o))...) }),
			s.client.each(ctx, settings, namespace, "", func(o *unstructured.Unstructured) { found = append(found, strayIn(o, settingValues(o))...) }))
	}
	all, err := s.Pods(ctx)
	errs = append(errs, err)
	for i := range all {
		p := &all[i]
		for f := range found {
			if found[f].Namespace == p.Namespace && p.uses(&found[f]) {
				found[f].UsedBy = append(found[f].UsedBy, p.Name)
			}
		}
	}
	for i := range all {
		found = append(found, strayInPod(&all[i])...)
	}
	slices.SortStableFunc(found, func(a, b StrayKey) int {
		return strings.Compare(a.Namespace+"\x00"+a.Where+"\x00"+a.Name+"\x00"+a.Key, b.Namespace+"\x00"+b.Where+"\x00"+b.Name+"\x00"+b.Key)
	})
	return found, first(errs)
}

// first is the first error; the others say the same of another list.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// secretValues decodes a Secret's data.
func secretValues(o *unstructured.Unstructured) map[string]string {
	data, _, err := unstructured.NestedStringMap(o.Object, "data")
	if err != nil {
		return nil
	}
	for key, value := range data {
		plain, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			plain = nil
		}
		data[key] = string(plain)
	}
	return data
}

// settingValues is a ConfigMap's text and bytes.
func settingValues(o *unstructured.Unstructured) map[string]string {
	out := map[string]string{}
	if data, _, err := unstructured.NestedStringMap(o.Object, "data"); err == nil {
		maps.Copy(out, data)
	}
	if data, _, err := unstructured.NestedStringMap(o.Object, "binaryData"); err == nil {
		for key, value := range data {
			if plain, err := base64.StdEncoding.DecodeString(value); err == nil {
				out[key] = string(plain)
			}
		}
	}
	return out
}

// strayIn looks at each value of an object, and for the ids of a client secret at its neighbours.
func strayIn(o *unstructured.Unstructured, values map[string]string) []StrayKey {
	var out []StrayKey
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if one, ok := stray(key, values[key], values); ok {
			one.Where, one.Namespace, one.Name, one.Key = o.GetKind(), o.GetNamespace(), o.GetName(), key
			out = append(out, one)
		}
	}
	return out
}

// strayInPod looks at a pod's literal variables.
func strayInPod(p *Pod) []StrayKey {
	var out []StrayKey
	for i := range p.Containers {
		values := map[string]string{}
		for _, e := range p.Containers[i].Env {
			values[e.Name] = e.value
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if one, ok := stray(name, values[name], values); ok {
				one.Where, one.Namespace, one.Name, one.Key = pods.kind, p.Namespace, p.Name, p.Containers[i].Name+"."+name
				one.UsedBy = []string{p.Name}
				out = append(out, one)
			}
		}
	}
	return out
}

// uses says whether a pod has a found key in a volume or in a variable.
func (p *Pod) uses(k *StrayKey) bool {
	of := func(secret, configMap string) bool {
		return k.Where == secrets.kind && secret == k.Name || k.Where == settings.kind && configMap == k.Name
	}
	if slices.ContainsFunc(p.Volumes, func(v Volume) bool { return of(v.Secret, v.ConfigMap) }) {
		return true
	}
	for i := range p.Containers {
		if slices.ContainsFunc(p.Containers[i].Env, func(e Env) bool { return of(e.Secret, e.ConfigMap) && (e.Key == "" || e.Key == k.Key) }) {
			return true
		}
	}
	return false
}
