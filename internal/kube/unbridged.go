package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/landbridge/landbridge/internal/estate"
)

// Unbridged lists the running pods whose service account has a bridge and that carry none, or the other mode's, each with
// the reason and the command that mends it.
func (s Scope) Unbridged(ctx context.Context) ([]estate.UnbridgedPod, error) {
	bridged := map[string]*unstructured.Unstructured{} // accounts, by namespace/name
	for _, namespace := range s.namespaces {
		err := s.client.each(ctx, accounts, namespace, "", func(o *unstructured.Unstructured) {
			if o.GetAnnotations()[estate.AnnotationProvider] != "" {
				bridged[address(o.GetNamespace(), o.GetName())] = o
			}
		})
		if err != nil {
			return nil, err
		}
	}
	if len(bridged) == 0 {
		return nil, nil
	}
	var out []estate.UnbridgedPod
	spaces := map[string]*unstructured.Unstructured{}
	all, err := s.narrowed(bridged).Pods(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		p := &all[i]
		account := bridged[address(p.Namespace, p.Account)]
		if account == nil || p.Phase != "Running" || p.Ending || p.carries(estate.ModeOf(account.GetAnnotations())) {
			continue
		}
		if spaces[p.Namespace] == nil {
			space, err := s.client.get(ctx, namespaces, "", p.Namespace)
			if err != nil {
				return nil, err
			}
			if space == nil { // it is being deleted, and its pods with it
				continue
			}
			spaces[p.Namespace] = space
		}
		reason, command := s.client.why(p, account, spaces[p.Namespace])
		out = append(out, estate.UnbridgedPod{Namespace: p.Namespace, Pod: p.Name, Account: p.Account, Reason: reason, Command: command})
	}
	slices.SortFunc(out, func(a, b estate.UnbridgedPod) int {
		return strings.Compare(address(a.Namespace, a.Pod), address(b.Namespace, b.Pod))
	})
	return out, nil
}

// narrowed is the scope's namespaces that have bridged accounts: a few lists, where a big cluster has thousands of pods. Many
// are one list of everything, which whoever could list all accounts may list too.
func (s Scope) narrowed(bridged map[string]*unstructured.Unstructured) Scope {
	var out []string
	for _, account := range bridged {
		if name := account.GetNamespace(); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	const few = 20
	if len(s.namespaces) == 1 && s.namespaces[0] == "" && len(out) > few {
		return s
	}
	return s.client.In(out...)
}

// carries says whether the webhook, or the admission policy, has given the pod its bridge.
func (p *Pod) carries(mode string) bool {
	volume := slices.ContainsFunc(p.Volumes, func(v Volume) bool { return v.Name == estate.VolumeName })
	sidecar := slices.ContainsFunc(p.Containers, func(c Container) bool { return c.Name == estate.SidecarName })
	return volume && sidecar == (mode == estate.ModeMetadata)
}

const disabled, enabled = "disabled", "enabled"

// why says why a pod has no bridge, the first cause that would stop the webhook, and what mends it.
func (c *Client) why(p *Pod, account, namespace *unstructured.Unstructured) (reason, command string) {
	created := p.Created.UTC().Format(timeFormat)
	annotated := since(account, []string{"metadata", "annotations"}, estate.AnnotationProvider)
	labelled := since(namespace, labelField, estate.LabelInject)
	value := namespace.GetLabels()[estate.LabelInject]
	switch {
	case p.Labels[estate.LabelInject] == disabled:
		return fmt.Sprintf("it opted out with the label %s=%s", estate.LabelInject, disabled),
			"take the label out of its pod template"
	case value != enabled:
		return fmt.Sprintf("namespace %s is not labelled %s=%s", p.Namespace, estate.LabelInject, enabled),
			c.kubectl(fmt.Sprintf("label namespace %s %s=%s --overwrite", p.Namespace, estate.LabelInject, enabled)) + " && " + c.restart(p)
	case created < annotated:
		return fmt.Sprintf("it was created at %s, before service account %s was annotated at %s", created, p.Account, annotated), c.restart(p)
	case created < labelled:
		return fmt.Sprintf("it was created at %s, before namespace %s was labelled at %s", created, p.Namespace, labelled), c.restart(p)
	case p.carries(estate.ModeMetadata) || p.carries(estate.ModeCredentials):
		return fmt.Sprintf("it carries another mode than %s of service account %s says", estate.AnnotationMode, p.Account), c.restart(p)
	case p.skipsAll():
		return "its annotations " + estate.AnnotationContainers + " and " + estate.AnnotationSkipContainers + " leave no container to be given a bridge",
			"name a container of the pod in " + estate.AnnotationContainers + " of its pod template"
	}
	return fmt.Sprintf("the webhook was away when it was created at %s", created), c.restart(p)
}

// since is when a name under a field was set, or last changed together with others by the same manager; "" when managedFields
// do not tell.
func since(object *unstructured.Unstructured, field []string, key string) (out string) {
	managed(object, field, func(_, time string, names map[string]bool) {
		if names[key] && time > out {
			out = time
		}
	})
	return out
}

// skipsAll says whether the pod's own annotations choose no container.
func (p *Pod) skipsAll() bool {
	chosen, skipped := list(p.Annotations[estate.AnnotationContainers]), list(p.Annotations[estate.AnnotationSkipContainers])
	for i := range p.Containers {
		name := p.Containers[i].Name
		if (len(chosen) == 0 || slices.Contains(chosen, name)) && !slices.Contains(skipped, name) {
			return false
		}
	}
	return true
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// restart is the command that makes the pod anew, by whoever made it.
func (c *Client) restart(p *Pod) string {
	kind, name := strings.ToLower(p.Owner.Kind), p.Owner.Name
	switch {
	case kind == "replicaset" && p.Labels["pod-template-hash"] != "":
		return c.kubectl(fmt.Sprintf("rollout restart -n %s deployment/%s", p.Namespace, strings.TrimSuffix(name, "-"+p.Labels["pod-template-hash"])))
	case kind == "statefulset" || kind == "daemonset":
		return c.kubectl(fmt.Sprintf("rollout restart -n %s %s/%s", p.Namespace, kind, name))
	case kind != "": // a ReplicaSet of no Deployment, a Job, an operator's own: it replaces what is deleted
		return c.kubectl(fmt.Sprintf("delete pod -n %s %s", p.Namespace, p.Name))
	}
	return c.kubectl(fmt.Sprintf("get pod -n %s %s -o yaml", p.Namespace, p.Name)) + " | " + c.kubectl("replace --force -f -")
}
