package render_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
	"github.com/landbridge/landbridge/internal/setup/render"
)

var update = flag.Bool("update", false, "write the golden files")

// known are the outputs that manifests of the example need.
func known() map[string]string {
	return map[string]string{
		"project/shop-prod.number":        "123456789012",
		"project/landbridge-empty.number": "123456789012",
		"identity/reports.client_id":      "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
		"identity/id-legacy.client_id":    "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for file, c := range map[string]struct {
		format     string
		known      map[string]string
		cluster    string
		documented bool
	}{
		"script.sh":             {format: "script"},
		"main.tf":               {format: "terraform"},
		"manifests.yaml":        {format: "kubernetes", known: known()},
		"manifests-prod.yaml":   {format: "kubernetes", known: known(), cluster: "prod"},
		"helm-values-prod.yaml": {format: "helm-values", known: known(), cluster: "prod"},
		"helm-values-edge.yaml": {format: "helm-values", known: known(), cluster: "edge"},

		"documented.sh":               {format: "script", documented: true},
		"documented.tf":               {format: "terraform", documented: true},
		"manifests-documented.yaml":   {format: "kubernetes", known: known(), documented: true},
		"helm-values-documented.yaml": {format: "helm-values", known: known(), cluster: "aks-one", documented: true},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			spec := example()
			if c.documented {
				spec = documented(t)
			}
			in := desire(t, spec)
			in.Known, in.Cluster = c.known, c.cluster
			var out bytes.Buffer
			if err := render.Write(&out, c.format, in); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", file)
			if *update {
				if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), out.String()); d != "" {
				t.Errorf("go test ./internal/setup/render -update writes it (-want +got):\n%s", d)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	vmOnly := example()
	vmOnly.Workloads = vmOnly.Workloads[3:4]
	noContext := example()
	noContext.Clusters[2].Context = ""
	broken := func(r setup.Resource) render.Input {
		return render.Input{Setup: "shop", Resources: []setup.Resource{r}}
	}
	for name, c := range map[string]struct {
		in         render.Input
		format     string
		code, text string
		hint       string
	}{
		"format": {desire(t, example()), "bicep", "unknown_format", `there is no format "bicep"`, "use --format script, terraform, kubernetes or helm-values"},
		"unknown values": {
			desire(t, example()), "kubernetes", "render_unknown_value",
			"the text needs what only a cloud knows: project/shop-prod.number, identity/id-legacy.client_id",
			"set setup.google.project_number to what gcloud projects describe shop-prod --format='value(projectNumber)' prints; " +
				"pass --known identity/id-legacy.client_id=$(az identity show --subscription " + subscription + " --resource-group shop --name id-legacy --query clientId -o tsv)",
		},
		"which cluster": {
			desire(t, example()), "helm-values", "render_which_cluster", "the chart is installed once per cluster, and the set-up has several",
			"choose one with --cluster: prod, staging, edge, dark",
		},
		"no clusters": {
			desire(t, vmOnly), "kubernetes", "render_no_clusters", "no workload of the set-up lives in a cluster",
			"add a workload with kubernetes to setup.workloads, or render another format",
		},
		"no context": {
			render.Input{Setup: "shop", Resources: []setup.Resource{
				{Address: "issuer/edge", Spec: &estate.Issuer{Reach: estate.Reach{Cluster: "edge"}}, ReadOnly: true},
				{Address: "provider/edge/edge", Spec: &estate.Provider{Project: "1", Pool: "edge", ID: "edge", JWKS: estate.Ref("issuer/edge", "jwks")}},
			}},
			"script", "render_no_context",
			`issuer/edge is read through the cluster's own API, and setup.clusters names no context for "edge"`,
			"set context of the cluster edge in setup.clusters",
		},
		"not text": {
			broken(setup.Resource{Address: "pool/x", Spec: &estate.Pool{ID: "x", DisplayName: "a\x00b"}}), "terraform", "not_text",
			`pool/x holds a value that is not text: "a\x00b"`, "write it in UTF-8, without NUL",
		},
		"permission": {
			broken(setup.Resource{Address: "role/p/x", Spec: &estate.Role{Project: "p", ID: "x", Permissions: []string{"a,b"}}}), "script", "render_permission",
			`role/p/x: "a,b" is no permission`, "write each permission as an element of its own, such as aiplatform.endpoints.predict",
		},
		"reference into nowhere": {
			broken(setup.Resource{Address: "pool/x", Spec: &estate.Pool{Project: estate.Ref("project/p", "number"), ID: "x"}}), "script", "render_broken_estate",
			"pool/x refers to project/p, which is not part of the set-up", "report this: the desired state contradicts itself",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := render.Write(&out, c.format, c.in)
			e, ok := errors.AsType[*bridge.Error](err)
			if !ok {
				t.Fatalf("got %v, want a refusal", err)
			}
			if d := cmp.Diff([]string{c.code, c.text, c.hint}, []string{e.Code, e.Text, e.Hint}); d != "" {
				t.Error(d)
			}
			if out.Len() > 0 {
				t.Errorf("it wrote all the same: %s", out.String())
			}
		})
	}
}

func TestUnknownCluster(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"kubernetes", "helm-values"} {
		in := desire(t, example())
		in.Known, in.Cluster = known(), "nowhere"
		err := render.Write(&bytes.Buffer{}, format, in)
		if err == nil || !strings.Contains(err.Error(), `no workload of the set-up lives in a cluster "nowhere"`) {
			t.Errorf("%s: %v", format, err)
		}
		if got, want := bridge.HintOf(err), "choose one of prod, staging, edge, dark"; got != want {
			t.Errorf("%s: hint %q, want %q", format, got, want)
		}
	}
}
