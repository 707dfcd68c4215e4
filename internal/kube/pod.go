package kube

import (
	"context"
	"encoding/json"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Pod is what set-up, doctor and the reconciler need of a pod.
type Pod struct {
	Namespace, Name string
	Account         string // its service account
	Phase           string // Pending, Running, Succeeded, Failed, Unknown
	Created         time.Time
	Ending          bool // it is being deleted
	Labels          map[string]string
	Annotations     map[string]string
	Owner           Owner
	Volumes         []Volume
	Containers      []Container // init containers too
}

// Owner is the controller of a pod; zero for a bare one.
type Owner struct{ Kind, Name string }

// Volume is a volume of a pod and what it mounts.
type Volume struct {
	Name      string
	Secret    string
	ConfigMap string
}

// Container is a container of a pod.
type Container struct {
	Name string
	Init bool
	Env  []Env
}

// Env is a variable of a container: a literal value, which may be a secret, or a reference. With an empty name it is all of
// a Secret or ConfigMap (envFrom).
type Env struct {
	Name      string
	value     string
	Secret    string
	ConfigMap string
	Key       string
}

// podJSON is the part of a pod that is read; the API's own types would cost 4 MiB of program.
type podJSON struct {
	Metadata struct {
		Namespace         string            `json:"namespace"`
		Name              string            `json:"name"`
		CreationTimestamp time.Time         `json:"creationTimestamp"`
		DeletionTimestamp *time.Time        `json:"deletionTimestamp"`
		Labels            map[string]string `json:"labels"`
		Annotations       map[string]string `json:"annotations"`
		OwnerReferences   []struct {
			Kind       string `json:"kind"`
			Name       string `json:"name"`
			Controller bool   `json:"controller"`
		} `json:"ownerReferences"`
	} `json:"metadata"`
	Spec struct {
		ServiceAccountName string          `json:"serviceAccountName"`
		Volumes            []volumeJSON    `json:"volumes"`
		InitContainers     []containerJSON `json:"initContainers"`
		Containers         []containerJSON `json:"containers"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

type volumeJSON struct {
	Name   string `json:"name"`
	Secret struct {
		SecretName string `json:"secretName"`
	} `json:"secret"`
	ConfigMap struct {
		Name string `json:"name"`
	} `json:"configMap"`
	Projected struct {
		Sources []struct {
			Secret    nameJSON `json:"secret"`
			ConfigMap nameJSON `json:"configMap"`
		} `json:"sources"`
	} `json:"projected"`
}

type nameJSON struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

type containerJSON struct {
	Name string `json:"name"`
	Env  []struct {
		Name      string `json:"name"`
		Value     string `json:"value"`
		ValueFrom struct {
			SecretKeyRef    nameJSON `json:"secretKeyRef"`
			ConfigMapKeyRef nameJSON `json:"configMapKeyRef"`
		} `json:"valueFrom"`
	} `json:"env"`
	EnvFrom []struct {
		SecretRef    nameJSON `json:"secretRef"`
		ConfigMapRef nameJSON `json:"configMapRef"`
	} `json:"envFrom"`
}

// Pods lists the pods.
func (s Scope) Pods(ctx context.Context) ([]Pod, error) {
	var out []Pod
	for _, namespace := range s.namespaces {
		var broken error
		err := s.client.each(ctx, pods, namespace, "", func(o *unstructured.Unstructured) {
			p, err := readPod(o)
			if err != nil {
				broken = err
			}
			out = append(out, p)
		})
		if err == nil && broken != nil {
			err = s.client.noDocument("list of pods", "a pod is not of the form v1", broken)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readPod(o *unstructured.Unstructured) (Pod, error) {
	var p podJSON
	text, err := json.Marshal(o.Object)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return Pod{}, err
	}
	out := Pod{
		Namespace: p.Metadata.Namespace, Name: p.Metadata.Name, Account: p.Spec.ServiceAccountName, Phase: p.Status.Phase,
		Created: p.Metadata.CreationTimestamp, Ending: p.Metadata.DeletionTimestamp != nil, Labels: p.Metadata.Labels, Annotations: p.Metadata.Annotations,
	}
	if out.Account == "" {
		out.Account = "default"
	}
	for _, owner := range p.Metadata.OwnerReferences {
		if owner.Controller {
			out.Owner = Owner{Kind: owner.Kind, Name: owner.Name}
		}
	}
	for i := range p.Spec.Volumes {
		out.Volumes = append(out.Volumes, p.Spec.Volumes[i].read()...)
	}
	for i := range p.Spec.InitContainers {
		out.Containers = append(out.Containers, p.Spec.InitContainers[i].read(true))
	}
	for i := range p.Spec.Containers {
		out.Containers = append(out.Containers, p.Spec.Containers[i].read(false))
	}
	return out, nil
}

// read is a volume; a projected one is one for each of its sources.
func (v *volumeJSON) read() []Volume {
	out := []Volume{{Name: v.Name, Secret: v.Secret.SecretName, ConfigMap: v.ConfigMap.Name}}
	for _, source := range v.Projected.Sources {
		if source.Secret.Name+source.ConfigMap.Name != "" {
			out = append(out, Volume{Name: v.Name, Secret: source.Secret.Name, ConfigMap: source.ConfigMap.Name})
		}
	}
	return out
}

func (c *containerJSON) read(init bool) Container {
	out := Container{Name: c.Name, Init: init}
	for _, e := range c.Env {
		secret, settings := e.ValueFrom.SecretKeyRef, e.ValueFrom.ConfigMapKeyRef
		out.Env = append(out.Env, Env{Name: e.Name, value: e.Value, Secret: secret.Name, ConfigMap: settings.Name, Key: secret.Key + settings.Key})
	}
	for _, from := range c.EnvFrom {
		out.Env = append(out.Env, Env{Secret: from.SecretRef.Name, ConfigMap: from.ConfigMapRef.Name})
	}
	return out
}
