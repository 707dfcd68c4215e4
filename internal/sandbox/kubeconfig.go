package sandbox

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// Kubeconfig is a kubeconfig file for the clusters of the default world: a context for each, by its name. The token in it
// opens nothing but this sandbox.
func Kubeconfig(p Profile) []byte {
	var clusters, contexts strings.Builder
	for _, name := range p.Azure.Clusters {
		fmt.Fprintf(&clusters, "- name: %[1]s\n  cluster:\n    server: %[2]s/clusters/%[1]s\n    certificate-authority-data: %[3]s\n",
			name, p.Azure.KubeURL, base64.StdEncoding.EncodeToString([]byte(p.CAPEM)))
		fmt.Fprintf(&contexts, "- name: %[1]s\n  context:\n    cluster: %[1]s\n    user: landbridge-sandbox\n", name)
	}
	current := ""
	if len(p.Azure.Clusters) > 0 {
		current = "current-context: " + p.Azure.Clusters[0] + "\n"
	}
	return []byte("apiVersion: v1\nkind: Config\n" + current +
		"clusters:\n" + clusters.String() + "contexts:\n" + contexts.String() +
		"users:\n- name: landbridge-sandbox\n  user:\n    token: " + p.Azure.KubeToken + "\n")
}
