package render

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// HelmValues writes what a platform team passes to charts/landbridge for one cluster: the webhook, the sidecar if an account
// asks for it, the job that follows a private issuer's keys, and the accounts.
func HelmValues(w io.Writer, in Input) error {
	e, err := prepare(in)
	if err != nil {
		return err
	}
	clusters, parts := e.inClusters()
	if err := e.chosen(clusters); err != nil {
		return err
	}
	if in.Cluster == "" && len(clusters) > 1 {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "render_which_cluster", Text: "the chart is installed once per cluster, and the set-up has several",
			Hint: "choose one with --cluster: " + strings.Join(clusters, ", "),
		}
	}
	cluster := in.Cluster
	if cluster == "" {
		cluster = clusters[0]
	}
	if err := e.unknown(parts[cluster]); err != nil {
		return err
	}
	var out bytes.Buffer
	e.values(&out, cluster, parts[cluster])
	_, err = w.Write(out.Bytes())
	return err
}

func (e *estateOf) values(out *bytes.Buffer, cluster string, parts []setup.Resource) {
	reach, _ := estate.ReachOf(parts[0].Spec)
	context := "CONTEXT"
	if reach.Context != "" {
		context = literal(reach.Context)
	}
	fmt.Fprintf(out, "# Values of the chart landbridge for cluster %s of the set-up %s:\n", oneLine(cluster), oneLine(e.Setup))
	fmt.Fprintf(out, "#   landbridge setup render --format helm-values --cluster %s |\n", oneLine(literal(cluster)))
	fmt.Fprintf(out, "#     helm --kube-context %s upgrade --install landbridge charts/landbridge --namespace landbridge --create-namespace -f -\n", oneLine(context))
	var accounts []*estate.KubernetesAccount
	sidecar := false
	out.WriteString("# The webhook looks at labelled namespaces alone:\n")
	for _, r := range parts {
		switch x := r.Spec.(type) {
		case *estate.Namespace:
			fmt.Fprintf(out, "#   kubectl --context %s label namespace %s %s=enabled\n", oneLine(context), oneLine(literal(x.Name)), estate.LabelInject)
		case *estate.KubernetesAccount:
			accounts = append(accounts, x)
			sidecar = sidecar || x.Annotations[estate.AnnotationMode] == estate.ModeMetadata
		}
	}
	fmt.Fprintf(out, "webhook:\n  enabled: true\nmetadata:\n  enabled: %t\n", sidecar)
	e.watch(out, cluster)
	if len(accounts) == 0 {
		out.WriteString("accounts: []\n")
		return
	}
	out.WriteString("accounts:\n")
	for _, a := range accounts {
		account(out, a)
	}
}

// account is an account of the chart: what it has no key for goes among its annotations.
func account(out *bytes.Buffer, a *estate.KubernetesAccount) {
	fmt.Fprintf(out, "  - namespace: %s\n    name: %s\n", scalar(a.Namespace), scalar(a.Name))
	rest := maps.Clone(a.Annotations)
	for _, v := range []struct{ key, annotation string }{
		{"provider", estate.AnnotationProvider},
		{"serviceAccount", estate.AnnotationServiceAccount},
		{"project", estate.AnnotationProject},
		{"location", estate.AnnotationLocation},
		{"mode", estate.AnnotationMode},
	} {
		if value := rest[v.annotation]; value != "" {
			fmt.Fprintf(out, "    %s: %s\n", v.key, scalar(value))
			delete(rest, v.annotation)
		}
	}
	if seconds, err := strconv.Atoi(rest[estate.AnnotationTokenSeconds]); err == nil {
		fmt.Fprintf(out, "    tokenSeconds: %d\n", seconds)
		delete(rest, estate.AnnotationTokenSeconds)
	}
	writeMap(out, "    ", "annotations", rest)
}

// watch is the job that uploads the keys of a private issuer again when they change. It reads them as a pod of the cluster.
func (e *estateOf) watch(out *bytes.Buffer, cluster string) {
	i := slices.IndexFunc(e.Spec.Clusters, func(c setup.Cluster) bool { return c.Name == cluster })
	if i < 0 || !e.Spec.Clusters[i].UploadKeys {
		return
	}
	c := e.Spec.Clusters[i]
	fmt.Fprintf(out, `jobs:
  watch:
    enabled: true
    # Its own service account needs roles/iam.workloadIdentityPoolAdmin: serviceAccount.annotations.
    setup:
      name: %s
      google:
        project: %s
`, scalar(e.Setup), scalar(e.Spec.Google.Project))
	if n := e.number(); n != "" {
		fmt.Fprintf(out, "        project_number: %s\n", scalar(n))
	}
	fmt.Fprintf(out, "      clusters:\n        - name: %s\n          pool: %s\n          provider: %s\n", scalar(c.Name), scalar(c.Pool), scalar(c.Provider))
	if c.SubjectPrefix != "" {
		fmt.Fprintf(out, "          subject_prefix: %s\n", scalar(c.SubjectPrefix))
	}
	if c.Issuer != "" {
		fmt.Fprintf(out, "          issuer: %s\n", scalar(c.Issuer))
	} else {
		fmt.Fprintf(out, "          subscription: %s\n          resource_group: %s\n", scalar(c.Subscription), scalar(c.ResourceGroup))
	}
	out.WriteString("          context: in-cluster\n          upload_keys: true\n      workloads:\n")
	for _, w := range e.Spec.Workloads {
		k := w.Kubernetes
		if k == nil || w.Route == setup.Entra || !slices.Contains(k.Clusters, cluster) {
			continue
		}
		fmt.Fprintf(out, "        - name: %s\n          kubernetes:\n            clusters:\n              - %s\n", scalar(w.Name), scalar(cluster))
		fmt.Fprintf(out, "            namespace: %s\n            service_account: %s\n", scalar(k.Namespace), scalar(k.ServiceAccount))
	}
}

// number is the project's, where it is known.
func (e *estateOf) number() string {
	if e.Spec.Google.Number != "" {
		return e.Spec.Google.Number
	}
	for address, r := range e.by {
		if p, ok := r.Spec.(*estate.Project); ok && p.ID == e.Spec.Google.Project {
			return e.Known[address+".number"]
		}
	}
	return ""
}
