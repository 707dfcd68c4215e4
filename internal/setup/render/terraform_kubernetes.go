package render

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// inside are the things in clusters. Those of a cluster without a context are left out, as set-up leaves them alone.
func (t *terraform) inside(r setup.Resource) error {
	reach, ok := estate.ReachOf(r.Spec)
	if !ok {
		return fault("no Terraform for " + string(r.Spec.Kind()))
	}
	if reach.Context == "" || r.Spec.Kind() == estate.KindIssuer {
		return nil
	}
	switch x := r.Spec.(type) {
	case *estate.Namespace:
		b := t.start(r, "resource", "kubernetes_labels", "")
		t.through(b, reach)
		b.attribute("api_version", hclString("v1"))
		b.attribute("kind", hclString("Namespace"))
		b.attribute("field_manager", hclString(fieldManager))
		b.nest("metadata").attribute("name", hclString(x.Name))
		b.gap()
		b.attribute("labels", t.object(joined(t.Setup, x.Labels)))
		t.depend(b, r.Needs...)
	case *estate.KubernetesAccount:
		b := t.start(r, "resource", "kubernetes_service_account_v1", "")
		t.through(b, reach)
		meta := b.nest("metadata")
		meta.attribute("name", hclString(x.Name))
		meta.attribute("namespace", hclString(x.Namespace))
		meta.gap()
		meta.attribute("labels", t.object(map[string]string{estate.MarkKey: t.Setup}))
		meta.gap()
		meta.attribute("annotations", t.object(x.Annotations))
		t.depend(b, r.Needs...)
	case *estate.KubernetesSettings:
		b := t.start(r, "resource", "kubernetes_config_map_v1", "")
		t.through(b, reach)
		meta := b.nest("metadata")
		meta.attribute("name", hclString(estate.SettingsName(x.Account)))
		meta.attribute("namespace", hclString(x.Namespace))
		meta.gap()
		meta.attribute("labels", t.object(settingsLabels(t.Setup)))
		b.gap()
		b.attribute("data", t.object(x.Data))
		t.depend(b, r.Needs...)
	}
	return nil
}

// fieldManager owns what is applied on the server's side.
const fieldManager = "landbridge-setup"

func settingsLabels(setup string) map[string]string {
	return map[string]string{estate.MarkKey: setup, estate.LabelSettings: "enabled"}
}

// through picks the cluster's provider.
func (t *terraform) through(b *block, reach estate.Reach) {
	if !slices.Contains(t.clusters, reach) {
		t.clusters = append(t.clusters, reach)
	}
	b.attribute("provider", "kubernetes."+t.alias(reach))
}

func (t *terraform) alias(reach estate.Reach) string {
	return t.name("provider kubernetes", strings.Join([]string{reach.Cluster, reach.Kubeconfig, reach.Context}, "\x00"), reach.Cluster)
}
