package webhook

import (
	"slices"

	"github.com/landbridge/landbridge/internal/estate"
)

// pod is what the webhook reads of a pod. It is never written back: the answer is a patch of the pod as it came, so that
// fields that nobody here knows survive.
type pod struct {
	Metadata struct {
		Name         string            `json:"name"`
		GenerateName string            `json:"generateName"`
		Namespace    string            `json:"namespace"`
		Labels       map[string]string `json:"labels"`
		Annotations  map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		ServiceAccountName string            `json:"serviceAccountName"`
		HostNetwork        bool              `json:"hostNetwork"`
		NodeSelector       map[string]string `json:"nodeSelector"`
		OS                 *named            `json:"os"`
		Volumes            []volume          `json:"volumes"`
		InitContainers     []container       `json:"initContainers"`
		Containers         []container       `json:"containers"`
	} `json:"spec"`
}

type named struct {
	Name string `json:"name"`
}

// container is a container or an init container. A nil list is one that the pod does not have.
type container struct {
	Name         string     `json:"name"`
	Env          []variable `json:"env"`
	VolumeMounts []mount    `json:"volumeMounts"`

	path string // in the pod: /spec/containers/0
}

type variable struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	From  *struct{} `json:"valueFrom"` // not nil: the value comes from elsewhere
}

type mount struct {
	Name      string `json:"name"`
	MountPath string `json:"mountPath"`
}

type volume struct {
	Name      string `json:"name"`
	Projected *struct {
		Sources []source `json:"sources"`
	} `json:"projected"`
}

// source is one of a projected volume's.
type source struct {
	Token *struct {
		Audience string `json:"audience"`
		Path     string `json:"path"`
	} `json:"serviceAccountToken"`
	DownwardAPI *struct {
		Items []struct {
			Path     string `json:"path"`
			FieldRef struct {
				FieldPath string `json:"fieldPath"`
			} `json:"fieldRef"`
		} `json:"items"`
	} `json:"downwardAPI"`
}

// mirrorAnnotation marks the API server's copy of a static pod, which cannot have an account's token.
const mirrorAnnotation = "kubernetes.io/config.mirror"

// locate notes where each container stands.
func (p *pod) locate() {
	for i := range p.Spec.Containers {
		p.Spec.Containers[i].path = "/spec/containers/" + decimal(i)
	}
	for i := range p.Spec.InitContainers {
		p.Spec.InitContainers[i].path = "/spec/initContainers/" + decimal(i)
	}
}

// lookAway says whether the pod asked to be left alone, or cannot have a bridge by its nature.
func (p *pod) lookAway() bool {
	_, mirror := p.Metadata.Annotations[mirrorAnnotation]
	return mirror || p.Metadata.Labels[estate.LabelInject] == "disabled"
}

func (p *pod) account() string {
	if p.Spec.ServiceAccountName == "" {
		return "default"
	}
	return p.Spec.ServiceAccountName
}

// windows says whether the pod can run on Windows only.
func (p *pod) windows() bool {
	return p.Spec.OS != nil && p.Spec.OS.Name == "windows" || p.Spec.NodeSelector["kubernetes.io/os"] == "windows"
}

// volume finds the volume with our name; nil when there is none.
func (p *pod) volume() *volume {
	i := slices.IndexFunc(p.Spec.Volumes, func(v volume) bool { return v.Name == estate.VolumeName })
	if i < 0 {
		return nil
	}
	return &p.Spec.Volumes[i]
}

func (p *pod) hasSidecar() bool {
	return slices.ContainsFunc(p.Spec.InitContainers, func(c container) bool { return c.Name == estate.SidecarName })
}

// audience is what the volume's token is for; "" when it has none at the path where we look for it.
func (v *volume) audience() string {
	if v.Projected == nil {
		return ""
	}
	for _, s := range v.Projected.Sources {
		if s.Token != nil && s.Token.Path == tokenPath {
			return s.Token.Audience
		}
	}
	return ""
}

// readsAnnotation says whether the credential configuration comes from the pod's annotation, and not from the ConfigMap of
// the policy bundle.
func (v *volume) readsAnnotation() bool {
	for _, s := range v.Projected.Sources {
		if s.DownwardAPI == nil {
			continue
		}
		for _, item := range s.DownwardAPI.Items {
			if item.Path == credentialsPath && item.FieldRef.FieldPath == credentialsField {
				return true
			}
		}
	}
	return false
}

func (c *container) env(name string) *variable {
	for i := range c.Env {
		if c.Env[i].Name == name {
			return &c.Env[i]
		}
	}
	return nil
}

func (c *container) hasEnv(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return c.env(name) != nil })
}
