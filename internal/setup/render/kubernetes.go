package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// Kubernetes writes the manifests of every cluster, one after another, each part headed by the command that applies it. A
// namespace is only its labels, for server-side apply. It refuses what would need a cloud's answer that is not in Known.
func Kubernetes(w io.Writer, in Input) error {
	e, err := prepare(in)
	if err != nil {
		return err
	}
	clusters, parts := e.inClusters()
	if err := e.chosen(clusters); err != nil {
		return err
	}
	var out bytes.Buffer
	for _, cluster := range clusters {
		if in.Cluster != "" && cluster != in.Cluster {
			continue
		}
		if err := e.unknown(parts[cluster]); err != nil {
			return err
		}
		head(&out, e.Setup, parts[cluster][0])
		for _, r := range parts[cluster] {
			manifest(&out, e.Setup, r)
		}
	}
	_, err = w.Write(out.Bytes())
	return err
}

// inClusters are the things that live in clusters, per cluster, and the clusters in the order of the file.
func (e *estateOf) inClusters() (clusters []string, parts map[string][]setup.Resource) {
	parts = map[string][]setup.Resource{}
	for _, r := range e.ordered {
		reach, inside := estate.ReachOf(r.Spec)
		if !inside || r.Spec.Kind() == estate.KindIssuer {
			continue
		}
		if len(parts[reach.Cluster]) == 0 {
			clusters = append(clusters, reach.Cluster)
		}
		parts[reach.Cluster] = append(parts[reach.Cluster], r)
	}
	order := func(name string) int {
		return slices.IndexFunc(e.Spec.Clusters, func(c setup.Cluster) bool { return c.Name == name })
	}
	slices.SortStableFunc(clusters, func(a, b string) int { return order(a) - order(b) })
	return clusters, parts
}

// chosen refuses a cluster that has nothing to apply.
func (e *estateOf) chosen(clusters []string) error {
	if len(clusters) == 0 {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "render_no_clusters", Text: "no workload of the set-up lives in a cluster",
			Hint: "add a workload with kubernetes to setup.workloads, or render another format",
		}
	}
	if e.Cluster != "" && !slices.Contains(clusters, e.Cluster) {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "render_unknown_cluster", Text: "no workload of the set-up lives in a cluster " + quoted(e.Cluster),
			Hint: "choose one of " + strings.Join(clusters, ", "),
		}
	}
	return nil
}

// unknown refuses parts that hold what only a cloud knows, and says where each comes from.
func (e *estateOf) unknown(parts []setup.Resource) error {
	var missing, hints []string
	for _, r := range parts {
		for _, ref := range estate.AllReferences(r.Spec) {
			name := ref.Address + "." + ref.Output
			if slices.Contains(missing, name) {
				continue
			}
			missing = append(missing, name)
			hints = append(hints, e.source(ref))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Code: "render_unknown_value",
		Text: "the text needs what only a cloud knows: " + strings.Join(missing, ", "),
		Hint: strings.Join(hints, "; "),
	}
}

// source says how an output comes to be known.
func (e *estateOf) source(ref estate.Reference) string {
	known := "--known " + ref.Address + "." + ref.Output + "="
	switch x := e.by[ref.Address].Spec.(type) {
	case *estate.Project:
		if x.ID == e.Spec.Google.Project {
			return "set setup.google.project_number to what gcloud projects describe " + literal(x.ID) + " --format='value(projectNumber)' prints"
		}
	case *estate.Identity:
		if ref.Output == "client_id" {
			return "pass " + known + "$(az identity show --subscription " + literal(x.Subscription) + " --resource-group " + literal(x.ResourceGroup) +
				" --name " + literal(x.Name) + " --query clientId -o tsv)"
		}
	}
	return "pass " + known + "VALUE"
}

func head(out *bytes.Buffer, name string, r setup.Resource) {
	reach, _ := estate.ReachOf(r.Spec)
	context := "CONTEXT"
	if reach.Context != "" {
		context = literal(reach.Context)
	}
	fmt.Fprintf(out, "# Cluster %s of the set-up %s:\n", oneLine(reach.Cluster), oneLine(name))
	fmt.Fprintf(out, "#   landbridge setup render --format kubernetes --cluster %s |\n", oneLine(literal(reach.Cluster)))
	fmt.Fprintf(out, "#     kubectl --context %s apply --server-side --field-manager %s -f -\n", oneLine(context), fieldManager)
}

// manifest writes one object.
func manifest(out *bytes.Buffer, name string, r setup.Resource) {
	out.WriteString("---\n")
	if r.Note != "" {
		fmt.Fprintf(out, "# %s\n", oneLine(r.Note))
	}
	switch x := r.Spec.(type) {
	case *estate.Namespace:
		out.WriteString("# Only its labels: the namespace is somebody else's.\n")
		object(out, "Namespace", x.Name, "", joined(name, x.Labels), nil)
	case *estate.KubernetesAccount:
		// It may have been there before, which a manifest cannot find out: the label by which destroy leaves it.
		object(out, "ServiceAccount", x.Name, x.Namespace, joined(name, nil), x.Annotations)
	case *estate.KubernetesSettings:
		object(out, "ConfigMap", estate.SettingsName(x.Account), x.Namespace, settingsLabels(name), nil)
		writeMap(out, "", "data", x.Data)
	}
}

func object(out *bytes.Buffer, kind, name, namespace string, labels, annotations map[string]string) {
	fmt.Fprintf(out, "apiVersion: v1\nkind: %s\nmetadata:\n  name: %s\n", kind, scalar(name))
	if namespace != "" {
		fmt.Fprintf(out, "  namespace: %s\n", scalar(namespace))
	}
	writeMap(out, "  ", "labels", labels)
	writeMap(out, "  ", "annotations", annotations)
}
