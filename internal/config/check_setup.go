package config

import (
	"net/url"
	"slices"
	"strings"
)

// checkSetup looks at what each value is alone, and derives what was left out; what the values mean together is judged by
// the set-up itself, before it makes any call.
func (l *loader) checkSetup(s *Setup) {
	l.matches("setup.name", s.Name, setupName, "a set-up's name", "write 1 to 32 of a-z, 0-9 and -, beginning with a letter")
	l.checkSetupGoogle(&s.Google)
	l.checkSetupAzure(&s.Azure)
	for i := range s.Clusters {
		if at := item("setup.clusters", i); !l.spoiled[at] {
			l.checkCluster(at+".", &s.Clusters[i], s)
		}
	}
	for i := range s.Workloads {
		if at := item("setup.workloads", i); !l.spoiled[at] {
			l.checkWorkload(at+".", &s.Workloads[i], s)
		}
	}
	if len(s.Workloads) == 0 && !l.spoiled["setup.workloads"] {
		l.mistake("setup.workloads", "is empty: there is nothing to set up", "write - name: NAME, and below it kubernetes, managed_identity or google_account")
	}
}

func (l *loader) checkSetupGoogle(g *SetupGoogle) {
	const at = "setup.google."
	if l.required(at+"project", g.Project, "gcloud projects list shows PROJECT_ID") {
		l.matches(at+"project", g.Project, projectID, "a project id", "gcloud projects list shows PROJECT_ID; the number goes into project_number")
	}
	l.matches(at+"project_number", g.ProjectNumber, digits, "a project number", "gcloud projects describe PROJECT_ID --format='value(projectNumber)'")
	l.checkRegion(at+"location", g.Location)
	l.operatorFile(at+"operator.", g.Operator.Kind, g.Operator.File)
	e := g.Endpoints
	for key, value := range map[string]string{
		"iam": e.IAM, "resource_manager": e.ResourceManager, "service_usage": e.ServiceUsage,
		"sts": e.STS, "iam_credentials": e.IAMCredentials, "aiplatform": e.AIPlatform,
	} {
		l.addressAt(at+"endpoints."+key, value, false)
		l.googleAt(at+"endpoints."+key, value)
	}
}

// googleAt refuses an address that is not Google's: a file of set-up comes with a change that somebody proposes, and whoever
// tries it would send the operator's token, or those of its workloads, where the file says.
func (l *loader) googleAt(path, value string) {
	u, err := url.Parse(value)
	if value == "" || err != nil || u.Host == "" {
		return // addressAt says so
	}
	if name := strings.ToLower(u.Hostname()); !plainHTTP(name, false) && !strings.HasSuffix(name, ".googleapis.com") {
		l.mistake(path, quote(name)+" is not google's: tokens that are handed to it open what they are for", "write a host of googleapis.com, such as a region's or Private Service Connect's")
	}
}

func (l *loader) checkSetupAzure(z *SetupAzure) {
	const at = "setup.azure."
	l.matches(at+"subscription", z.Subscription, guid, "a subscription's id", "az account show --query id -o tsv")
	l.matches(at+"tenant_id", z.TenantID, guid, "a tenant's id", "az account show --query tenantId -o tsv")
	l.operatorFile(at+"operator.", z.Operator.Kind, z.Operator.File)
	l.addressAt(at+"authority_host", z.AuthorityHost, false)
	l.addressAt(at+"endpoints.resource_manager", z.Endpoints.ResourceManager, false)
}

// operatorFile holds the file against the operator's kind.
func (l *loader) operatorFile(at, kind, file string) {
	if kind == "file" {
		l.required(at+"file", file, "name the file that holds an access token")
		return
	}
	l.unused(at, kind, nil, "file")
}

func (l *loader) checkCluster(at string, c *Cluster, s *Setup) {
	l.required(at+"name", c.Name, "az aks list --query '[].name' -o tsv")
	l.derive(at+"subscription", &c.Subscription, s.Azure.Subscription, "setup.azure.subscription")
	l.derive(at+"resource_group", &c.ResourceGroup, s.Azure.ResourceGroup, "setup.azure.resource_group")
	l.derive(at+"kubeconfig", &c.Kubeconfig, s.Kubeconfig, "setup.kubeconfig")
	l.derive(at+"pool", &c.Pool, s.Google.Pool, "setup.google.pool")
	l.derive(at+"provider", &c.Provider, "aks-"+strings.ToLower(c.Name), at+"name")
	if l.written(at + "subscription") {
		l.matches(at+"subscription", c.Subscription, guid, "a subscription's id", "az account show --query id -o tsv")
	}
	if c.Issuer == "" {
		l.required(at+"subscription", c.Subscription, "write it here or as setup.azure.subscription: an AKS cluster is found by it")
		l.required(at+"resource_group", c.ResourceGroup, "write it here or as setup.azure.resource_group: an AKS cluster is found by it")
	}
	if c.UploadKeys && c.Context == "" {
		l.mistake(at+"upload_keys", "needs a context: the keys are read from the cluster's own API", "add context: NAME; kubectl config get-contexts lists them")
	}
}

func (l *loader) checkWorkload(at string, w *Workload, s *Setup) {
	l.required(at+"name", w.Name, "give it a name of your own, for doctor, verify and revoke")
	if k := w.Kubernetes; k != nil {
		at := at + "kubernetes."
		l.required(at+"namespace", k.Namespace, "name the namespace of the service account")
		l.required(at+"service_account", k.ServiceAccount, "name the service account that the pods run as")
		names := make([]string, len(s.Clusters))
		for i, c := range s.Clusters {
			names[i] = c.Name
		}
		if len(k.Clusters) == 0 {
			l.mistake(at+"clusters", "is empty", "name at least one of setup.clusters: ["+strings.Join(names, ", ")+"]")
		}
		for i, name := range k.Clusters {
			if slices.Contains(names, name) {
				continue
			}
			fix := "add it to setup.clusters"
			if near := Nearest(name, names); near != "" {
				fix = "did you mean " + near + "?"
			}
			l.mistake(item(at+"clusters", i), quote(name)+" is not in setup.clusters", fix)
		}
	}
	if g := w.ToGoogle; g != nil {
		if len(g.Projects) == 0 && s.Google.Project != "" {
			g.Projects = []string{s.Google.Project}
			l.cfg.origins[at+"to_google.projects"] = Origin{From: "setup.google.project"}
		}
		if len(g.Roles) == 0 && len(g.Permissions) == 0 {
			g.Roles = []string{"roles/aiplatform.user"}
		}
	}
	if z := w.ToAzure; z != nil {
		l.required(at+"to_azure.identity", z.Identity, "name the user-assigned identity that it becomes")
	}
}

// derive gives an absent value another path's.
func (l *loader) derive(path string, value *string, from, origin string) {
	if *value == "" && from != "" && !l.spoiled[path] {
		*value = from
		l.cfg.origins[path] = Origin{From: origin}
	}
}

// setupName says whether s can be a mark in descriptions, tags, labels and names of both clouds.
func setupName(s string) bool {
	return len(s) <= 32 && s[0] >= 'a' && s[0] <= 'z' && s[len(s)-1] != '-' && only(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
}
