package setup

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

func (c *checker) cluster(i int) {
	k := &c.spec.Clusters[i]
	at := fmt.Sprintf("clusters[%d].", i)
	if !matches(clusterNames, k.Name) {
		c.mistake(at+"name", quoted(k.Name)+" is no name of a cluster: 1 to 63 letters, digits, - and _", "az aks list --query '[].name' -o tsv")
	}
	for j := range i {
		if other := &c.spec.Clusters[j]; other.Name == k.Name {
			c.mistake(at+"name", fmt.Sprintf("%q is clusters[%d] too: workloads could not tell them apart", k.Name, j), "name each cluster once; of two AKS clusters with one name, only one can be in a file")
		} else if other.Pool == k.Pool && other.Provider == k.Provider {
			c.mistake(at+"provider", fmt.Sprintf("%q in the pool %q is the provider of clusters[%d] too; a provider trusts one issuer", k.Provider, k.Pool, j), "write another provider")
		} else if k.Issuer != "" && strings.TrimSuffix(other.Issuer, "/") == strings.TrimSuffix(k.Issuer, "/") {
			c.warn(at+"issuer", fmt.Sprintf("is the issuer of clusters[%d] too: their accounts are the same to both clouds", j), "give each cluster an issuer of its own")
		}
	}
	c.poolID(at+"pool", "pool", k.Pool)
	c.poolID(at+"provider", "provider", k.Provider)
	if k.Provider == entraProvider && k.Pool == c.spec.Google.Pool {
		c.mistake(at+"provider", `"entra" is the provider that trusts Entra in this pool`, "write another provider, such as aks-"+strings.ToLower(k.Name))
	}
	if k.Issuer == "" {
		for field, value := range map[string]string{"subscription": k.Subscription, "resource_group": k.ResourceGroup} {
			if value == "" {
				c.mistake(at+field, "is missing: an AKS cluster is found by it", "write it here or in setup.azure; or write the issuer of a cluster that is not AKS")
			}
		}
		if k.Subscription != "" && !estate.IsGUID(k.Subscription) {
			c.mistake(at+"subscription", quoted(k.Subscription)+" is not a subscription's id, which is a GUID", "az account show --query id -o tsv")
		}
		if k.ResourceGroup != "" && !matches(resourceGroups, k.ResourceGroup) {
			c.mistake(at+"resource_group", quoted(k.ResourceGroup)+" is no name of a resource group", "az group list --query '[].name' -o tsv")
		}
	} else if why := badIssuer(k.Issuer); why != "" {
		c.mistake(at+"issuer", why, "kubectl get --raw /.well-known/openid-configuration shows the issuer; copy it to the letter")
	}
	if k.UploadKeys && k.Context == "" {
		c.mistake(at+"upload_keys", "needs a context: the keys are read from the cluster's own API", "write context; kubectl config get-contexts lists them")
	}
	if k.SubjectPrefix != "" && !matches(prefixes, k.SubjectPrefix) {
		c.mistake(at+"subject_prefix", quoted(k.SubjectPrefix)+" may hold letters, digits, _, . and - only: it is part of a CEL text and of principals", "write a short word, such as "+slug(k.Name, 20))
	}
	if k.SubjectPrefix == "system" {
		c.mistake(at+"subject_prefix", `"system" makes subjects that look like those of clusters without a prefix`, "write a short word, such as "+slug(k.Name, 20))
	}
}

// badIssuer says what is wrong with an issuer's URL; empty when nothing is.
func badIssuer(issuer string) string {
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Host == "":
		return quoted(issuer) + " is not a URL with a host"
	case u.Scheme != "https":
		return "an issuer must be https; Google says: Invalid OIDC issuer URI. The scheme must be https."
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "an issuer has no query, fragment or user"
	case !matches(issuers, issuer):
		return quoted(issuer) + " has characters that no issuer has"
	}
	switch strings.ToLower(u.Hostname()) {
	case "login.microsoftonline.com", "sts.windows.net":
		return "this is Entra, which signs for a whole tenant, and no cluster: use the route entra"
	case "accounts.google.com":
		return "this is Google, and no cluster"
	}
	return ""
}

// sharedPools: subjects belong to the pool, not to the provider, so a pool is one trust boundary.
func (c *checker) sharedPools() {
	first := map[string]int{}
	for i := range c.spec.Clusters {
		k := &c.spec.Clusters[i]
		j, shared := first[k.Pool]
		if !shared {
			first[k.Pool] = i
			continue
		}
		other := &c.spec.Clusters[j]
		at := fmt.Sprintf("clusters[%d].", i)
		if k.SubjectPrefix == other.SubjectPrefix {
			text := fmt.Sprintf("shares the pool %q with clusters[%d] (%s), and their accounts have the same subjects: NAMESPACE/ACCOUNT of one is NAMESPACE/ACCOUNT of the other to Google", k.Pool, j, other.Name)
			c.warn(at+"pool", text, "give each trust boundary a pool of its own, or each cluster a subject_prefix")
		} else {
			c.warn(at+"pool", fmt.Sprintf("shares the pool %q with clusters[%d] (%s): who may change one provider can become anyone of the pool", k.Pool, j, other.Name),
				"give each trust boundary a pool of its own where different people run the clusters")
		}
	}
}

// sameAccount: an account of a cluster is one workload, whatever its route; its annotations can say one thing.
func (c *checker) sameAccount() {
	seen := map[string]int{}
	for i := range c.spec.Workloads {
		k := c.spec.Workloads[i].Kubernetes
		if k == nil {
			continue
		}
		account := k.Namespace + "/" + k.ServiceAccount
		for at, name := range k.Clusters {
			j, there := seen[name+" "+account]
			switch {
			case !there:
				seen[name+" "+account] = i
			case j == i:
				c.mistake(fmt.Sprintf("workloads[%d].kubernetes.clusters[%d]", i, at), fmt.Sprintf("%q is named twice", name), "name it once")
			default:
				c.mistake(fmt.Sprintf("workloads[%d].kubernetes.service_account", i), fmt.Sprintf("%s in %s is workloads[%d] (%s) already: an account is one workload", account, name, j, c.spec.Workloads[j].Name),
					"put both into one workload, or give each an account of its own")
			}
		}
	}
}

// samePrincipal: two workloads of different clusters that are one principal to Google would each have what the other may do.
func (c *checker) samePrincipal() {
	type holder struct {
		workload int
		cluster  string
	}
	seen := map[string]holder{}
	for i := range c.spec.Workloads {
		w := &c.spec.Workloads[i]
		if w.Kubernetes == nil || w.Route == Entra {
			continue
		}
		account := w.Kubernetes.Namespace + "/" + w.Kubernetes.ServiceAccount
		for _, name := range w.Kubernetes.Clusters {
			j := slices.IndexFunc(c.spec.Clusters, func(k Cluster) bool { return k.Name == name })
			if j < 0 {
				continue
			}
			k := &c.spec.Clusters[j]
			subject := mappedSubject(k, w.Kubernetes)
			was, there := seen[k.Pool+" "+subject]
			switch {
			case !there:
				seen[k.Pool+" "+subject] = holder{i, name}
			case was.cluster == name: // sameAccount says so
			case was.workload == i:
				c.warn(fmt.Sprintf("workloads[%d].kubernetes.clusters", i), fmt.Sprintf("%s of %s and of %s is one principal, %s: neither can be told from the other or revoked alone", account, was.cluster, name, subject),
					"write a subject_prefix for each cluster, or a pool for each")
			default:
				c.mistake(fmt.Sprintf("workloads[%d].kubernetes.service_account", i), fmt.Sprintf("%s of %s is the same principal as workloads[%d] (%s) of %s: the pool %q takes both clusters' subjects alike, so each gets what the other may do",
					account, name, was.workload, c.spec.Workloads[was.workload].Name, was.cluster, k.Pool), "write a subject_prefix for each cluster, or a pool for each")
			}
		}
	}
}
