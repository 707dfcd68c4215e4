package estate

// Reach says how a cluster's API is reached: a context of a kubeconfig file. With an empty Context nothing in the cluster is
// read or changed.
type Reach struct {
	Cluster    string // its name in landbridge.yaml
	Kubeconfig string // path; empty for KUBECONFIG or ~/.kube/config
	Context    string
}

// ReachOf says how the cluster that a thing lives in is reached; ok is false for a thing that lives in none.
func ReachOf(s Spec) (reach Reach, ok bool) {
	switch s := s.(type) {
	case *Issuer:
		return s.Reach, true
	case *Namespace:
		return s.Reach, true
	case *KubernetesAccount:
		return s.Reach, true
	case *KubernetesSettings:
		return s.Reach, true
	}
	return Reach{}, false
}

// Issuer is what a cluster's own API says of its token issuer, which set-up reads and never changes. It is how the keys of a
// private issuer are had. Outputs: issuer, jwks (as PublicKeys writes them).
type Issuer struct {
	Reach `json:"-"`
}

// Kind implements Spec.
func (*Issuer) Kind() Kind { return KindIssuer }

// Namespace is a namespace that must exist; set-up adds its labels and removes those again, never the namespace.
type Namespace struct {
	Reach `json:"-"`
	Name  string `json:"-"`

	Labels map[string]string `json:"labels"` // ours alone
}

// Kind implements Spec.
func (*Namespace) Kind() Kind { return KindNamespace }

// KubernetesAccount is a ServiceAccount with our annotations. One that set-up created bears the label MarkKey and is removed
// by destroy; on one that was there before, only our annotations are.
type KubernetesAccount struct {
	Reach     `json:"-"`
	Namespace string `json:"-"`
	Name      string `json:"-"`

	Annotations map[string]string `json:"annotations"` // ours alone
}

// Kind implements Spec.
func (*KubernetesAccount) Kind() Kind { return KindKubernetesAccount }

// KubernetesSettings is the ConfigMap from which the admission policy, which cannot read annotations of accounts, takes the
// same settings. Its name is SettingsName of the account.
type KubernetesSettings struct {
	Reach     `json:"-"`
	Namespace string `json:"-"`
	Account   string `json:"-"`

	Data map[string]string `json:"data"`
}

// Kind implements Spec.
func (*KubernetesSettings) Kind() Kind { return KindKubernetesSettings }
