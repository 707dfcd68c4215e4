package render_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/setup/render"
)

type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   struct {
		Name        string            `yaml:"name"`
		Namespace   string            `yaml:"namespace"`
		Labels      map[string]string `yaml:"labels"`
		Annotations map[string]string `yaml:"annotations"`
	} `yaml:"metadata"`
	Data map[string]string `yaml:"data"`
}

func manifests(t *testing.T, in render.Input) []manifest {
	t.Helper()
	var out bytes.Buffer
	if err := render.Kubernetes(&out, in); err != nil {
		t.Fatal(err)
	}
	var all []manifest
	for d := yaml.NewDecoder(&out, yaml.Strict()); ; {
		var m manifest
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		if m.Kind != "" {
			all = append(all, m)
		}
	}
}

// spec is what a manifest says, without where.
func (m manifest) spec() estate.Spec {
	labels := m.Metadata.Labels
	switch m.Kind {
	case "Namespace":
		delete(labels, estate.JoinKey)
		return &estate.Namespace{Name: m.Metadata.Name, Labels: labels}
	case "ServiceAccount":
		return &estate.KubernetesAccount{Namespace: m.Metadata.Namespace, Name: m.Metadata.Name, Annotations: m.Metadata.Annotations}
	case "ConfigMap":
		return &estate.KubernetesSettings{Namespace: m.Metadata.Namespace, Account: strings.TrimPrefix(m.Metadata.Name, "landbridge-"), Data: m.Data}
	}
	return nil
}

func wantedIn(cluster string, in render.Input) []estate.Spec {
	var want []estate.Spec
	for _, r := range in.Resources {
		s := estate.Resolve(r.Spec, func(ref estate.Reference) string { return in.Known[ref.Address+"."+ref.Output] })
		where, inside := reach(s)
		if !inside || where.Cluster != cluster {
			continue
		}
		switch x := s.(type) {
		case *estate.Namespace:
			x.Reach = estate.Reach{}
		case *estate.KubernetesAccount:
			x.Reach = estate.Reach{}
		case *estate.KubernetesSettings:
			x.Reach = estate.Reach{}
		}
		want = append(want, s)
	}
	return want
}

func TestManifestsSayWhatApplyMakes(t *testing.T) {
	t.Parallel()
	in := desire(t, example())
	in.Known = known()
	for _, cluster := range []string{"prod", "staging", "edge", "dark"} {
		in.Cluster = cluster
		var got []estate.Spec
		for _, m := range manifests(t, in) {
			mark := m.Metadata.Labels[estate.MarkKey]
			if m.Kind != "ConfigMap" {
				mark = m.Metadata.Labels[estate.JoinKey]
			}
			if mark != "shop" || m.APIVersion != "v1" || m.Kind == "ConfigMap" && m.Metadata.Labels[estate.LabelSettings] != "enabled" {
				t.Errorf("%s %s: %v", m.Kind, m.Metadata.Name, m.Metadata.Labels)
			}
			got = append(got, m.spec())
		}
		if d := cmp.Diff(wantedIn(cluster, in), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", cluster, d)
		}
	}
}

func TestHostileTextsInManifests(t *testing.T) {
	t.Parallel()
	data, labels := map[string]string{}, map[string]string{}
	for i, text := range nasty {
		key := "k" + strconv.Itoa(i)
		data[key] = text
		data[key+"-lines"] = "first\n" + text
		if text != "" {
			labels[text] = key
		}
	}
	at := estate.Reach{Cluster: "c\n---\nkind: Pod", Context: "$(touch x)\n---"}
	in := render.Input{Setup: "shop", Resources: []setup.Resource{
		{Address: "kubernetes-account/c", Spec: &estate.KubernetesAccount{Reach: at, Namespace: "yes", Name: "null", Annotations: labels}, Note: "a\n---\nkind: Pod"},
		{Address: "kubernetes-settings/c", Spec: &estate.KubernetesSettings{Reach: at, Namespace: "1e3", Account: "x", Data: data}},
	}}
	var got []estate.Spec
	for _, m := range manifests(t, in) {
		got = append(got, m.spec())
	}
	if d := cmp.Diff(wantedIn(at.Cluster, in), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestHelmValuesSayWhatApplyMakes(t *testing.T) {
	t.Parallel()
	type account struct {
		Namespace, Name, Provider, Project, Location, Mode string
		ServiceAccount                                     string `yaml:"serviceAccount"`
		TokenSeconds                                       int    `yaml:"tokenSeconds"`
		Annotations                                        map[string]string
	}
	for _, cluster := range []string{"prod", "edge"} {
		var values struct {
			Webhook  struct{ Enabled bool }
			Metadata struct{ Enabled bool }
			Jobs     struct {
				Watch struct {
					Enabled bool
					Setup   map[string]any
				}
			}
			Accounts []account
		}
		in := desire(t, example())
		in.Known, in.Cluster = known(), cluster
		var out bytes.Buffer
		if err := render.HelmValues(&out, in); err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalWithOptions(out.Bytes(), &values, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		var got []estate.Spec
		for _, a := range values.Accounts {
			set := map[string]string{
				estate.AnnotationProvider: a.Provider, estate.AnnotationProject: a.Project, estate.AnnotationLocation: a.Location,
				estate.AnnotationMode: a.Mode, estate.AnnotationTokenSeconds: strconv.Itoa(a.TokenSeconds),
			}
			if a.ServiceAccount != "" {
				set[estate.AnnotationServiceAccount] = a.ServiceAccount
			}
			maps.Copy(set, a.Annotations)
			got = append(got, &estate.KubernetesAccount{Namespace: a.Namespace, Name: a.Name, Annotations: set})
		}
		want := slices.DeleteFunc(wantedIn(cluster, in), func(s estate.Spec) bool { return s.Kind() != estate.KindKubernetesAccount })
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", cluster, d)
		}
		if !values.Webhook.Enabled || !values.Metadata.Enabled || values.Jobs.Watch.Enabled != (cluster == "edge") {
			t.Errorf("%s: %s", cluster, out.String())
		}
		google, _ := values.Jobs.Watch.Setup["google"].(map[string]any)
		if cluster == "edge" && google["project_number"] != "123456789012" {
			t.Errorf("the job would have to ask for the number: %v", values.Jobs.Watch.Setup)
		}
	}
}
