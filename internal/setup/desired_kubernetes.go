package setup

import (
	"strconv"

	"github.com/landbridge/landbridge/internal/estate"
)

// Reach says how the API of the cluster is reached.
func (c *Cluster) Reach() estate.Reach {
	return estate.Reach{Cluster: c.Name, Kubeconfig: c.Kubeconfig, Context: c.Context}
}

// annotate is what a workload needs inside a cluster: its namespace watched by the webhook, its account annotated, and the
// same settings in a ConfigMap where the admission policy does the webhook's work.
func (b *builder) annotate(w *Workload, c *Cluster, provider string, annotations map[string]string) {
	k := w.Kubernetes
	set := map[string]string{
		estate.AnnotationMode:         k.Mode,
		estate.AnnotationTokenSeconds: strconv.Itoa(k.TokenSeconds),
		estate.AnnotationLocation:     b.spec.Google.Location,
	}
	if to := w.ToGoogle; to != nil {
		set[estate.AnnotationProject] = b.targets(to)[0]
		if to.ServiceAccount != "" {
			_, _, set[estate.AnnotationServiceAccount] = accountOf(to.ServiceAccount, b.spec.Google.Project)
		}
	}
	for key, value := range annotations {
		set[key] = value
	}
	for key, value := range set {
		if value == "" {
			delete(set, key)
		}
	}
	namespace := address(estate.KindNamespace, c.Name, k.Namespace)
	b.add(namespace, &estate.Namespace{Reach: c.Reach(), Name: k.Namespace, Labels: map[string]string{estate.LabelInject: "enabled"}}, w.Name)
	// The account comes after the provider: a pod that starts on the annotation can cross.
	account := b.add(address(estate.KindKubernetesAccount, c.Name, k.Namespace, k.ServiceAccount), &estate.KubernetesAccount{
		Reach: c.Reach(), Namespace: k.Namespace, Name: k.ServiceAccount, Annotations: set,
	}, w.Name, namespace, provider)
	if !b.spec.Google.Settings || w.Route == Entra {
		return
	}
	file := estate.CredentialFile{STS: b.spec.Google.STS, IAMCredentials: b.spec.Google.IAMCredentials}
	if data := estate.Settings(k.ServiceAccount, set, file); data != nil {
		b.add(address(estate.KindKubernetesSettings, c.Name, k.Namespace, k.ServiceAccount), &estate.KubernetesSettings{
			Reach: c.Reach(), Namespace: k.Namespace, Account: k.ServiceAccount, Data: data,
		}, w.Name, namespace, account.Address)
	}
}
