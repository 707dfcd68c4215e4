package webhook

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// choose lists the containers that get the bridge, init containers first: all of them, or those that the pod's annotations
// leave. A name that no container has is refused, because a slip would start a program without its credentials, or give
// them to one that was to be left out. A name that ends in "?" may be missing: another webhook brings the container later.
func (p *pod) choose() ([]*container, *refusal) {
	with, no := p.names(estate.AnnotationContainers)
	if no != nil {
		return nil, no
	}
	without, no := p.names(estate.AnnotationSkipContainers)
	if no != nil {
		return nil, no
	}
	for _, name := range with {
		if slices.Contains(without, name) {
			return nil, podRefusal("containers_ambiguous", "the pod's annotations "+estate.AnnotationContainers+" and "+estate.AnnotationSkipContainers+
				" both name "+quote(name)+"; keep it in one of them, in the pod's template")
		}
	}
	_, some := p.Metadata.Annotations[estate.AnnotationContainers]
	var chosen []*container
	for _, list := range [][]container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			c := &list[i]
			if c.Name == estate.SidecarName || some && !slices.Contains(with, c.Name) || slices.Contains(without, c.Name) {
				continue
			}
			chosen = append(chosen, c)
		}
	}
	return chosen, nil
}

// names reads an annotation that lists containers.
func (p *pod) names(annotation string) ([]string, *refusal) {
	text, ok := p.Metadata.Annotations[annotation]
	if !ok {
		return nil, nil
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		name, later := strings.CutSuffix(strings.TrimSpace(name), "?")
		if name == "" {
			continue
		}
		if !later && !p.hasContainer(name) {
			return nil, podRefusal("container_unknown", "the pod's annotation "+annotation+" names "+quote(name)+", and its containers are "+
				strings.Join(p.containerNames(), ", ")+"; mend it in the pod's template, or write "+quote(name+"?")+" for a container that another webhook adds later")
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, podRefusal("containers_empty", "the pod's annotation "+annotation+" names no container; remove it from the pod's template, or label the pod "+estate.LabelInject+": disabled")
	}
	return names, nil
}

func (p *pod) hasContainer(name string) bool { return slices.Contains(p.containerNames(), name) }

// containerNames are the names that an annotation may hold.
func (p *pod) containerNames() []string {
	var names []string
	for _, list := range [][]container{p.Spec.InitContainers, p.Spec.Containers} {
		for _, c := range list {
			if c.Name != estate.SidecarName {
				names = append(names, c.Name)
			}
		}
	}
	return names
}
