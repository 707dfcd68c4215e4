package kubeapi

// kind is a kind of object that the sandbox keeps.
type kind struct {
	group, version string
	resource       string
	kind           string
	singular       string
	short          []string
	namespaced     bool
	verbs          []string
}

func (k kind) groupVersion() string {
	if k.group == "" {
		return k.version
	}
	return k.group + "/" + k.version
}

const admission, authorization, authentication = "admissionregistration.k8s.io", "authorization.k8s.io", "authentication.k8s.io"

// kinds are all of them, in the order of discovery.
func kinds() []kind {
	all := []string{"create", "delete", "get", "list", "patch", "update"}
	return []kind{
		{"", "v1", "configmaps", "ConfigMap", "configmap", []string{"cm"}, true, all},
		{"", "v1", "namespaces", "Namespace", "namespace", []string{"ns"}, false, all},
		{"", "v1", "pods", "Pod", "pod", []string{"po"}, true, all},
		{"", "v1", "secrets", "Secret", "secret", nil, true, all},
		{"", "v1", "serviceaccounts", "ServiceAccount", "serviceaccount", []string{"sa"}, true, all},
		{admission, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", "mutatingwebhookconfiguration", nil, false, all},
		{authorization, "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", "selfsubjectaccessreview", nil, false, []string{"create"}},
	}
}

// subresource is a part of an object with a path of its own.
type subresource struct {
	path, group, version, kind string
	verbs                      []string
}

func (k kind) subresources() []subresource {
	change := []string{"get", "patch", "update"}
	switch k.resource {
	case "serviceaccounts":
		return []subresource{{"token", authentication, "v1", "TokenRequest", []string{"create"}}}
	case "pods", "namespaces":
		return []subresource{{"status", "", "", k.kind, change}}
	}
	return nil
}

func find(group, version, resource string) (kind, bool) {
	for _, k := range kinds() {
		if k.group == group && k.version == version && k.resource == resource {
			return k, true
		}
	}
	return kind{}, false
}
